/** The options of `bench`, as the command line takes them. */
export interface BenchOptions {
  readonly corpus?: string | undefined;
  /** A path, or the number of held-out rows. */
  readonly queries?: string | number | undefined;
  readonly qrels?: string | undefined;
  readonly model?: string | undefined;
  readonly vectors?: string | undefined;
  readonly queryVectors?: string | undefined;
  readonly adapter?: string | undefined;
  /** `embedded` or an address; a user name and password inside it are left out. */
  readonly store?: string | undefined;
  readonly database?: string | undefined;
  /** A collection of that Milvus, and its fields; empty names stand for none. */
  readonly collection?: string | undefined;
  readonly idField?: string | undefined;
  readonly titleField?: string | undefined;
  readonly textField?: string | undefined;
  readonly vectorField?: string | undefined;
  /** `FIELD` or `COLLECTION/FIELD`. */
  readonly prefixFields?: readonly string[] | undefined;
  readonly rows?: number | undefined;
  readonly threads?: number | undefined;
  readonly vectorMemoryBytes?: number | undefined;
  readonly head?: string | undefined;
  readonly headPrecision?: string | undefined;
  readonly dims?: readonly number[] | undefined;
  readonly k?: number | undefined;
  readonly schedules?: readonly string[] | undefined;
  /** `recall=0.99` */
  readonly tune?: string | undefined;
  readonly seed?: number | undefined;
  readonly out?: string | undefined;
}

/** The command line that makes the same run, quoted for a POSIX shell, in one line and without secrets. */
export function commandLine(options: BenchOptions): string {
  const flags: readonly (readonly [string, string | number | undefined])[] = [
    ['--corpus', options.corpus],
    ['--queries', options.queries],
    ['--qrels', options.qrels],
    ['--model', options.model],
    ['--vectors', options.vectors],
    ['--query-vectors', options.queryVectors],
    ['--adapter', options.adapter],
    ['--store', options.store === undefined ? undefined : withoutSecrets(options.store)],
    ['--database', options.database],
    ['--collection', options.collection],
    ['--id-field', options.idField],
    ['--title-field', options.titleField],
    ['--text-field', options.textField],
    ['--vector-field', options.vectorField],
    ...(options.prefixFields ?? []).map((field) => ['--prefix-field', field] as const),
    ['--rows', options.rows],
    ['--threads', options.threads],
    ['--vector-memory', options.vectorMemoryBytes === undefined ? undefined : `${options.vectorMemoryBytes}B`],
    ['--head', options.head],
    ['--head-precision', options.headPrecision],
    ['--dims', options.dims?.join(',')],
    ['--k', options.k],
    ...(options.schedules ?? []).map((schedule) => ['--schedule', schedule] as const),
    ['--tune', options.tune],
    ['--seed', options.seed],
    ['--out', options.out],
  ];
  const words = flags.flatMap(([flag, value]) => (value === undefined ? [] : [flag, shellQuote(String(value))]));
  return ['npm run --silent cli -- bench', ...words].join(' ');
}

/** One word for a POSIX shell. A newline is written as `$'\n'`, so that the command stays one line. */
export function shellQuote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  const quoted = `'${word.replaceAll("'", `'\\''`)}'`;
  return quoted.replaceAll('\r', `'$'\\r''`).replaceAll('\n', `'$'\\n''`);
}

/** An address without user name, password and query string. */
export function withoutSecrets(address: string): string {
  return address.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1').replace(/[?#].*$/, '');
}

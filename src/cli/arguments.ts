import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';
import { showValue, UserError } from '../base/errors.ts';
import { headIndexSchema, headPrecisionSchema } from '../contract/measure.ts';
import { builtInNames } from '../contract/built-in-schedules.ts';
import { parseSchedule } from '../contract/schedule.ts';
import type { BenchRequest, ExperimentName } from '../engine/bench-request.ts';
import { experimentNames } from '../engine/bench-request.ts';
import { readOptionsOf } from './read-option.ts';

/** The options of `bench`, as other programs rely on them. */
export const benchOptions = {
  corpus: { type: 'string' },
  queries: { type: 'string' },
  qrels: { type: 'string' },
  model: { type: 'string' },
  dtype: { type: 'string' },
  'document-prompt': { type: 'string' },
  'query-prompt': { type: 'string' },
  read: { type: 'string' },
  estimate: { type: 'boolean' },
  vectors: { type: 'string' },
  'query-vectors': { type: 'string' },
  neighbours: { type: 'string' },
  adapter: { type: 'string' },
  store: { type: 'string' },
  database: { type: 'string' },
  timeout: { type: 'string' },
  collection: { type: 'string' },
  'id-field': { type: 'string' },
  'text-field': { type: 'string' },
  'title-field': { type: 'string' },
  'vector-field': { type: 'string' },
  'prefix-field': { type: 'string', multiple: true },
  rows: { type: 'string' },
  copies: { type: 'boolean' },
  head: { type: 'string' },
  'head-precision': { type: 'string' },
  'head-params': { type: 'string' },
  rerank: { type: 'string' },
  dims: { type: 'string' },
  k: { type: 'string' },
  schedule: { type: 'string', multiple: true },
  tune: { type: 'string' },
  experiments: { type: 'string' },
  seed: { type: 'string' },
  out: { type: 'string' },
  'latency-queries': { type: 'string' },
  threads: { type: 'string' },
  'vector-memory': { type: 'string' },
  'dump-neighbours': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies NonNullable<ParseArgsConfig['options']>;

type OptionName = Extract<keyof typeof benchOptions, string>;
type Values = { [Name in OptionName]?: string | boolean | string[] };

/** Reads the command line of `bench` or `tune`. @throws UserError in one line for anything that is not as expected. */
export function readBenchArguments(argv: readonly string[]): { readonly request: BenchRequest; readonly out: string; readonly help: boolean; readonly estimate: boolean } {
  let values: Values;
  try {
    values = parseArgs({ args: [...argv], options: benchOptions, strict: true, allowPositionals: false }).values as Values;
  } catch (error) {
    throw new UserError('cli/arguments', error instanceof Error ? error.message : String(error), { hint: 'see --help' });
  }
  const text = (name: OptionName): string | undefined => values[name] as string | undefined;
  const vectors = text('vectors');
  const corpus = text('corpus');
  const collection = text('collection');
  const asked = (values.schedule as string[] | undefined) ?? [];
  if (values.help !== true) {
    if (vectors === undefined && corpus === undefined && collection === undefined) {
      throw new UserError('cli/arguments', 'nothing to measure: give --corpus PATH|sample:NAME or --vectors X.npy', { hint: 'for a first look: --corpus sample:wordnet-5k' });
    }
    if (collection !== undefined) checkCollection(values);
    else for (const name of collectionOptions) if (values[name] !== undefined) throw new UserError('cli/arguments', `--${name} needs --collection NAME`);
    if (vectors !== undefined && corpus !== undefined) throw new UserError('cli/arguments', '--vectors and --corpus exclude each other: rows are documents either way');
    if (vectors !== undefined && text('model') !== undefined) throw new UserError('cli/arguments', '--vectors and --model exclude each other: vectors are already embedded');
    if (text('query-vectors') !== undefined && vectors === undefined && collection === undefined) throw new UserError('cli/arguments', '--query-vectors needs --vectors');
    if (text('neighbours') !== undefined && vectors === undefined) throw new UserError('cli/arguments', '--neighbours needs --vectors');
    if (text('read') !== undefined && corpus === undefined) throw new UserError('cli/arguments', '--read needs --corpus');
    for (const name of ['dtype', 'document-prompt', 'query-prompt'] as const) if (text(name) !== undefined && vectors !== undefined) throw new UserError('cli/arguments', `--${name} and --vectors exclude each other: vectors are already embedded`);
  }
  return {
    help: values.help === true,
    estimate: values.estimate === true,
    out: text('out') ?? 'out',
    request: {
      corpus,
      queries: text('queries'),
      qrels: text('qrels'),
      model: text('model'),
      dtype: text('dtype'),
      documentPrompt: text('document-prompt'),
      queryPrompt: text('query-prompt'),
      read: text('read') === undefined ? undefined : readOptionsOf(text('read')!),
      vectors,
      queryVectors: text('query-vectors'),
      neighbours: text('neighbours'),
      adapter: text('adapter'),
      store: storeOf(text('store') ?? 'embedded', text('database'), text('timeout'), values.copies === true),
      collection: collection === undefined ? undefined : collectionOf(collection, values),
      head: {
        // A collection's fields have the index they have.
        index: oneOf('head', text('head') ?? (collection !== undefined && values.copies !== true ? 'autoindex' : 'flat'), headIndexSchema.options),
        precision: oneOf('head-precision', text('head-precision') ?? 'f32', headPrecisionSchema.options),
        ...(text('head-params') === undefined ? {} : { params: paramsOf(text('head-params')!) }),
      },
      rerank: text('rerank') === undefined ? undefined : oneOf('rerank', text('rerank')!, ['auto', 'server', 'fetch', 'local']),
      dims: text('dims') === undefined ? undefined : dimsOf(text('dims')!),
      k: wholeNumber('k', text('k') ?? '10', 1),
      schedules: asked.filter((one) => !isBuiltIn(one)).map(parseSchedule),
      builtIns: asked.filter(isBuiltIn),
      tune: text('tune') === undefined ? undefined : constraintsOf(text('tune')!),
      experiments: text('experiments') === undefined ? [] : experimentsOf(text('experiments')!),
      seed: wholeNumber('seed', text('seed') ?? '1', 0),
      threads: threadsOf(text('threads') ?? '1'),
      vectorMemoryBytes: text('vector-memory') === undefined ? undefined : sizeOf(text('vector-memory')!, '--vector-memory SIZE such as --vector-memory 2GiB'),
      latencyQueries: wholeNumber('latency-queries', text('latency-queries') ?? '200', 1),
      dumpNeighbours: values['dump-neighbours'] === true,
    },
  };
}

export function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
    throw new UserError('cli/arguments', `--${name} ${showValue(text)}: expected a whole number of at least ${least}`);
  }
  return value;
}

function isBuiltIn(name: string): name is (typeof builtInNames)[number] {
  return (builtInNames as readonly string[]).includes(name);
}

function oneOf<const T extends string>(name: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === text.toLowerCase().replaceAll('-', '_'));
  if (found === undefined) throw new UserError('cli/arguments', `--${name} ${showValue(text)}: expected one of ${allowed.join(', ')}`);
  return found;
}

const collectionOptions = ['id-field', 'text-field', 'title-field', 'vector-field', 'prefix-field', 'rows', 'copies'] as const;

function checkCollection(values: Values): void {
  for (const other of ['corpus', 'vectors', 'adapter'] as const) {
    if (values[other] !== undefined) throw new UserError('cli/arguments', `--collection and --${other} exclude each other`);
  }
  if (!/^https?:/.test((values.store as string | undefined) ?? '')) throw new UserError('cli/arguments', '--collection needs --store http://host:port, the Milvus that has it');
}

/** `FIELD`, or `COLLECTION/FIELD` for a prefix that another collection holds. */
function collectionOf(collection: string, values: Values): NonNullable<BenchRequest['collection']> {
  const text = (name: (typeof collectionOptions)[number]): string | undefined => values[name] as string | undefined;
  const rows = text('rows');
  const prefixes = (values['prefix-field'] as string[] | undefined) ?? [];
  return {
    collection,
    ...given('idField', text('id-field')),
    ...given('textField', text('text-field')),
    ...given('titleField', text('title-field')),
    ...given('vectorField', text('vector-field')),
    ...(rows === undefined ? {} : { rows: wholeNumber('rows', rows, 1) }),
    prefixFields: prefixes.map((prefix) => {
      const [first, second, ...more] = prefix.split('/');
      if (first === '' || second === '' || more.length > 0) throw new UserError('cli/arguments', `--prefix-field ${showValue(prefix)}: expected FIELD or COLLECTION/FIELD`);
      return second === undefined ? { field: first! } : { collection: first!, field: second };
    }),
  };
}

function given<Key extends string>(key: Key, value: string | undefined): { [K in Key]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]?: string });
}

function storeOf(text: string, database: string | undefined, timeout: string | undefined, copies: boolean): BenchRequest['store'] {
  if (text === 'embedded') {
    if (database !== undefined || timeout !== undefined) throw new UserError('cli/arguments', `--${database === undefined ? 'timeout' : 'database'} needs --store http://host:port`);
    return { kind: 'embedded' };
  }
  if (!/^https?:\/\/[^\s/]+(\/\S*)?$/.test(text)) throw new UserError('cli/arguments', `--store ${showValue(text)}: expected embedded or a Milvus address such as http://127.0.0.1:19530`);
  return {
    kind: 'milvus',
    // The secret is looked up by this name, in FUNNELSCOPE_MILVUS_TOKEN; there need not be one.
    target: { address: text, secretRef: 'milvus', ...(database === undefined ? {} : { database }), ...(timeout === undefined ? {} : { timeoutMs: wholeNumber('timeout', timeout, 1) }) },
    ...(copies ? { copies } : {}),
  };
}

function dimsOf(text: string): readonly number[] {
  const dims = text.split(',').map((part) => wholeNumber('dims', part.trim(), 1));
  return [...new Set(dims)].sort((a, b) => a - b);
}

/** `recall=0.99`, `recall=0.99,p95=5,memory=2GiB,stages=3` */
function constraintsOf(text: string): NonNullable<BenchRequest['tune']> {
  const constraints: { recall?: number; p95Ms?: number; memoryBytes?: number; maxStages?: number } = {};
  for (const part of text.split(',')) {
    const [key, value = ''] = part.split('=').map((side) => side.trim());
    const number = Number.parseFloat(value);
    const fail = (expected: string): never => {
      throw new UserError('cli/arguments', `--tune ${showValue(part)}: expected ${expected}`);
    };
    switch (key) {
      case 'recall':
        if (!(number > 0 && number <= 1)) fail('recall=R with R above 0, at most 1, such as recall=0.99');
        constraints.recall = number;
        break;
      case 'p95':
        if (!(number > 0)) fail('p95=MS, a time in milliseconds');
        constraints.p95Ms = number;
        break;
      case 'memory':
        constraints.memoryBytes = sizeOf(value, 'memory=SIZE such as memory=512MiB', `--tune ${showValue(part)}`);
        break;
      case 'stages':
        if (!Number.isInteger(number) || number < 1 || number > 5) fail('stages=N with N from 1 to 5');
        constraints.maxStages = number;
        break;
      default:
        fail('recall=…, p95=…, memory=… or stages=…');
    }
  }
  return constraints;
}

/** `512MiB` in bytes. */
function sizeOf(text: string, expected: string, where = `--vector-memory ${showValue(text)}`): number {
  const match = /^(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB|TiB)?$/i.exec(text);
  if (match === null) throw new UserError('cli/arguments', `${where}: expected ${expected}`);
  return Number(match[1]) * 1024 ** ['b', 'kib', 'mib', 'gib', 'tib'].indexOf((match[2] ?? 'B').toLowerCase());
}

function threadsOf(text: string): number {
  const threads = wholeNumber('threads', text, 1);
  if (threads > availableParallelism()) throw new UserError('cli/arguments', `--threads ${threads}: this machine runs ${availableParallelism()} at once`);
  return threads;
}

function experimentsOf(text: string): ExperimentName[] {
  if (text === 'all') return [...experimentNames];
  return text.split(',').map((part) => oneOf('experiments', part.trim(), experimentNames));
}

/** `M=16,efConstruction=200,ef=128` */
function paramsOf(text: string): Record<string, number> {
  return Object.fromEntries(
    text.split(',').map((part) => {
      const match = /^\s*(\w+)\s*=\s*([\d.]+)\s*$/.exec(part);
      if (match === null) throw new UserError('cli/arguments', `--head-params ${showValue(part)}: expected name=number such as M=16`);
      return [match[1]!, Number(match[2])];
    }),
  );
}

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The files of a BEIR folder that are there. */
export interface BeirFiles {
  readonly corpus?: string | undefined;
  readonly queries?: string | undefined;
  /** By split (`test`, `dev`, `train`), in the order they are preferred. */
  readonly qrels: ReadonlyMap<string, string>;
}

const splits = ['test', 'dev', 'train'] as const;

/** Looks for `corpus.jsonl`, `queries.jsonl` (also .gz, .zst) and `qrels/{test,dev,train}.tsv`. */
export async function findBeirFiles(folder: string): Promise<BeirFiles> {
  const qrels = new Map<string, string>();
  for (const split of splits) {
    const file = await firstThere(['', '.gz', '.zst'].map((end) => join(folder, 'qrels', `${split}.tsv${end}`)));
    if (file !== undefined) qrels.set(split, file);
  }
  for (const name of await readdir(join(folder, 'qrels')).catch(() => [])) {
    const match = /^(.+)\.tsv(\.gz|\.zst)?$/.exec(name);
    if (match !== null && !qrels.has(match[1]!)) qrels.set(match[1]!, join(folder, 'qrels', name));
  }
  return { corpus: await firstThere(named(folder, 'corpus')), queries: await firstThere(named(folder, 'queries')), qrels };
}

function named(folder: string, name: string): string[] {
  return ['.jsonl', '.jsonl.gz', '.jsonl.zst'].map((end) => join(folder, `${name}${end}`));
}

async function firstThere(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const info = await stat(file).catch(() => undefined);
    if (info?.isFile() === true) return file;
  }
  return undefined;
}

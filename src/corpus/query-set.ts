import { basename } from 'node:path';
import { randomInt, sampleWithoutReplacement, seededRandom } from '../base/random.ts';
import { showValue, UserError } from '../base/errors.ts';
import { resourcesDir } from '../base/resources.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { QuerySource, ReadOptions } from '../contract/dataset.ts';
import { findBeirFiles } from './beir.ts';
import { statOrExplain } from './byte-source.ts';
import { hashStrings } from '../base/content-hash.ts';
import { type Corpus, documentText, type Qrels, type QuerySet } from './corpus.ts';
import { type Judgement, readQrels } from './qrels.ts';
import { readCorpus } from './read-corpus.ts';
import { samplePath } from './sample.ts';

export interface QueryOptions {
  /** Where the corpus came from (path or `sample:NAME`); needed for its own queries. */
  readonly corpusPath?: string | undefined;
  readonly resources?: string | undefined;
  /** How a query file is to be read. */
  readonly read?: ReadOptions | undefined;
  /** Which qrels of a BEIR folder; the first of test, dev, train that is there unless given. */
  readonly split?: string | undefined;
  readonly seed?: number | undefined;
}

/**
 * Makes the query set that `source` describes for a corpus. Seeded: the same source and seed give the same queries.
 * @throws UserError for missing files, qrels that name no document of the corpus, more held-out rows than there are documents.
 */
export async function readQuerySet(source: QuerySource, corpus: Corpus, options: QueryOptions = {}, work: WorkOptions = {}): Promise<QuerySet> {
  switch (source.kind) {
    case 'own':
      return ownQueries(corpus, { ...options, seed: source.seed ?? options.seed }, source.limit, work);
    case 'file':
      return fileQueries(source, corpus, options, work);
    case 'held-out':
      return heldOut(corpus, source.count, source.seed ?? options.seed ?? 1);
    case 'titles':
      return titleQueries(corpus, source.count, source.seed ?? options.seed ?? 1);
    case 'typed':
      return finish('typed', source.texts.map((_, index) => `q${index + 1}`), source.texts.map((text) => text.trim()));
    default:
      throw new Error(`unknown query source ${showValue(source satisfies never)}`);
  }
}

/** True when a corpus path brings queries of its own (a BEIR folder with queries, a sample). */
export async function ownQueryFiles(corpusPath: string, resources = resourcesDir()): Promise<{ readonly queries: string; readonly qrels: ReadonlyMap<string, string> } | undefined> {
  const path = corpusPath.startsWith('sample:') ? await samplePath(corpusPath, resources) : corpusPath;
  if (!(await statOrExplain(path)).isDirectory()) return undefined;
  const files = await findBeirFiles(path);
  return files.queries === undefined ? undefined : { queries: files.queries, qrels: files.qrels };
}

async function ownQueries(corpus: Corpus, options: QueryOptions, limit: number | undefined, work: WorkOptions): Promise<QuerySet> {
  const own = options.corpusPath === undefined ? undefined : await ownQueryFiles(options.corpusPath, options.resources);
  if (own === undefined) throw new UserError('corpus/no-queries', `${corpus.name} brings no queries of its own`, { hint: 'give a query file, or a number of rows to hold out' });
  const qrelsFile = options.split === undefined ? [...own.qrels.values()][0] : own.qrels.get(options.split);
  if (options.split !== undefined && qrelsFile === undefined) {
    throw new UserError('corpus/no-split', `has no qrels/${options.split}.tsv; there are ${[...own.qrels.keys()].join(', ') || 'none'}`, { place: { file: options.corpusPath } });
  }
  const set = await readQueryFile(own.queries, { idColumn: '_id', textColumn: 'text', format: 'jsonl' }, work);
  const judged = qrelsFile === undefined ? set : await withQrels(set, qrelsFile, corpus, work);
  return limited({ ...judged, name: `${corpus.name} queries` }, limit, options.seed ?? 1);
}

async function fileQueries(source: QuerySource & { kind: 'file' }, corpus: Corpus, options: QueryOptions, work: WorkOptions): Promise<QuerySet> {
  const set = await readQueryFile(source.path, options.read ?? {}, work);
  const judged = source.qrelsPath === undefined ? set : await withQrels(set, source.qrelsPath, corpus, work);
  return limited(judged, source.limit, options.seed ?? 1);
}

/** A query file is read like a corpus; a file of queries without ids gets q1, q2 … by row. */
async function readQueryFile(path: string, read: ReadOptions, work: WorkOptions): Promise<QuerySet> {
  const read1 = await readCorpus(path, read, work);
  const texts = read1.texts.map((text, row) => (text.trim() === '' ? (read1.titles?.[row] ?? '') : text));
  const empty = texts.findIndex((text) => text.trim() === '');
  if (empty >= 0) throw new UserError('corpus/empty-query', `query ${showValue(read1.ids[empty])} (number ${empty + 1}) is empty, expected text`, { place: { file: path } });
  return { ...finish(basename(path), read1.ids, texts), warnings: read1.stats.warnings };
}

/** Joins judgements to a query set: only queries with qrels stay, in their order. */
async function withQrels(set: QuerySet, file: string, corpus: Corpus, work: WorkOptions): Promise<QuerySet> {
  const judgements = await readQrels(file, work);
  const rowOfDoc = new Map(corpus.ids.map((id, row) => [id, row]));
  const byQuery = new Map<string, Map<number, number>>();
  let unknownDocs = 0;
  let example: Judgement | undefined;
  for (const judgement of judgements) {
    const row = rowOfDoc.get(judgement.docId);
    if (row === undefined) {
      unknownDocs += 1;
      example ??= judgement;
      continue;
    }
    const grades = byQuery.get(judgement.queryId) ?? new Map<number, number>();
    grades.set(row, judgement.grade);
    byQuery.set(judgement.queryId, grades);
  }
  if (unknownDocs === judgements.length) {
    throw new UserError('corpus/foreign-qrels', `none of its documents is in ${corpus.name}: it names ${showValue(example?.docId)}, the corpus has ids such as ${showValue(corpus.ids[0])}`, { place: { file } });
  }
  const kept = set.ids.map((id, index) => ({ id, index })).filter(({ id }) => byQuery.has(id));
  if (kept.length === 0) {
    throw new UserError('corpus/foreign-qrels', `judges none of the queries: it names ${showValue(judgements[0]?.queryId)}, the queries have ids such as ${showValue(set.ids[0])}`, { place: { file } });
  }
  const warnings = [...(set.warnings ?? [])];
  if (unknownDocs > 0) warnings.push(`${unknownDocs} of ${judgements.length} judgements name documents that are not in the corpus; they do not count`);
  if (kept.length < set.ids.length) warnings.push(`${set.ids.length - kept.length} of ${set.ids.length} queries have no judgement and are left out`);
  const qrels: Qrels = kept.map(({ id }) => byQuery.get(id)!);
  return { ...finish(set.name, kept.map(({ id }) => id), kept.map(({ index }) => set.texts[index]!)), qrels, warnings };
}

/** `limit` queries in seeded order; all of them, in file order, without a limit. */
function limited(set: QuerySet, limit: number | undefined, seed: number): QuerySet {
  if (limit === undefined || limit >= set.ids.length) return set;
  const rows = [...sampleWithoutReplacement(seededRandom(seed), set.ids.length, limit)];
  return { ...finish(set.name, rows.map((row) => set.ids[row]!), rows.map((row) => set.texts[row]!)), qrels: set.qrels && rows.map((row) => set.qrels![row]!), warnings: set.warnings };
}

function heldOut(corpus: Corpus, count: number, seed: number): QuerySet {
  const rows = pickRows(corpus, count, seed, (row) => corpus.isEmbedded === true || documentText(corpus, row).trim() !== '', 'documents that are not empty');
  return rowsAsQueries(corpus, rows, `${count} held-out rows of ${corpus.name}`);
}

/** Documents as queries; they are not searched then. @param rows rising */
export function rowsAsQueries(corpus: Corpus, rows: ArrayLike<number>, name: string): QuerySet {
  const set = finish(name, Array.from(rows, (row) => corpus.ids[row]!), Array.from(rows, (row) => documentText(corpus, row)));
  return { ...set, heldOutRows: Int32Array.from(rows) };
}

function titleQueries(corpus: Corpus, count: number, seed: number): QuerySet {
  const titles = corpus.titles ?? [];
  const rows = pickRows(corpus, count, seed, (row) => (titles[row] ?? '').trim() !== '' && corpus.texts[row]!.trim() !== '', 'documents with both a title and a text');
  const set = finish(`${count} titles of ${corpus.name}`, [...rows].map((row) => corpus.ids[row]!), [...rows].map((row) => titles[row]!));
  return { ...set, qrels: [...rows].map((row) => new Map([[row, 1]])), hidesTitles: true };
}

/** `count` seeded rows that `qualifies`, rising. Held-out rows must leave something to search. */
function pickRows(corpus: Corpus, count: number, seed: number, qualifies: (row: number) => boolean, what: string): Int32Array {
  const able = corpus.ids.map((_, row) => row).filter(qualifies);
  if (count >= corpus.ids.length || count > able.length) {
    throw new UserError('corpus/too-many-queries', `asks for ${count} queries, but ${corpus.name} has ${able.length} ${what}${count >= corpus.ids.length ? ' and some must be left to search' : ''}`);
  }
  const random = seededRandom(seed);
  for (let i = 0; i < count; i += 1) {
    const j = i + randomInt(random, able.length - i);
    [able[i], able[j]] = [able[j]!, able[i]!];
  }
  return Int32Array.from(able.slice(0, count)).sort();
}

function finish(name: string, ids: readonly string[], texts: readonly string[]): QuerySet {
  return { name, ids, texts, contentHash: hashStrings([...ids, ...texts]) };
}

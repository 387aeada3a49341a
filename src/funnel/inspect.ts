import { formatCount } from '../base/format.ts';
import type { DocumentRow } from '../contract/dataset.ts';
import type { Fate, Inspection } from '../contract/inspect.ts';
import { checkSchedule, clampSchedule, formatSchedule } from '../contract/schedule.ts';
import type { Schedule } from '../contract/schedule.ts';
import { recallOf, truthDepth, truthOf } from '../metrics/truth.ts';
import type { Head, Store, Survivors } from '../stores/store.ts';
import { tableOf } from '../vectors/neighbours.ts';
import { searchPrefix, similaritiesAt } from '../vectors/search.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import { runFunnel } from './run.ts';
import { standingsOf } from './standings.ts';

export interface InspectInput {
  readonly store: Store;
  /** Made for the schedule's first prefix. */
  readonly head: Head;
  /** All vectors, for the truth and for ranks among the whole corpus. */
  readonly vectors: VectorSet;
  /** Full-D, normalised at D. */
  readonly query: Float32Array;
  readonly about: Inspection['query'];
  readonly schedule: Schedule;
  readonly k: number;
  /** Prefixes at which to show each document's rank and similarity; the schedule's own are added. */
  readonly dims: readonly number[];
  readonly documentOf: (row: number) => DocumentRow;
  /** Graded relevance by document row, where the query has qrels. */
  readonly grades?: ReadonlyMap<number, number> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One query under the lens: what the funnel answered, which true neighbours it lost, at which stage, and the smallest keep there that would
 * have saved each (a real re-run with that keep has it among that stage's survivors).
 * @throws UserError when the schedule does not fit the embeddings.
 */
export async function inspectQuery(input: InspectInput): Promise<Inspection> {
  const { store, head, vectors, query, k, signal } = input;
  checkSchedule(input.schedule, { dims: vectors.dims, k: Math.min(k, vectors.rowCount) });
  const schedule = clampSchedule(input.schedule, vectors.rowCount);
  const run = await runFunnel(store, head, schedule, query, signal);
  const exact = searchPrefix(vectors, query, vectors.dims, truthDepth(k, vectors.rowCount));
  const truth = truthOf(tableOf([exact]), k, vectors.rowCount, (_, rows) => similaritiesAt(vectors, query, rows, [vectors.dims]));
  const trueRows = exact.rows.subarray(0, Math.min(k, exact.rows.length));
  const final = run.stages[run.stages.length - 1]!.rows;
  const answerRows = final.subarray(0, k);

  const rows = Int32Array.from(new Set([...trueRows, ...answerRows]));
  const dims = [...new Set([...input.dims, ...schedule.map((stage) => stage.dims), vectors.dims])].sort((a, b) => a - b);
  const standings = await standingsOf(vectors, query, rows, dims, signal);

  const fateOf = async (row: number): Promise<Fate> => {
    const at = rows.indexOf(row);
    const answerRank = rankIn(answerRows, row);
    const headRank = standings[dims.indexOf(schedule[0]!.dims)]![at]!.rank;
    const lost = answerRank === null ? await lossOf(input, schedule, run.stages, row, headRank) : undefined;
    const grade = input.grades?.get(row);
    return {
      document: input.documentOf(row),
      trueRank: rankIn(trueRows, row),
      answerRank,
      standings: dims.map((size, p) => ({ dims: size, ...standings[p]![at]! })),
      droppedAt: lost?.droppedAt ?? null,
      savingKeep: lost?.savingKeep ?? null,
      ...(lost === undefined ? {} : { savingSchedule: lost.savingSchedule, finalRank: lost.finalRank }),
      ...(grade === undefined ? {} : { relevant: grade }),
    };
  };
  const truthFates: Fate[] = [];
  for (const row of trueRows) truthFates.push(await fateOf(row));
  const answerFates: Fate[] = [];
  for (const row of answerRows) answerFates.push(truthFates.find((fate) => fate.document.row === row) ?? (await fateOf(row)));
  const recall = recallOf(truth, 0, answerRows);
  return {
    query: input.about,
    schedule: formatSchedule(schedule),
    k,
    recall,
    truth: truthFates,
    answer: answerFates,
    sentence: sentenceOf(schedule, truthFates, recall),
  };
}

function rankIn(rows: Int32Array, row: number): number | null {
  const index = rows.indexOf(row);
  return index < 0 ? null : index + 1;
}

interface Loss {
  readonly droppedAt: number | null;
  readonly savingKeep: number | null;
  readonly savingSchedule: string | null;
  readonly finalRank: number | null;
}

/**
 * Where a row was lost and what saves it: the dropping stage's keep is raised to the row's rank there, and where the larger field lets a
 * later stage drop it, that one's too, until it reaches the answer. Ranks are read from real stages run with larger keeps.
 */
async function lossOf(input: InspectInput, schedule: Schedule, stages: readonly Survivors[], row: number, headRank: number): Promise<Loss> {
  let current = schedule;
  let alive = stages;
  let first: { droppedAt: number; savingKeep: number | null } | undefined;
  for (let round = 0; round <= schedule.length; round += 1) {
    const droppedAt = alive.findIndex((stage) => !stage.rows.includes(row));
    if (droppedAt < 0) {
      const finalRank = rankIn(alive[alive.length - 1]!.rows, row)!;
      const isSaved = finalRank <= input.k;
      return {
        droppedAt: first?.droppedAt ?? null,
        savingKeep: first?.savingKeep ?? null,
        savingSchedule: isSaved ? formatSchedule(current) : null,
        finalRank: isSaved ? null : finalRank,
      };
    }
    const keep = droppedAt === 0 ? await headKeepFor(input, row, headRank) : await stageKeepFor(input, alive[droppedAt - 1]!, current[droppedAt]!.dims, row);
    first ??= { droppedAt, savingKeep: keep };
    if (keep === null) return { ...first, savingSchedule: null, finalRank: null };
    current = current.map((stage, index) => (index === droppedAt ? { ...stage, keep } : stage));
    alive = (await runFunnel(input.store, input.head, current, input.query, input.signal)).stages;
  }
  return { droppedAt: first!.droppedAt, savingKeep: first!.savingKeep, savingSchedule: null, finalRank: null };
}

/** The row's rank in the head's own list; null where an approximate head does not find it at all. */
async function headKeepFor({ head, query, vectors, signal }: InspectInput, row: number, exactRank: number): Promise<number | null> {
  // Some more than the exact rank: the head may order near-equal similarities otherwise, or be approximate.
  for (let keep = exactRank + 16; ; keep *= 2) {
    const found = await head.search(query, Math.min(keep, vectors.rowCount), signal);
    const rank = rankIn(found.rows, row);
    if (rank !== null) return rank;
    if (keep >= Math.min(vectors.rowCount, 64 * exactRank + 1024)) return null;
  }
}

async function stageKeepFor({ store, query, signal }: InspectInput, entering: Survivors, dims: number, row: number): Promise<number | null> {
  const all = await store.rerank(query, entering, { dims, keep: entering.rows.length }, signal);
  return rankIn(all.rows, row);
}

function sentenceOf(schedule: Schedule, truth: readonly Fate[], recall: number): string {
  const lost = truth.filter((fate) => fate.answerRank === null);
  const names = (fate: Fate): string => `“${shorten(fate.document.title ?? fate.document.text) || fate.document.id}”`;
  if (lost.length === 0) return `The funnel found all ${truth.length} true neighbours.`;
  const found = `The funnel lost ${lost.length} of ${truth.length} true neighbours`;
  const twins = recall >= 1 ? ', each for a document that is exactly as similar' : '';
  const worst = lost[0]!;
  const place = `true rank ${worst.trueRank}`;
  if (worst.droppedAt === null) {
    const last = schedule[schedule.length - 1]!;
    return `${found}${twins}: ${names(worst)} (${place}) survives every stage but is only ${ordinal(worst.finalRank ?? 0)} at ${last.dims} dims, where the schedule ends; only more dims bring it back.`;
  }
  const stage = schedule[worst.droppedAt]!;
  if (worst.savingKeep === null) return `${found}${twins}: ${names(worst)} (${place}) is not found by the head search at ${stage.dims} dims at all.`;
  const among = worst.droppedAt === 0 ? '' : ` among the ${formatCount(schedule[worst.droppedAt - 1]!.keep)} survivors`;
  const saved =
    (worst.savingSchedule ?? null) === null
      ? `keep ${formatCount(worst.savingKeep)} saves it there, though not into the answer`
      : `keep ${formatCount(worst.savingKeep)} there saves it (${worst.savingSchedule})`;
  return `${found}${twins}: ${names(worst)} (${place}) is ${ordinal(worst.savingKeep)}${among} at ${stage.dims} dims, beyond the keep of ${formatCount(stage.keep)}; ${saved}.`;
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}

function ordinal(rank: number): string {
  const tens = rank % 100;
  const suffix = tens >= 11 && tens <= 13 ? 'th' : ({ 1: 'st', 2: 'nd', 3: 'rd' }[rank % 10] ?? 'th');
  return `${formatCount(rank)}${suffix}`;
}

import { formatSchedule } from '../../src/contract/schedule.ts';
import type { Schedule, Stage } from '../../src/contract/schedule.ts';

/** What an edited schedule must stay within: the prefixes on offer (rising), the corpus, the pool, and k. */
export interface EditLimits {
  readonly dims: readonly number[];
  readonly rowCount: number;
  /** The largest keep that can be evaluated exactly. */
  readonly capacity: number;
  readonly k: number;
}

export function sameSchedule(a: Schedule, b: Schedule): boolean {
  return a === b || formatSchedule(a) === formatSchedule(b);
}

/** The keeps a stage may take: not below the next stage's (or k), not above the one before (or the pool's capacity). */
export function keepRange(schedule: Schedule, index: number, limits: EditLimits): { readonly low: number; readonly high: number } {
  const low = schedule[index + 1]?.keep ?? limits.k;
  const high = schedule[index - 1]?.keep ?? Math.min(limits.capacity, limits.rowCount);
  return { low: Math.min(low, high), high: Math.max(low, high) };
}

export function setKeep(schedule: Schedule, index: number, keep: number, limits: EditLimits): Schedule {
  const { low, high } = keepRange(schedule, index, limits);
  const fitted = Math.min(high, Math.max(low, Math.round(keep)));
  return replaceStage(schedule, index, (stage) => ({ dims: stage.dims, keep: fitted }));
}

/** The prefixes a stage may take: between those of its neighbours. */
export function dimsChoices(schedule: Schedule, index: number, limits: EditLimits): readonly number[] {
  const above = schedule[index - 1]?.dims ?? 0;
  const below = schedule[index + 1]?.dims ?? Infinity;
  return limits.dims.filter((dims) => dims > above && dims < below);
}

/** Moves a stage to the choice nearest to `dims` (on a log scale); unchanged when there is none. */
export function setDims(schedule: Schedule, index: number, dims: number, limits: EditLimits): Schedule {
  const choices = dimsChoices(schedule, index, limits);
  const nearest = nearestOf(choices, dims);
  return nearest === undefined ? schedule : replaceStage(schedule, index, (stage) => ({ dims: nearest, keep: stage.keep }));
}

/** The next choice up or down. */
export function stepDims(schedule: Schedule, index: number, direction: 1 | -1, limits: EditLimits): Schedule {
  const stage = schedule[index];
  if (stage === undefined) return schedule;
  const choices = dimsChoices(schedule, index, limits);
  const next = direction === 1 ? choices.find((dims) => dims > stage.dims) : choices.findLast((dims) => dims < stage.dims);
  return next === undefined ? schedule : replaceStage(schedule, index, () => ({ dims: next, keep: stage.keep }));
}

/** One arrow key: about 9 % (an eighth of a doubling), at least one; a big step doubles or halves. */
export function stepKeep(schedule: Schedule, index: number, direction: 1 | -1, isBig: boolean, limits: EditLimits): Schedule {
  const stage = schedule[index];
  if (stage === undefined) return schedule;
  const factor = 2 ** (direction * (isBig ? 1 : 1 / 8));
  const scaled = Math.round(stage.keep * factor);
  const keep = scaled === stage.keep ? stage.keep + direction : scaled;
  return setKeep(schedule, index, keep, limits);
}

/** Whether a stage fits after `index` (−1: before the first): there is a prefix left between the neighbours. */
export function canAddAfter(schedule: Schedule, index: number, limits: EditLimits): boolean {
  return gapChoices(schedule, index, limits).length > 0;
}

/** A new stage between two others: the middle prefix of the gap, the geometric mean of the keeps. */
export function addAfter(schedule: Schedule, index: number, limits: EditLimits): Schedule {
  const choices = gapChoices(schedule, index, limits);
  const dims = choices[Math.floor((choices.length - 1) / 2)];
  if (dims === undefined) return schedule;
  const before = schedule[index]?.keep ?? Math.min(limits.capacity, limits.rowCount);
  const after = schedule[index + 1]?.keep ?? limits.k;
  const keep = Math.round(Math.sqrt(before * after));
  return [...schedule.slice(0, index + 1), { dims, keep: Math.min(before, Math.max(after, keep)) }, ...schedule.slice(index + 1)];
}

/** Without stage `index`; the last stage's keep passes to the new last one, so that the answer stays k long. */
export function removeStage(schedule: Schedule, index: number): Schedule {
  if (schedule.length <= 1) return schedule;
  const rest = schedule.filter((_, at) => at !== index);
  if (index !== schedule.length - 1) return rest;
  const keep = schedule[index]!.keep;
  return rest.map((stage, at) => (at === rest.length - 1 ? { dims: stage.dims, keep } : stage));
}

function gapChoices(schedule: Schedule, index: number, limits: EditLimits): readonly number[] {
  const above = schedule[index]?.dims ?? 0;
  const below = schedule[index + 1]?.dims ?? Infinity;
  return limits.dims.filter((dims) => dims > above && dims < below);
}

function nearestOf(choices: readonly number[], dims: number): number | undefined {
  let best: number | undefined;
  for (const choice of choices) {
    if (best === undefined || Math.abs(Math.log(choice / dims)) < Math.abs(Math.log(best / dims))) best = choice;
  }
  return best;
}

function replaceStage(schedule: Schedule, index: number, change: (stage: Stage) => Stage): Schedule {
  const stage = schedule[index];
  if (stage === undefined) return schedule;
  const next = change(stage);
  if (next.dims === stage.dims && next.keep === stage.keep) return schedule;
  return schedule.map((one, at) => (at === index ? next : one));
}

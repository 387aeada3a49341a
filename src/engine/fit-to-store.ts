import type { HeadChoice } from '../contract/measure.ts';
import { formatSchedule } from '../contract/schedule.ts';
import type { Schedule } from '../contract/schedule.ts';
import type { Store } from '../stores/store.ts';

/** What to measure on a store. */
export interface WantedRun {
  readonly dims: readonly number[];
  readonly schedules: readonly Schedule[];
  readonly head: HeadChoice;
}

/** The part of it that a store can measure. */
export interface FittedRun extends WantedRun {
  /** Prefixes, and schedules as text, that it has no head for. */
  readonly left: { readonly dims: readonly number[]; readonly schedules: readonly string[] };
}

/** A store that has its heads (a collection of the user's) measures those prefixes and the funnels that begin with them; any other store everything. */
export function fitToStore(store: Store, wanted: WantedRun): FittedRun {
  const fixed = store.fixedHeads;
  if (fixed === undefined) return { ...wanted, left: { dims: [], schedules: [] } };
  const has = (dims: number): boolean => fixed.dims.includes(dims);
  const { params } = wanted.head;
  return {
    dims: wanted.dims.filter(has),
    schedules: wanted.schedules.filter((schedule) => has(schedule[0]!.dims)),
    // `autoindex` is whatever the fields have; another index that was asked for is refused by the store, which says what there is.
    head: wanted.head.index === 'autoindex' ? { ...fixed.choice, ...(params === undefined ? {} : { params }) } : wanted.head,
    left: { dims: wanted.dims.filter((dims) => !has(dims)), schedules: wanted.schedules.filter((schedule) => !has(schedule[0]!.dims)).map(formatSchedule) },
  };
}

/** Whether a store can measure all that is wanted. */
export function isWhole(run: FittedRun): boolean {
  return run.left.dims.length === 0 && run.left.schedules.length === 0;
}

import { formatSchedule } from '../../src/contract/schedule.ts';
import type { Schedule } from '../../src/contract/schedule.ts';
import type { Evaluation } from '../../src/contract/tuning.ts';
import type { EngineClient, WireError } from '../../src/contract/wire.ts';
import { toWireError } from './errors.ts';
import { abandon, commit, draft, redo, startHistory, undo } from './history.ts';
import type { History } from './history.ts';
import { createLatest } from './latest.ts';
import { ready } from './remote.ts';
import type { EditLimits } from './schedule-edit.ts';
import { sameSchedule } from './schedule-edit.ts';
import type { SlotName } from './session.ts';
import { createStore } from './store.ts';
import type { Store } from './store.ts';
import type { Work } from './work.ts';

/** The two schedules under comparison; the active one is edited. */
export interface Slots {
  readonly A: Schedule;
  readonly B: Schedule | undefined;
  readonly active: SlotName;
}

export interface FunnelValue {
  readonly history: History<Slots>;
  /** The newest answer for each slot; it may be of an earlier schedule, which its own `schedule` tells. */
  readonly answers: { readonly A: Evaluation | undefined; readonly B: Evaluation | undefined };
  readonly error: WireError | undefined;
  /** When the move was made that the newest answers belong to (performance.now); for the measure of a redraw. */
  readonly answeredMoveAt: number | undefined;
}

export interface FunnelState {
  readonly store: Store<FunnelValue>;
  /** The schedule being edited. */
  schedule(): Schedule;
  /** Changes the active schedule. A draft (during a drag) is no step of the history until it is settled. */
  edit(schedule: Schedule, mode: 'draft' | 'commit'): void;
  settle(): void;
  abandon(): void;
  setSlots(change: Partial<Slots>): void;
  start(slots: Slots): void;
  undo(): void;
  redo(): void;
  /** Evaluates the present schedules from the pool; nothing happens without one. */
  evaluate(): void;
  limits(): EditLimits | undefined;
}

const empty: FunnelValue = { history: startHistory<Slots>({ A: [], B: undefined, active: 'A' }), answers: { A: undefined, B: undefined }, error: undefined, answeredMoveAt: undefined };

interface Wanted {
  readonly poolId: string;
  readonly A: Schedule;
  readonly B: Schedule | undefined;
  readonly movedAt: number;
}

/**
 * The schedule under the user's hand: history, two slots, and the exact evaluation that follows every move.
 * @param isPriced whether the cost model is of the store that is chosen: a time of another one is no estimate.
 */
export function createFunnelState(client: EngineClient, work: Store<Work>, isPriced: () => boolean = () => true): FunnelState {
  const store = createStore(empty);

  const latest = createLatest<Wanted, Evaluation[]>(
    (wanted) => client.call('pool.evaluate', { poolId: wanted.poolId, schedules: [wanted.A, ...(wanted.B === undefined ? [] : [wanted.B])].map((one) => [...one]) }),
    (wanted, [A, B]) => {
      store.set((before) => ({ ...before, answers: { A: priced(A), B: priced(B) }, error: undefined, answeredMoveAt: wanted.movedAt }));
    },
    (_, error) => store.set((before) => ({ ...before, error: toWireError(error) })),
  );

  function priced(answer: Evaluation | undefined): Evaluation | undefined {
    return answer === undefined || isPriced() ? answer : { ...answer, estimate: undefined };
  }

  function evaluate(): void {
    const pool = ready(work.get().pool);
    const { A, B } = store.get().history.present;
    if (pool === undefined || A.length === 0) return;
    latest.request({ poolId: pool.poolId, A, B, movedAt: performance.now() });
  }

  function change(step: (history: History<Slots>) => History<Slots>): void {
    const before = store.get().history.present;
    store.set((value) => ({ ...value, history: step(value.history) }));
    const after = store.get().history.present;
    if (!sameSlots(before, after)) evaluate();
  }

  return {
    store,
    schedule: () => active(store.get().history.present),
    edit(schedule, mode) {
      change((history) => {
        const { present } = history;
        const next: Slots = present.active === 'A' ? { ...present, A: schedule } : { ...present, B: schedule };
        return mode === 'draft' ? draft(history, next) : commit(history, next, sameSlots);
      });
    },
    settle: () => change((history) => commit(history, history.present, sameSlots)),
    abandon: () => change(abandon),
    setSlots: (slots) => change((history) => commit(history, { ...history.present, ...slots }, sameSlots)),
    start(slots) {
      latest.drop();
      store.set({ ...empty, history: startHistory(slots) });
      evaluate();
    },
    undo: () => change(undo),
    redo: () => change(redo),
    evaluate,
    limits() {
      const { pool, dataset } = work.get();
      const built = ready(pool);
      if (built !== undefined) return { dims: [...built.dims].sort((a, b) => a - b), rowCount: built.rowCount, capacity: built.capacity, k: built.k };
      const data = ready(dataset);
      if (data === undefined) return undefined;
      return { dims: withFull(data.suggestedDims, data.dims), rowCount: data.rowCount, capacity: data.rowCount, k: 1 };
    },
  };
}

export function active(slots: Slots): Schedule {
  return slots.active === 'B' ? (slots.B ?? slots.A) : slots.A;
}

/** Whether an answer is of this very schedule, or still of one before. */
export function isOf(answer: Evaluation | undefined, schedule: Schedule | undefined): boolean {
  return answer !== undefined && schedule !== undefined && formatSchedule(answer.schedule) === formatSchedule(schedule);
}

export function withFull(dims: readonly number[], full: number): readonly number[] {
  return [...new Set([...dims, full])].filter((one) => one <= full).sort((a, b) => a - b);
}

function sameSlots(a: Slots, b: Slots): boolean {
  return a.active === b.active && sameSchedule(a.A, b.A) && (a.B === b.B || (a.B !== undefined && b.B !== undefined && sameSchedule(a.B, b.B)));
}

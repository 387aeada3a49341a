/** One report from long work. `done` and `total` count `unit`s; `total` is undefined where it is not known. */
export interface Progress {
  /** What is being done, as the user reads it: "embedding documents". */
  readonly phase: string;
  readonly done: number;
  readonly total?: number | undefined;
  /** "texts", "rows", "queries", "bytes" … */
  readonly unit: string;
  /** What else is to be said: "loss 1.23". */
  readonly note?: string | undefined;
}

export type ProgressSink = (progress: Progress) => void;

/** Options every long function takes. */
export interface WorkOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ProgressSink | undefined;
}

/** Rate and time left of a phase, from its own reports. */
export interface Pace {
  readonly progress: Progress;
  readonly elapsedMs: number;
  /** Units a second since the phase began; undefined until it can be told. */
  readonly perSecond?: number | undefined;
  readonly remainingMs?: number | undefined;
}

/** Turns progress reports into paces; a new phase starts a new clock. `nowMs` is injected so that tests need no time. */
export function paceOf(nowMs: () => number): (progress: Progress) => Pace {
  let phase: string | undefined;
  let startMs = 0;
  let startDone = 0;
  return (progress) => {
    const now = nowMs();
    if (progress.phase !== phase || progress.done < startDone) {
      phase = progress.phase;
      startMs = now;
      startDone = progress.done;
    }
    const elapsedMs = now - startMs;
    const done = progress.done - startDone;
    if (elapsedMs <= 0 || done <= 0) return { progress, elapsedMs };
    const perSecond = (done / elapsedMs) * 1000;
    const remainingMs = progress.total === undefined ? undefined : ((progress.total - progress.done) / perSecond) * 1000;
    return { progress, elapsedMs, perSecond, remainingMs };
  };
}

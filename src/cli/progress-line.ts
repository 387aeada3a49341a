import { formatCount, formatDuration } from '../base/format.ts';
import type { Progress, ProgressSink } from '../base/progress.ts';
import { paceOf } from '../base/progress.ts';

const DRAW_EVERY_MS = 100;
const PRINT_EVERY_MS = 5000;

/**
 * Progress on stderr with rate and time left. On a terminal one line is redrawn; elsewhere (a log) a line is printed
 * at each phase's start and every five seconds.
 */
export function progressLine(stream: NodeJS.WriteStream, nowMs: () => number = () => performance.now()): { sink: ProgressSink; end: () => void } {
  const pace = paceOf(nowMs);
  const isTerminal = stream.isTTY === true;
  let phase: string | undefined;
  let drawnMs = -Infinity;
  let isDrawn = false;

  function textOf(progress: Progress): string {
    const { perSecond, remainingMs } = pace(progress);
    const amount = progress.total === undefined ? formatCount(progress.done) : `${formatCount(progress.done)} of ${formatCount(progress.total)}`;
    const rate = perSecond === undefined ? '' : ` · ${formatCount(Math.round(perSecond))}/s`;
    const left = remainingMs === undefined || (progress.total !== undefined && progress.done >= progress.total) ? '' : ` · ${formatDuration(remainingMs)} left`;
    const note = progress.note === undefined ? '' : ` · ${progress.note}`;
    return `${progress.phase}: ${amount} ${progress.unit}${note}${rate}${left}`;
  }

  return {
    sink(progress) {
      const text = textOf(progress);
      const now = nowMs();
      const isNew = progress.phase !== phase;
      phase = progress.phase;
      if (!isNew && now - drawnMs < (isTerminal ? DRAW_EVERY_MS : PRINT_EVERY_MS)) return;
      drawnMs = now;
      if (isTerminal) {
        stream.write(`\r\x1b[2K${text.slice(0, Math.max(20, (stream.columns ?? 80) - 1))}`);
        isDrawn = true;
      } else {
        stream.write(`${text}\n`);
      }
    },
    end() {
      if (isDrawn) stream.write('\r\x1b[2K');
      isDrawn = false;
    },
  };
}

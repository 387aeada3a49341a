import type { ReactElement } from 'react';
import { Swatch } from './mark.tsx';
import type { Series } from './series.ts';

/** All values at one x: a small table beside the pointer. */
export function ChartTooltip({
  x,
  xLabel,
  formatX,
  formatY,
  series,
  bandWords,
  plotLeft,
  isMarked,
  isCompact,
}: {
  readonly x: number;
  readonly xLabel: string;
  readonly formatX: (x: number) => string;
  readonly formatY: (y: number) => string;
  readonly series: readonly Series[];
  readonly bandWords: { readonly low: string; readonly high: string };
  /** Pixels from the chart's left edge to its plot. */
  readonly plotLeft: number;
  readonly isMarked: boolean;
  /** Beside the chart that is pointed at: its neighbours show their values, and leave the names to it. */
  readonly isCompact: boolean;
}): ReactElement {
  return (
    // A wide readout on a narrow chart would leave the window: it moves to the left, as far as it is too wide.
    <div className="chart-tooltip" style={{ left: `min(0px, calc(100cqw - ${plotLeft}px - 100%))` }}>
      {isCompact ? null : (
        <div className="chart-tooltip-title">
          {formatX(x)} {xLabel}
          {isMarked ? <span className="muted"> · trained</span> : null}
        </div>
      )}
      <table>
        <tbody>
          {series.map((one) => {
            const point = one.points.find((candidate) => candidate.x === x);
            if (point === undefined || point.isJoint === true) return null;
            return (
              <tr key={one.key}>
                <td>
                  <Swatch shape={one.style.shape} color={one.style.color} isHollow={one.isEstimate === true} />
                </td>
                {isCompact ? null : <td>{one.label}</td>}
                <td className="numeric">{formatY(point.y)}</td>
                {isCompact ? null : <td className="numeric muted">{bandText(point, bandWords, formatY)}</td>}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function bandText(point: { readonly y: number; readonly low?: number; readonly high?: number }, words: { readonly low: string; readonly high: string }, format: (y: number) => string): string {
  if (point.low !== undefined && point.high !== undefined && point.low !== point.y) return `${format(point.low)} – ${format(point.high)}`;
  if (point.high !== undefined) return `${words.high} ${format(point.high)}`;
  return '';
}

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
  isMarked,
}: {
  readonly x: number;
  readonly xLabel: string;
  readonly formatX: (x: number) => string;
  readonly formatY: (y: number) => string;
  readonly series: readonly Series[];
  readonly bandWords: { readonly low: string; readonly high: string };
  readonly isMarked: boolean;
}): ReactElement {
  return (
    <div className="chart-tooltip">
      <div className="chart-tooltip-title">
        {formatX(x)} {xLabel}
        {isMarked ? <span className="muted"> · trained</span> : null}
      </div>
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
                <td>{one.label}</td>
                <td className="numeric">{formatY(point.y)}</td>
                <td className="numeric muted">{bandText(point, bandWords, formatY)}</td>
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

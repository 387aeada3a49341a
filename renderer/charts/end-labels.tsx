import type { ReactElement } from 'react';
import { usePlotArea, useXAxisScale, useYAxisScale } from 'recharts';
import type { Series } from './series.ts';

const lineHeight = 13;
const characterWidth = 6.1;

/** The room to the right of the plot that the names need. */
export function endLabelWidth(series: readonly Series[]): number {
  if (series.length <= 1) return 12;
  return Math.min(140, Math.max(...series.map((one) => one.label.length)) * characterWidth + 16);
}

/** Each line's name at its end, pushed apart where they would overlap: no legend to look up. */
export function EndLabels({ series }: { readonly series: readonly Series[] }): ReactElement | null {
  const xScale = useXAxisScale();
  const yScale = useYAxisScale();
  const plot = usePlotArea();
  if (xScale === undefined || yScale === undefined || plot === undefined || series.length <= 1) return null;
  const labels = series
    .filter((one) => one.isUnlabelled !== true)
    .map((one) => {
      const last = one.points[one.points.length - 1];
      const at = last === undefined ? undefined : yScale(last.y);
      const from = last === undefined ? undefined : xScale(last.x);
      return at === undefined || from === undefined ? undefined : { series: one, y: at, x: from };
    })
    .filter((label) => label !== undefined)
    .sort((a, b) => a.y - b.y);
  const edge = plot.x + plot.width;
  const isInside = (x: number): boolean => x < edge - 48;
  const outside = labels.filter((label) => !isInside(label.x));
  const placed = spread(outside.map((label) => label.y), lineHeight, plot.y + 4, plot.y + plot.height);
  return (
    <g>
      {labels.map((label) => {
        // A line that ends early carries its name there, not at the edge that it never reaches.
        const at = isInside(label.x) ? { x: label.x + 8, y: label.y - 6 } : { x: edge + 2, y: placed[outside.indexOf(label)]! };
        return (
          <text key={label.series.key} x={at.x} y={at.y} dominantBaseline="middle" fontSize={11} fill={label.series.style.color}>
            {label.series.label}
          </text>
        );
      })}
    </g>
  );
}

/** Moves rising positions apart so that neighbours are at least `gap` away, within [low, high]. */
export function spread(positions: readonly number[], gap: number, low: number, high: number): readonly number[] {
  const placed = positions.map((position) => Math.min(high, Math.max(low, position)));
  for (let index = 1; index < placed.length; index += 1) placed[index] = Math.max(placed[index]!, placed[index - 1]! + gap);
  const over = (placed[placed.length - 1] ?? high) - high;
  if (over > 0) {
    placed[placed.length - 1] = high;
    for (let index = placed.length - 2; index >= 0; index -= 1) placed[index] = Math.min(placed[index]!, placed[index + 1]! - gap);
  }
  return placed;
}

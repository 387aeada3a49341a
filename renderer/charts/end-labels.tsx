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
  const isInside = (x: number): boolean => x < edge - 24;
  const outside = labels.filter((label) => !isInside(label.x));
  const placed = spread(outside.map((label) => label.y), lineHeight, plot.y + 4, plot.y + plot.height);
  const outsideBoxes = outside.map((label, index) => boxAt(edge + 2, placed[index]!, label.series.label));
  const dots = series.flatMap((one) => one.points.map((point) => ({ x: xScale(point.x) ?? 0, y: yScale(point.y) ?? 0 })));
  // A line that ends early carries its name there, not at the edge that it never reaches.
  const insideBoxes = placeBeside(labels.filter((label) => isInside(label.x)).map((label) => ({ x: label.x, y: label.y, text: label.series.label })), dots, outsideBoxes);
  const names = [...outside.map((label, index) => ({ series: label.series, box: outsideBoxes[index]! })), ...labels.filter((label) => isInside(label.x)).map((label, index) => ({ series: label.series, box: insideBoxes[index]! }))];
  return (
    <g>
      {names.map(({ series: one, box }) => (
        <text key={one.key} x={box.left} y={box.top + lineHeight / 2} dominantBaseline="middle" fontSize={11} fill={one.style.color}>
          {one.label}
        </text>
      ))}
    </g>
  );
}

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function boxAt(left: number, middle: number, text: string): Box {
  return { left, right: left + text.length * characterWidth, top: middle - lineHeight / 2, bottom: middle + lineHeight / 2 };
}

/** Whether two boxes do not touch. */
export function isApart(a: Box, b: Box): boolean {
  return a.right < b.left || a.left > b.right || a.bottom < b.top || a.top > b.bottom;
}

/** Puts each text beside its point: to the right, else the left, above or below, where no dot and no other text stands; to the right when there is no such place. */
export function placeBeside(texts: readonly { readonly x: number; readonly y: number; readonly text: string }[], dots: readonly { readonly x: number; readonly y: number }[], taken: readonly Box[]): readonly Box[] {
  const boxes: Box[] = [];
  const marks = dots.map(({ x, y }) => ({ left: x - 4, right: x + 4, top: y - 4, bottom: y + 4 }));
  for (const { x, y, text } of texts) {
    const width = text.length * characterWidth;
    const places = [
      boxAt(x + 8, y - 6, text),
      boxAt(x + 8, y + 8, text),
      boxAt(x - 8 - width, y - 6, text),
      boxAt(x - width / 2, y - 13, text),
      boxAt(x - 8 - width, y + 8, text),
      boxAt(x - width / 2, y + 14, text),
    ];
    boxes.push(places.find((place) => [...taken, ...boxes, ...marks].every((other) => isApart(place, other))) ?? places[0]!);
  }
  return boxes;
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

/** Width of text in pixels, estimated on the wide side: charts are drawn without a font to measure. */
export function textWidth(text: string, size: number): number {
  return [...text].length * size * 0.6;
}

/** A name short enough for a picture; the whole of it is in the hover and the table. */
export function shortName(name: string, most = 32): string {
  const letters = [...name];
  return letters.length <= most ? name : `${letters.slice(0, most - 1).join('')}…`;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Moves line-end labels apart so that each has `gap` pixels; keeps their order. Input and output: y in pixels. */
export function spread(wanted: readonly number[], gap: number, low: number, high: number): readonly number[] {
  const order = wanted.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y);
  for (let i = 1; i < order.length; i += 1) order[i]!.y = Math.max(order[i]!.y, order[i - 1]!.y + gap);
  let limit = high;
  for (let i = order.length - 1; i >= 0; i -= 1) {
    order[i]!.y = Math.max(low, Math.min(order[i]!.y, limit));
    limit = order[i]!.y - gap;
  }
  const placed = new Array<number>(wanted.length);
  for (const { y, index } of order) placed[index] = y;
  return placed;
}

export interface Placed {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'end' | 'middle';
  /** Where a line from the point should end, when the label is too far off to be read as its own. */
  readonly leader?: readonly [x: number, y: number] | undefined;
}

/** Places to try, nearest first: pixels to the side, lines of text up (−) or down, and which end of the text is there. */
const spots: readonly (readonly [dx: number, lines: number, anchor: Placed['anchor']])[] = [
  [10, 0.5, 'start'],
  [-10, 0.5, 'end'],
  [0, -0.75, 'middle'],
  [0, 1.75, 'middle'],
  [8, -0.6, 'start'],
  [8, 1.6, 'start'],
  [-8, -0.6, 'end'],
  [-8, 1.6, 'end'],
  [14, -1.6, 'start'],
  [-14, -1.6, 'end'],
  [14, 2.6, 'start'],
  [-14, 2.6, 'end'],
  [20, -2.7, 'start'],
  [20, 3.7, 'start'],
  [-20, 3.7, 'end'],
];
const nearSpots = 8;

/**
 * Places labels next to their points where they touch neither a point, a line nor another label and stay inside `bounds`;
 * undefined where there is no room. Earlier points win.
 */
export function placeLabels(points: readonly { readonly x: number; readonly y: number; readonly text: string }[], obstacles: readonly Box[], bounds: Box, size: number): readonly (Placed | undefined)[] {
  const taken: Box[] = [...obstacles];
  const height = size * 1.15;
  return points.map(({ x, y, text }) => {
    const width = textWidth(text, size);
    for (const [index, [dx, lines, anchor]] of spots.entries()) {
      const top = y + (lines - 1) * height;
      const left = anchor === 'start' ? x + dx : anchor === 'end' ? x + dx - width : x - width / 2;
      const box = { x: left, y: top, width, height };
      if (!contains(bounds, box) || taken.some((other) => overlaps(box, other))) continue;
      taken.push(box);
      const leader = index < nearSpots ? undefined : ([x + dx * 0.8, lines < 0 ? top + height : top + 2] as const);
      return { x: x + dx, y: top + height * 0.8, anchor, leader };
    }
    return undefined;
  });
}

function contains(outer: Box, inner: Box): boolean {
  return inner.x >= outer.x && inner.x + inner.width <= outer.x + outer.width && inner.y >= outer.y && inner.y + inner.height <= outer.y + outer.height;
}

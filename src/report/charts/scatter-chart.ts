import { element, pixel, textElement, type Markup } from '../markup.ts';
import { frameOf, picture } from './frame.ts';
import { placeLabels, shortName, textWidth, type Box } from './label-place.ts';
import { mark, type Shape } from './mark.ts';
import type { Axis } from './scale.ts';

export interface ScatterPoint {
  readonly x: number;
  readonly y: number;
  readonly shape: Shape;
  /** 0 … 5; undefined: grey, beaten by another point. */
  readonly colour: number | undefined;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  /** p95: a thin line to the right of the point. */
  readonly xHigh?: number | undefined;
  /** Shown on hover, lines separated by newlines. */
  readonly text: string;
  readonly label?: string | undefined;
  readonly estimated?: boolean | undefined;
  /** Its label stands out. */
  readonly strong?: boolean | undefined;
}

export interface ScatterChart {
  readonly width: number;
  readonly height: number;
  readonly x: Axis;
  readonly y: Axis;
  readonly points: readonly ScatterPoint[];
  /** Staircases: each the points that nothing measured beats, by rising x. */
  readonly frontiers: readonly { readonly colour: number; readonly points: readonly { readonly x: number; readonly y: number }[] }[];
  readonly key: readonly { readonly shape: Shape; readonly colour: number | undefined; readonly text: string; readonly estimated?: boolean }[];
  readonly label: string;
}

/** Points with whiskers, the frontier as a staircase below which everything is beaten, labels where there is room. */
export function scatterChart(chart: ScatterChart): Markup {
  const frame = frameOf({ ...chart, rightMargin: 24, headroom: 30 });
  const { x, y } = frame;
  const stairs = chart.frontiers.map(({ colour, points }) => ({ colour, corners: staircase(points.map((point) => ({ x: x(point.x), y: y(point.y) }))) }));
  // Earlier points win the room for labels: those on the frontier come first, the rest after.
  const order = chart.points.map((point, index) => ({ point, index })).sort((a, b) => Number(b.point.colour !== undefined) - Number(a.point.colour !== undefined));
  const obstacles: Box[] = [
    ...chart.points.map((point) => ({ x: x(point.x) - 6, y: y(point.y) - 6, width: 12, height: 12 })),
    ...chart.points.flatMap((point) => whiskerBoxes(point, x, y)),
    ...stairs.flatMap(({ corners }) => corners.slice(1).map((corner, index) => boxBetween(corners[index]!, corner))),
  ];
  const labelled = order.filter(({ point }) => point.label !== undefined);
  const bounds = { x: frame.left + 2, y: 26, width: frame.right - frame.left + 20, height: frame.bottom - 28 };
  const places = placeLabels(labelled.map(({ point }) => ({ x: x(point.x), y: y(point.y), text: shortName(point.label!) })), obstacles, bounds, 12);
  return picture(
    frame,
    chart.label,
    'chart',
    frame.axes,
    keyOf(chart, frame.width),
    ...stairs.map(({ colour, corners }) => element('g', { class: `c${colour}` }, element('polyline', { class: 'frontier', points: corners.map((corner) => `${pixel(corner.x)},${pixel(corner.y)}`).join(' ') }))),
    ...chart.points.map((point) => {
      const px = x(point.x);
      const py = y(point.y);
      return element(
        'g',
        { class: `point ${point.colour === undefined ? 'beaten' : `c${point.colour}`}` },
        textElement('title', {}, point.text),
        point.low === undefined || point.high === undefined || point.high <= point.low ? undefined : element('line', { class: 'whisker', x1: px, x2: px, y1: y(point.low), y2: y(point.high) }),
        point.xHigh === undefined ? undefined : element('line', { class: 'whisker', x1: px, x2: x(point.xHigh), y1: py, y2: py }),
        mark(point.shape, px, py, 4.2, point.estimated ? 'dot hollow' : 'dot'),
        element('circle', { class: 'hit', cx: px, cy: py, r: 11 }),
      );
    }),
    ...labelled.map(({ point }, index) => {
      const place = places[index];
      if (place === undefined) return undefined;
      const className = point.strong ? 'value strong' : point.colour === undefined ? 'value faint' : 'value';
      return element(
        'g',
        {},
        place.leader === undefined ? undefined : element('line', { class: 'leader', x1: x(point.x), y1: y(point.y), x2: place.leader[0], y2: place.leader[1] }),
        textElement('text', { class: className, x: place.x, y: place.y, 'text-anchor': place.anchor }, shortName(point.label!)),
      );
    }),
  );
}

interface Corner {
  readonly x: number;
  readonly y: number;
}

/** From each point level to the next one's x, then up to it. */
function staircase(points: readonly Corner[]): readonly Corner[] {
  return points.flatMap((point, index) => {
    const before = points[index - 1];
    return before === undefined ? [point] : [{ x: point.x, y: before.y }, point];
  });
}

function whiskerBoxes(point: ScatterPoint, x: (value: number) => number, y: (value: number) => number): readonly Box[] {
  const px = x(point.x);
  const py = y(point.y);
  return [
    ...(point.xHigh === undefined ? [] : [boxBetween({ x: px, y: py }, { x: x(point.xHigh), y: py })]),
    ...(point.low === undefined || point.high === undefined ? [] : [boxBetween({ x: px, y: y(point.low) }, { x: px, y: y(point.high) })]),
  ];
}

function boxBetween(a: Corner, b: Corner): Box {
  return { x: Math.min(a.x, b.x) - 1, y: Math.min(a.y, b.y) - 1, width: Math.abs(a.x - b.x) + 2, height: Math.abs(a.y - b.y) + 2 };
}

/** The meaning of the shapes, right-aligned in the title's line. */
function keyOf(chart: ScatterChart, width: number): Markup {
  let x = width - 4;
  const items = [...chart.key].reverse().map(({ shape, colour, text, estimated }) => {
    const start = x - textWidth(shortName(text), 11.5);
    x = start - 30;
    return element('g', { class: colour === undefined ? 'beaten' : `c${colour}` }, mark(shape, start - 9, 10, 4, estimated ? 'dot hollow' : 'dot'), textElement('text', { class: 'key', x: start, y: 14 }, shortName(text)));
  });
  return element('g', {}, ...items.reverse());
}

import { element, join, pixel, textElement, type Markup } from '../markup.ts';
import { frameOf, picture, type Frame } from './frame.ts';
import { overlaps, shortName, spread, textWidth, type Box } from './label-place.ts';
import { mark, maxSeries, shapes } from './mark.ts';
import type { Axis } from './scale.ts';

export interface LinePoint {
  readonly x: number;
  readonly y: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  /** What the hover shows of this point: `55.2 % (53.3–57.1)`. */
  readonly text: string;
  /** Written next to the point; only on the chart's first series. */
  readonly label?: string | undefined;
  /** Not measured: drawn hollow, its line dashed. */
  readonly estimated?: boolean | undefined;
}

export interface LineSeries {
  readonly name: string;
  readonly points: readonly LinePoint[];
}

export interface LineChart {
  readonly width: number;
  readonly height: number;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly LineSeries[];
  /** What the picture shows, for those who do not see it. */
  readonly label: string;
  /** The column's name in the hover: `64 dims`. */
  readonly columnName: (x: number) => string;
  /** Drawn as whiskers besides the band. */
  readonly whiskers?: boolean;
  readonly reference?: { readonly y: number; readonly text: string } | undefined;
}

/** Lines with a band around each, a name at each line's end, and a hover that shows all values at one x. At most six series are drawn. */
export function lineChart(chart: LineChart): Markup {
  const room = chart.width * 0.3;
  const series = chart.series
    .filter(({ points }) => points.length > 0)
    .slice(0, maxSeries)
    .map((item) => ({ ...item, name: shortName(item.name, Math.floor((room - 22) / textWidth('0', 12))) }));
  const names = series.length > 1;
  const rightMargin = names ? 22 + Math.max(...series.map(({ name }) => textWidth(name, 12))) : 18;
  const frame = frameOf({ ...chart, rightMargin: Math.min(rightMargin, room) });
  const drawn = series.map((item, index) => drawSeries(frame, item, index, chart, series.length));
  return picture(
    frame,
    chart.label,
    'chart',
    frame.axes,
    chart.reference === undefined ? undefined : referenceLine(frame, chart.reference),
    ...drawn.map(({ band }) => band),
    ...drawn.map(({ lines }) => lines),
    names ? endNames(frame, series) : undefined,
    ...hoverColumns(frame, series, chart.columnName),
  );
}

function drawSeries(frame: Frame, series: LineSeries, index: number, chart: LineChart, count: number): { band: Markup | undefined; lines: Markup } {
  const { x, y } = frame;
  const points = series.points;
  const ranged = points.filter((point): point is LinePoint & { low: number; high: number } => point.low !== undefined && point.high !== undefined);
  const band =
    ranged.length < 2
      ? undefined
      : element('g', { class: `c${index}` }, element('polygon', { class: 'band', points: [...ranged.map((point) => corner(x(point.x), y(point.high))), ...[...ranged].reverse().map((point) => corner(x(point.x), y(point.low)))].join(' ') }));
  const firstEstimate = points.findIndex((point) => point.estimated);
  const measured = firstEstimate < 0 ? points : points.slice(0, firstEstimate);
  const projected = firstEstimate < 0 ? [] : points.slice(Math.max(0, firstEstimate - 1));
  const path = (list: readonly LinePoint[], className: string): Markup | undefined =>
    list.length < 2 ? undefined : element('polyline', { class: className, points: list.map((point) => corner(x(point.x), y(point.y))).join(' ') });
  const whiskers = chart.whiskers ? ranged.filter((point) => point.high > point.low).map((point) => whisker(x(point.x), y(point.low), y(point.high))) : [];
  const labels = index > 0 ? [] : valueLabels(frame, points, count);
  const lines = element(
    'g',
    { class: `c${index}` },
    path(measured, 'line'),
    path(projected, 'line dashed'),
    ...whiskers,
    ...points.map((point) => mark(shapes[index]!, x(point.x), y(point.y), 3.6, point.estimated ? 'dot hollow' : 'dot')),
    ...labels,
  );
  return { band, lines };
}

const corner = (x: number, y: number): string => `${pixel(x)},${pixel(y)}`;

function whisker(x: number, low: number, high: number): Markup {
  return element('path', { class: 'whisker', d: `M${pixel(x)} ${pixel(low)}V${pixel(high)}M${pixel(x - 4)} ${pixel(low)}h8M${pixel(x - 4)} ${pixel(high)}h8` });
}

/**
 * Values up and left of their points: lines with labels rise to the right, so that side is free. The first goes below its point when it has
 * no room at the left. From the right end on; a label that would touch another is left out.
 */
function valueLabels(frame: Frame, points: readonly LinePoint[], count: number): readonly Markup[] {
  const taken: Box[] = [];
  return [...points].reverse().flatMap((point) => {
    if (point.label === undefined) return [];
    const px = frame.x(point.x);
    const width = textWidth(point.label, 11.5);
    const fits = px - 6 - width > frame.left + 2;
    const y = fits ? Math.max(27, Math.min(frame.y(point.high ?? point.y) - 5, frame.y(point.y) - 8)) : frame.y(point.low ?? point.y) + 17;
    const box = { x: fits ? px - 6 - width : px + 3, y: y - 11, width: width + 2, height: 13 };
    if (y > frame.bottom - 3 || taken.some((other) => overlaps(box, other))) return [];
    taken.push(box);
    return [textElement('text', { class: count > 1 ? 'value own' : 'value', x: fits ? px - 6 : px + 3, y, 'text-anchor': fits ? 'end' : 'start' }, point.label)];
  });
}

function endNames(frame: Frame, series: readonly LineSeries[]): Markup {
  const ends = series.map(({ points }) => points[points.length - 1]!);
  const placed = spread(ends.map((end) => frame.y(end.y) + 4), 15, frame.top + 4, frame.bottom);
  return join(series.map(({ name }, index) => textElement('text', { class: `name c${index}`, x: frame.x(ends[index]!.x) + 12, y: placed[index]! }, name)));
}

function referenceLine(frame: Frame, { y, text }: { readonly y: number; readonly text: string }): Markup {
  const at = frame.y(y);
  return element('g', {}, element('line', { class: 'reference', x1: frame.left, x2: frame.right, y1: at, y2: at }), textElement('text', { class: 'note', x: frame.left + 4, y: at - 5 }, text));
}

/** An invisible column for each x: on hover its rule and the values of all series at that x appear. No script. */
function hoverColumns(frame: Frame, series: readonly LineSeries[], columnName: (x: number) => string): readonly Markup[] {
  const xs = [...new Set(series.flatMap(({ points }) => points.map((point) => point.x)))].sort((a, b) => a - b);
  return xs.map((value, index) => {
    const at = frame.x(value);
    const start = index === 0 ? frame.left - 10 : (frame.x(xs[index - 1]!) + at) / 2;
    const end = index === xs.length - 1 ? frame.right : (frame.x(xs[index + 1]!) + at) / 2;
    const values = series.flatMap(({ name, points }) => {
      const point = points.find((candidate) => candidate.x === value);
      return point === undefined ? [] : [series.length > 1 ? `${name} ${point.text}` : point.text];
    });
    const text = `${columnName(value)}: ${values.join(' · ')}`;
    return element(
      'g',
      { class: 'column' },
      textElement('title', {}, [columnName(value), ...values].join('\n')),
      element('rect', { class: 'hit', x: start, y: 0, width: Math.max(1, end - start), height: frame.height }),
      element('line', { class: 'rule', x1: at, x2: at, y1: frame.top, y2: frame.bottom }),
      textElement('text', { class: 'readout', x: frame.width - 2, y: 14, 'text-anchor': 'end' }, text),
    );
  });
}

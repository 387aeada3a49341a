import { element, join, textElement, type Markup } from '../markup.ts';
import { textWidth } from './label-place.ts';
import { project, type Axis, type Tick } from './scale.ts';

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly axes: Markup;
}

export interface FrameSpec {
  readonly width: number;
  readonly height: number;
  readonly x: Axis;
  readonly y: Axis;
  /** Free pixels right of the plot, for names at line ends. */
  readonly rightMargin?: number;
  /** Free pixels above the highest value, for labels. */
  readonly headroom?: number;
}

const tickSize = 11.5;

/** The plot's area with its axes: hairlines across, ticks below, titles at the top left and the bottom. */
export function frameOf({ width, height, x: xAxis, y: yAxis, rightMargin = 16, headroom = 0 }: FrameSpec): Frame {
  const marked = xAxis.ticks.some((tick) => tick.marked);
  const left = 14 + Math.max(24, ...yAxis.ticks.map((tick) => textWidth(tick.label, tickSize)));
  const right = width - rightMargin;
  const top = 34 + headroom;
  const bottom = height - (marked ? 56 : 46);
  const x = project(xAxis, left, right);
  const y = project(yAxis, bottom, top);
  const inDomain = (axis: Axis) => (tick: Tick): boolean => tick.at >= axis.domain[0] * (1 - 1e-9) && tick.at <= axis.domain[1] * (1 + 1e-9);
  const rows = yAxis.ticks.filter(inDomain(yAxis)).map((tick) =>
    join([
      element('line', { class: tick.at === yAxis.domain[0] && yAxis.kind === 'linear' ? 'base' : 'grid', x1: left, x2: right, y1: y(tick.at), y2: y(tick.at) }),
      textElement('text', { class: 'tick', x: left - 8, y: y(tick.at) + 4, 'text-anchor': 'end' }, tick.label),
    ]),
  );
  const shown = thinned(xAxis.ticks.filter(inDomain(xAxis)), x);
  const columns = xAxis.ticks.filter(inDomain(xAxis)).map((tick) =>
    join([
      element('line', { class: 'stub', x1: x(tick.at), x2: x(tick.at), y1: bottom, y2: bottom + 5 }),
      shown.has(tick) ? textElement('text', { class: tick.marked ? 'tick strong' : 'tick', x: x(tick.at), y: bottom + 19, 'text-anchor': 'middle' }, tick.label) : undefined,
      tick.marked ? element('circle', { class: 'trained', cx: x(tick.at), cy: bottom + 28, r: 2.5 }) : undefined,
    ]),
  );
  const axes = element(
    'g',
    { class: 'axes' },
    ...rows,
    ...columns,
    textElement('text', { class: 'axis heading', x: 2, y: 14 }, yAxis.title),
    textElement('text', { class: 'axis', x: (left + right) / 2, y: height - 6, 'text-anchor': 'middle' }, xAxis.title),
  );
  return { width, height, left, right, top, bottom, x, y, axes };
}

/** Which tick labels fit: from the right end on, those of trained sizes before the rest. */
function thinned(ticks: readonly Tick[], x: (value: number) => number): ReadonlySet<Tick> {
  const shown = new Set<Tick>();
  const fits = (tick: Tick): boolean => [...shown].every((other) => Math.abs(x(other.at) - x(tick.at)) > (textWidth(tick.label, tickSize) + textWidth(other.label, tickSize)) / 2 + 5);
  const byRank = [...ticks].reverse().sort((a, b) => Number(b.marked ?? false) - Number(a.marked ?? false));
  for (const tick of byRank) if (fits(tick)) shown.add(tick);
  return shown;
}

/** The whole picture: an image with a name for those who do not see it. */
export function picture(frame: Pick<Frame, 'width' | 'height'>, label: string, className: string, ...children: readonly (Markup | undefined)[]): Markup {
  return element('svg', { class: className, viewBox: `0 0 ${frame.width} ${frame.height}`, role: 'img', 'aria-label': label, xmlns: 'http://www.w3.org/2000/svg' }, ...children);
}

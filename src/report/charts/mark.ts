import { element, type Markup } from '../markup.ts';

export type Shape = 'circle' | 'square' | 'diamond' | 'triangle' | 'cross' | 'bar';

/** At most six series: each has its colour (class `c0` … `c5`) and its own shape, so that colour is never the only sign. */
export const shapes: readonly Shape[] = ['circle', 'square', 'triangle', 'diamond', 'cross', 'bar'];
export const maxSeries = shapes.length;

/** A point. Hollow ones are estimates. */
export function mark(shape: Shape, x: number, y: number, radius: number, className: string): Markup {
  const at = (points: readonly (readonly [number, number])[]): string => points.map(([dx, dy]) => `${round(x + dx * radius)},${round(y + dy * radius)}`).join(' ');
  switch (shape) {
    case 'circle':
      return element('circle', { class: className, cx: x, cy: y, r: radius });
    case 'square':
      return element('polygon', { class: className, points: at([[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]]) });
    case 'diamond':
      return element('polygon', { class: className, points: at([[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]]) });
    case 'triangle':
      return element('polygon', { class: className, points: at([[0, -1.25], [1.15, 0.85], [-1.15, 0.85]]) });
    case 'cross':
      return element('polygon', { class: className, points: at([[-1.2, -0.4], [-0.4, -0.4], [-0.4, -1.2], [0.4, -1.2], [0.4, -0.4], [1.2, -0.4], [1.2, 0.4], [0.4, 0.4], [0.4, 1.2], [-0.4, 1.2], [-0.4, 0.4], [-1.2, 0.4]]) });
    case 'bar':
      return element('polygon', { class: className, points: at([[-0.5, -1.3], [0.5, -1.3], [0.5, 1.3], [-0.5, 1.3]]) });
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

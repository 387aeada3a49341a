import type { ReactElement } from 'react';
import type { Shape } from './series.ts';

/** A mark of a series: filled for measurements, hollow for estimates. About 7 px across in every shape. */
export function Mark({ shape, x, y, color, isHollow = false, size = 3.5, title }: { readonly shape: Shape; readonly x: number; readonly y: number; readonly color: string; readonly isHollow?: boolean; readonly size?: number; readonly title?: string }): ReactElement {
  const paint = { fill: isHollow ? 'var(--ground)' : color, stroke: color, strokeWidth: 1.5 };
  const label = title === undefined ? null : <title>{title}</title>;
  if (shape === 'circle') {
    return (
      <circle cx={x} cy={y} r={size} {...paint}>
        {label}
      </circle>
    );
  }
  return (
    <path d={outline(shape, x, y, size)} {...paint} fillRule="nonzero">
      {label}
    </path>
  );
}

function outline(shape: Exclude<Shape, 'circle'>, x: number, y: number, r: number): string {
  switch (shape) {
    case 'square':
      return polygon([[-0.88, -0.88], [0.88, -0.88], [0.88, 0.88], [-0.88, 0.88]], x, y, r);
    case 'triangle':
      return polygon([[0, -1.2], [1.1, 0.8], [-1.1, 0.8]], x, y, r);
    case 'diamond':
      return polygon([[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]], x, y, r);
    case 'cross':
      return polygon([[-0.4, -1.2], [0.4, -1.2], [0.4, -0.4], [1.2, -0.4], [1.2, 0.4], [0.4, 0.4], [0.4, 1.2], [-0.4, 1.2], [-0.4, 0.4], [-1.2, 0.4], [-1.2, -0.4], [-0.4, -0.4]], x, y, r);
    case 'star':
      return polygon(
        Array.from({ length: 10 }, (_, index) => {
          const angle = -Math.PI / 2 + (index * Math.PI) / 5;
          const reach = index % 2 === 0 ? 1.5 : 0.62;
          return [Math.cos(angle) * reach, Math.sin(angle) * reach] as const;
        }),
        x,
        y,
        r,
      );
  }
}

function polygon(corners: readonly (readonly [number, number])[], x: number, y: number, r: number): string {
  return `M${corners.map(([dx, dy]) => `${(x + dx * r).toFixed(2)},${(y + dy * r).toFixed(2)}`).join('L')}Z`;
}

/** The mark as a swatch in text. */
export function Swatch({ shape, color, isHollow = false }: { readonly shape: Shape; readonly color: string; readonly isHollow?: boolean }): ReactElement {
  return (
    <svg width={18} height={10} viewBox="0 0 18 10" aria-hidden="true" className="swatch">
      <line x1={0} x2={18} y1={5} y2={5} stroke={color} strokeWidth={1.5} strokeDasharray={isHollow ? '3 2' : undefined} />
      <Mark shape={shape} x={9} y={5} color={color} isHollow={isHollow} />
    </svg>
  );
}

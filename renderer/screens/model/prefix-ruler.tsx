import type { ReactElement } from 'react';

const width = 104;

/** Trained prefixes as ticks on a log2 scale from 8 dims to the widest model's; the bar ends at this model's full dimension. */
export function PrefixRuler({ dims, trained, widest }: { readonly dims: number; readonly trained: readonly number[]; readonly widest: number }): ReactElement {
  const x = (value: number): number => ((Math.log2(value) - 3) / (Math.log2(widest) - 3)) * (width - 4) + 2;
  const text = trained.length === 0 ? 'none' : trained.join(', ');
  return (
    <span className="prefix-ruler">
      <svg width={width} height={12} viewBox={`0 0 ${width} 12`} role="img" aria-label={`Trained prefixes: ${text}`}>
        <title>{text}</title>
        <line x1={0} x2={x(dims)} y1={6} y2={6} stroke="var(--edge)" strokeWidth={1} strokeDasharray={trained.length === 0 ? '2 2' : undefined} />
        {trained.map((one) => (
          <rect key={one} x={x(one) - 1.5} y={1} width={3} height={10} fill="var(--accent)" />
        ))}
      </svg>
    </span>
  );
}

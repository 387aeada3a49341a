import type { LadderEntry, StoreResult } from '../../src/contract/report.ts';

export type Shape = 'circle' | 'square' | 'triangle' | 'diamond' | 'cross' | 'star';

/** How a series looks, on every screen: colour and shape together, so that neither has to carry it alone. */
export interface SeriesStyle {
  /** A custom property of the theme. */
  readonly color: string;
  readonly shape: Shape;
}

export interface Point {
  readonly x: number;
  readonly y: number;
  /** The 95 % interval, or the upper end of a band. */
  readonly low?: number;
  readonly high?: number;
  /** Only joins two lines: no mark of its own. */
  readonly isJoint?: boolean;
}

export interface Series {
  readonly key: string;
  readonly label: string;
  readonly style: SeriesStyle;
  readonly points: readonly Point[];
  /** Estimates and projections are dashed and hollow; measurements solid. */
  readonly isEstimate?: boolean;
  /** Its name stands at the end of another line that continues it. */
  readonly isUnlabelled?: boolean;
  /** Measured before the dataset, k or store was changed. */
  readonly isStale?: boolean;
}

const shapes: readonly Shape[] = ['circle', 'square', 'triangle', 'diamond', 'cross', 'star'];

/** One of the six looks. */
export function styleOf(slot: number): SeriesStyle {
  const index = ((slot % 6) + 6) % 6;
  return { color: `var(--series-${index + 1})`, shape: shapes[index]! };
}

/** Looks of prefixes as series of their own (by their place among all prefixes shown): an ordered ramp. */
export function dimsStyle(index: number, total: number): SeriesStyle {
  const slot = total <= 6 ? index + Math.max(0, Math.floor((6 - total) / 2)) : Math.round((index / Math.max(1, total - 1)) * 5);
  const bounded = Math.min(5, Math.max(0, slot));
  return { color: `var(--dims-${bounded + 1})`, shape: shapes[bounded]! };
}

const fixedSlots: Readonly<Record<string, number>> = {
  'embedded:flat:f32': 0,
  'milvus:flat:f32': 1,
  'embedded:hnsw:f32': 2,
  'milvus:hnsw:f32': 3,
  'embedded:flat:int8': 4,
  'embedded:flat:binary': 5,
  'embedded:flat:f16': 2,
  'milvus:autoindex:f32': 3,
};

/** The look of a store and head. Common ones are fixed; the rest take the slots that are left, in the order of their names. */
export function storeStyle(key: string, all: readonly string[]): SeriesStyle {
  const taken = new Set<number>();
  const slots = new Map<string, number>();
  for (const one of [...new Set([...all, key])].sort(byFixedFirst)) {
    const wanted = fixedSlots[one];
    const slot = wanted !== undefined && !taken.has(wanted) ? wanted : firstFree(taken);
    taken.add(slot);
    slots.set(one, slot);
  }
  return styleOf(slots.get(key) ?? 0);
}

function byFixedFirst(a: string, b: string): number {
  const fixedA = a in fixedSlots ? 0 : 1;
  const fixedB = b in fixedSlots ? 0 : 1;
  return fixedA - fixedB || (a < b ? -1 : a > b ? 1 : 0);
}

function firstFree(taken: ReadonlySet<number>): number {
  for (let slot = 0; slot < 6; slot += 1) if (!taken.has(slot)) return slot;
  return taken.size % 6;
}

type Measured = Pick<StoreResult, 'kind' | 'head' | 'inPlace'>;

/** `embedded`, `Milvus`, `embedded HNSW`, `embedded int8`; `in place` in a collection of the user's, whose index is as they made it. */
export function storeLabel(result: Measured): string {
  const store = result.inPlace === true ? 'in place' : result.kind === 'milvus' ? 'Milvus' : 'embedded';
  const isPlain = result.head.index === 'flat' || (result.inPlace === true && result.head.index === 'autoindex');
  const index = isPlain ? '' : ` ${result.head.index.toUpperCase().replace('_', ' ')}`;
  const precision = result.head.precision === 'f32' ? '' : ` ${result.head.precision}`;
  return `${store}${index}${precision}`;
}

/** Names for lines that stand on one chart: what all of them share is left out, `int8` rather than `embedded int8`. */
export function lineLabels(results: readonly Measured[]): readonly string[] {
  const isOneKind = results.length > 1 && results.every((one) => one.kind === results[0]!.kind);
  return results.map((one) => {
    if (!isOneKind) return storeLabel(one);
    const index = one.head.index === 'flat' ? '' : one.head.index.toUpperCase().replace('_', ' ');
    return index === '' ? one.head.precision : one.head.precision === 'f32' ? index : `${index} ${one.head.precision}`;
  });
}

/** The points of one measure along a ladder; entries without the measure are left out. */
export function ladderPoints(ladder: readonly LadderEntry[], pick: (entry: LadderEntry) => { readonly y: number; readonly low?: number; readonly high?: number } | undefined): readonly Point[] {
  return ladder
    .map((entry) => {
      const value = pick(entry);
      return value === undefined ? undefined : { x: entry.dims, ...value };
    })
    .filter((point) => point !== undefined)
    .sort((a, b) => a.x - b.x);
}

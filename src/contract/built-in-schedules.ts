import type { Schedule } from './schedule.ts';

export const builtInNames = ['two-stage', 'tutorial', 'mrl-paper'] as const;
export type BuiltInName = (typeof builtInNames)[number];

/** What a built-in schedule is made for. */
export interface BuiltInLimits {
  /** The prefixes there are to choose from, rising, full dimension last. */
  readonly dims: readonly number[];
  readonly k: number;
}

export interface BuiltIn {
  readonly name: BuiltInName;
  readonly title: string;
  /** Where it comes from. */
  readonly source: string;
  schedule(limits: BuiltInLimits): Schedule;
}

const TUTORIAL_KEEP = 128;
const TUTORIAL_STAGES = 4;
const PAPER_KEEP = 200;
const DEFAULT_KEEP = 512;

/**
 * Schedules that others have published, made for the prefixes that are there. No keep is below k.
 * Sources: Milvus documentation, "Funnel search with Matryoshka embeddings"; Kusupati et al., Matryoshka Representation Learning, arXiv 2205.13147, funnel retrieval.
 */
export const builtIns: readonly BuiltIn[] = [
  {
    name: 'two-stage',
    title: 'Two stages',
    source: 'the largest prefix of at most a quarter, keep 512 or 32 k; then all dimensions',
    schedule({ dims, k }) {
      const full = dims.at(-1)!;
      const head = dims.filter((size) => size <= full / 4).at(-1) ?? dims[0]!;
      return head === full ? [{ dims: full, keep: k }] : [{ dims: head, keep: Math.max(DEFAULT_KEEP, 32 * k) }, { dims: full, keep: k }];
    },
  },
  {
    name: 'tutorial',
    title: "The Milvus tutorial's",
    source: 'the four longest prefixes, keep 128, prune by half: 128:128,256:64,512:32,768:16 at 768 dimensions',
    schedule: ({ dims, k }) => halved(dims.slice(-TUTORIAL_STAGES), TUTORIAL_KEEP, k),
  },
  {
    name: 'mrl-paper',
    title: "The MRL paper's",
    source: 'every prefix from the shortest, keep 200, prune by half down to k',
    schedule({ dims, k }) {
      const stages = halved(dims, PAPER_KEEP, k);
      return [...stages.slice(0, -1), { dims: dims.at(-1)!, keep: k }];
    },
  },
];

/** @throws RangeError for a name that is none of `builtInNames` */
export function builtIn(name: BuiltInName): BuiltIn {
  const found = builtIns.find((one) => one.name === name);
  if (found === undefined) throw new RangeError(`no built-in schedule ${String(name)}`);
  return found;
}

function halved(dims: readonly number[], keep: number, k: number): Schedule {
  return dims.map((size, stage) => ({ dims: size, keep: Math.max(k, Math.floor(keep / 2 ** stage)) }));
}

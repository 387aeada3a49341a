import { formatList, formatPoints } from '../base/format.ts';
import type { Interval } from '../contract/measure.ts';
import type { Bump } from '../contract/tuning.ts';
import { bumpsOf } from './bumps.ts';
import type { Variant, VariantLadder } from './matryoshka.ts';

/** What the ladders were found to say, in numbers and in words. */
export interface MatryoshkaVerdict {
  /**
   * `matryoshka`: the front dimensions carry most, nearly as PCA would order them. `partly`: better than chance, well short of PCA.
   * `plain`: the order of the dimensions says nothing. `unclear`: not even PCA beats chance, or every prefix keeps everything.
   */
  readonly kind: 'matryoshka' | 'partly' | 'plain' | 'unclear';
  /** Where the model's own order lies between no order (0) and PCA's (1), over the prefixes up to half the dimension. */
  readonly orderShare: number | undefined;
  /** Measured sizes that stand out above their neighbours: the mark of a trained size. */
  readonly bumps: readonly Bump[];
  /** The smallest prefix from which on all prefixes keep the safe recall; undefined where only the full dimension does. */
  readonly safeDims: { readonly raw: number; readonly pca: number; readonly adapter: number };
  /** Which way to truncate kept most, over the prefixes up to half the dimension, by a point at least. */
  readonly best: 'raw' | 'pca' | 'adapter';
  /** The adapter's recall at full dimension: below 1 it costs something there. */
  readonly adapterFullRecall: number;
  /** Sentences for a person, the most important first. */
  readonly sentences: readonly string[];
}

export interface VerdictInput {
  readonly dims: readonly number[];
  readonly ladders: readonly VariantLadder[];
  readonly gains: { readonly overRaw: readonly Interval[]; readonly overPca: readonly Interval[] };
  readonly k: number;
  readonly safeRecall: number;
  readonly claimedDims: readonly number[];
}

/** Below this difference of mean recall, PCA itself has no order to find. */
const LEAST_SPREAD = 0.03;
/** Less than a point is not worth turning vectors for, nor an adapter, which changes the full vectors too, in place of a rotation, which does not. */
const LEAST_LEAD = 0.01;
const MATRYOSHKA_SHARE = 0.6;
const PARTLY_SHARE = 0.25;

/** Reads the ladders: is this model Matryoshka-trained, how far down is it safe, what would an adapter give. */
export function verdictOf(input: VerdictInput): MatryoshkaVerdict {
  const { dims, safeRecall, gains } = input;
  const full = dims.at(-1)!;
  const ladder = (variant: Variant): readonly Interval[] => input.ladders.find((one) => one.variant === variant)!.recall;
  const [raw, pca, adapter] = [ladder('raw'), ladder('pca'), ladder('adapter')];
  const chance = dims.map((_, at) => Math.max(ladder('reversed')[at]!.value, ladder('random')[at]!.value));
  const short = dims.map((_, at) => at).filter((at) => dims[at]! <= full / 2);
  const meanOver = (values: readonly number[]): number => short.reduce((sum, at) => sum + values[at]!, 0) / Math.max(1, short.length);
  const value = (intervals: readonly Interval[]): number[] => intervals.map((interval) => interval.value);
  const spread = meanOver(value(pca)) - meanOver(chance);
  const lift = meanOver(value(raw)) - meanOver(chance);
  const orderShare = spread < LEAST_SPREAD ? undefined : lift / spread;
  const kind = orderShare === undefined ? (lift >= LEAST_SPREAD ? 'matryoshka' : 'unclear') : orderShare >= MATRYOSHKA_SHARE ? 'matryoshka' : orderShare >= PARTLY_SHARE ? 'partly' : 'plain';
  const safe = (recall: readonly Interval[]): number => safeFrom(dims, recall, safeRecall);
  const means = { raw: meanOver(value(raw)), pca: meanOver(value(pca)), adapter: meanOver(value(adapter)) };
  const turned = means.adapter >= means.pca + LEAST_LEAD ? 'adapter' : 'pca';
  const best = means[turned] >= means.raw + LEAST_LEAD ? turned : 'raw';
  const bumps = kind === 'plain' ? [] : bumpsOf(dims, raw);
  const verdict = { kind, orderShare, bumps, safeDims: { raw: safe(raw), pca: safe(pca), adapter: safe(adapter) }, best, adapterFullRecall: adapter.at(-1)!.value } as const;
  return { ...verdict, sentences: sentencesOf(input, verdict, { raw, pca, adapter, chance: value(ladder('random')), overPca: gains.overPca }) };
}

/** The smallest prefix from which on every prefix keeps the recall at the lower end of its interval; the full dimension if none does. */
function safeFrom(dims: readonly number[], recall: readonly Interval[], least: number): number {
  let at = dims.length - 1;
  while (at > 0 && recall[at - 1]!.low >= least) at -= 1;
  return dims[at]!;
}

interface Ladders {
  readonly raw: readonly Interval[];
  readonly pca: readonly Interval[];
  readonly adapter: readonly Interval[];
  readonly chance: readonly number[];
  readonly overPca: readonly Interval[];
}

function sentencesOf({ dims, k, safeRecall, claimedDims }: VerdictInput, verdict: Omit<MatryoshkaVerdict, 'sentences'>, { raw, pca, adapter, chance, overPca }: Ladders): string[] {
  const full = dims.at(-1)!;
  const quarter = dims.reduce((near, _, at) => (Math.abs(dims[at]! - full / 4) < Math.abs(dims[near]! - full / 4) ? at : near), 0);
  const at = `at ${dims[quarter]} of ${full} dimensions`;
  const said = `${at} it keeps ${percent(raw[quarter]!.value)} of the true top ${k}, a random rotation ${percent(chance[quarter]!)}, PCA ${percent(pca[quarter]!.value)}`;
  const first = {
    matryoshka: `These vectors behave like a Matryoshka model's: ${said}.`,
    partly: `The front dimensions carry more than the others, but less than they could: ${said}.`,
    plain: `These vectors are not Matryoshka-trained: the order of their dimensions says nothing; ${said}.`,
    unclear: `Neither the model's order nor PCA's stands out from chance on these documents: ${said}.`,
  }[verdict.kind];
  const sentences = [first];
  if (claimedDims.length > 0 && (verdict.kind === 'plain' || verdict.kind === 'partly')) sentences.push(`Its card claims training at ${claimedDims.join(', ')}; this measurement does not bear that out. Check pooling, prompts and layer-norm.`);
  if (verdict.bumps.length > 0) sentences.push(`${formatList(verdict.bumps.map((bump) => `${bump.dims} (${formatPoints(bump.excess)} points)`))} ${verdict.bumps.length === 1 ? 'stands' : 'stand'} out above the sizes beside ${verdict.bumps.length === 1 ? 'it' : 'them'}, as trained sizes do.`);
  sentences.push(safeSentence('Truncated as they are', verdict.safeDims.raw, full, safeRecall));
  if (verdict.best === 'raw') sentences.push(`Neither PCA nor an adapter would improve short prefixes by a point: leave the vectors as they are.`);
  else {
    const gain = `${percent(raw[quarter]!.value)} → ${percent((verdict.best === 'adapter' ? adapter : pca)[quarter]!.value)} ${at}`;
    const rival = verdict.best === 'adapter' ? `PCA alone ${percent(pca[quarter]!.value)}${overPca[quarter]!.low > 0 ? '' : ', which is not clearly less'}` : `the adapter does not beat it by a point (${percent(adapter[quarter]!.value)}): use PCA`;
    sentences.push(`${verdict.best === 'adapter' ? 'A trained adapter' : 'A PCA rotation'} would give ${gain}; ${rival}.`);
    sentences.push(safeSentence(verdict.best === 'adapter' ? 'With the adapter' : 'After the rotation', verdict.safeDims[verdict.best], full, safeRecall));
    const better = dims.filter((size, index) => size < full && overPca[index]!.high < 0);
    if (verdict.best === 'adapter' && better.length > 0) sentences.push(`PCA keeps more than the adapter at ${formatList(better.map(String))} dimensions.`);
    if (verdict.best === 'adapter' && verdict.adapterFullRecall < 0.995) sentences.push(`The adapter changes the full vectors a little: at ${full} dimensions it keeps ${percent(verdict.adapterFullRecall)}. Re-rank with the original vectors to lose nothing.`);
  }
  return sentences;
}

function safeSentence(how: string, dims: number, full: number, least: number): string {
  return dims === full ? `${how}, no smaller prefix measured keeps ${percent(least)} without re-ranking: keep all ${full}, or re-rank.` : `${how}, ${dims} of ${full} dimensions keep ${percent(least)} without re-ranking.`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0.995 && share < 1 ? 1 : 0)} %`;
}

import { formatBytes, formatCount, formatList, formatMs, formatPart, formatPercent, formatPercentInterval, formatPoints, formatRatio, formatInterval } from '../base/format.ts';
import type { FunnelEntry, LadderEntry, StoreResult } from '../contract/report.ts';
import { baselineWords } from './baseline-words.ts';
import { bestFunnel, isHighRecall } from './choice.ts';
import { storeNames, storeResults, type Measured } from './store-results.ts';

/** Says of every funnel that does not pay that it does not; undefined when all do. Belongs before anything good about funnels. */
export function notPayingSentence(store: StoreResult): string | undefined {
  const { funnels, baseline } = store;
  const losers = funnels.filter((funnel) => !funnel.pays);
  if (losers.length === 0) return undefined;
  const exact = formatMs(baseline.latencyMs.p50);
  const plain = baseline.index === undefined ? 'plain exact search' : `plain ${baselineWords(store)}`;
  const [only] = losers;
  if (losers.length === 1 && only !== undefined) {
    const compared = `${formatMs(only.latencyMs.p50)} against ${exact} p50`;
    const sentence = isSlower(only, baseline.latencyMs.p50)
      ? `The funnel ${only.schedule} is slower than ${plain}: ${compared}.`
      : `The funnel ${only.schedule} is not measurably faster than ${plain}: ${compared}.`;
    return funnels.length === 1 ? `${sentence} Search at full dimension instead.` : sentence;
  }
  const slower = losers.filter((funnel) => isSlower(funnel, baseline.latencyMs.p50)).length;
  const named = losers.slice(0, 3).map((funnel) => `${funnel.schedule} ${formatMs(funnel.latencyMs.p50)}`);
  const more = losers.length > 3 ? [`${losers.length - 3} more`] : [];
  const which = `${formatList([...named, ...more])}, against ${exact} p50`;
  if (losers.length === funnels.length) {
    return slower === losers.length
      ? `No funnel pays here: all ${losers.length} are slower than ${plain} (${which}). Search at full dimension instead.`
      : `No funnel pays here: none of the ${losers.length} is measurably faster than ${plain} (${which}). Search at full dimension instead.`;
  }
  return `${losers.length} of the ${funnels.length} funnels are ${slower === losers.length ? 'slower' : 'not measurably faster'} than ${plain}: ${which}.`;
}

function isSlower(funnel: FunnelEntry, exactMs: number): boolean {
  return funnel.latencyMs.p50 > exactMs;
}

/** What the recommended funnel keeps, costs and gains; undefined when none pays. */
export function bestFunnelSentence(store: StoreResult, dims: number): string | undefined {
  const best = bestFunnel(store);
  if (best === undefined) return undefined;
  return (
    `The funnel ${best.schedule} keeps ${formatPercentInterval(best.recall)} of the true neighbours at ${formatMs(best.latencyMs.p50)} p50, ` +
    `${formatRatio(best.speedup)} as fast as ${baselineWords(store)} at ${dims} dims (${formatMs(store.baseline.latencyMs.p50)}).` +
    (!isHighRecall(best.recall.value) ? ' No funnel measured keeps 99 %: the tuner can look for one (--tune recall=0.99).' : '')
  );
}

/** What plain search on each prefix keeps, and what the shortest good one saves. */
export function prefixSentence(store: StoreResult, dims: number): string | undefined {
  const shorter = store.ladder.filter((entry) => entry.dims < dims);
  if (shorter.length === 0) return undefined;
  const safe = shorter.find((entry) => entry.recall.value >= 0.95);
  const shown = safe ?? pivotOf(shorter, dims);
  const full = store.baseline;
  const cost = `at ${formatPart(shown.bytesPerVector / full.bytesPerVector)} of the memory (${formatBytes(shown.totalBytes)} instead of ${formatBytes(full.totalBytes)})`;
  const start = `Cut to ${shown.dims} of ${dims} dims, plain search keeps ${formatPercentInterval(shown.recall)} of the true neighbours ${cost}`;
  return safe === undefined ? `${start}; no tested prefix below ${dims} keeps 95 %.` : `${start}; it is the shortest tested prefix that keeps 95 %.`;
}

/** The prefix nearest to a quarter of the full dimension: the usual first cut. */
function pivotOf(shorter: readonly LadderEntry[], dims: number): LadderEntry {
  const distance = (entry: LadderEntry): number => Math.abs(Math.log2((entry.dims * 4) / dims));
  return shorter.reduce((nearest, entry) => (distance(entry) < distance(nearest) ? entry : nearest));
}

/** Recall at every tested prefix in one line. */
export function ladderSentence(store: StoreResult, k: number): string {
  const parts = store.ladder.map((entry) => `${formatPercent(entry.recall.value)} at ${entry.dims}`);
  return `Recall@${k} of plain search is ${formatList(parts)} dims.`;
}

/** What a prefix loses by the qrels, which is usually less than it loses of the true neighbours. */
export function relevanceSentence(store: StoreResult, k: number): string | undefined {
  const full = store.baseline.ndcg;
  const shorter = store.ladder.filter((entry) => entry.ndcg !== undefined && entry.retention !== undefined && entry.dims < fullDimsOf(store));
  if (full === undefined || shorter.length === 0) return undefined;
  const kept = shorter.find((entry) => entry.retention! >= 0.95) ?? pivotOf(shorter, fullDimsOf(store));
  return (
    `By the qrels, ${kept.dims} dims keep ${formatPercent(kept.retention!)} of nDCG@${k}: ${formatInterval(kept.ndcg!)} where full dimension has ${formatInterval(full)}.` +
    (kept.retention! > kept.recall.value + 0.02 ? ` Of the true neighbours they keep ${formatPercent(kept.recall.value)}: many of those lost were not relevant, or others as relevant took their place.` : '')
  );
}

function fullDimsOf(store: StoreResult): number {
  return store.ladder.reduce((most, entry) => Math.max(most, entry.dims), 0);
}

/**
 * Where the model was trained to be cut, as far as an experiment showed it: a curve alone does not tell a trained size from the bend that
 * vectors without order have too.
 */
export function trainedSentence(report: Measured): string | undefined {
  const { dims, trainedDims } = report.model;
  const bumps = report.matryoshka?.verdict.bumps ?? report.order?.bumps;
  const measured = report.matryoshka?.dims ?? report.order?.dims ?? [];
  if (bumps === undefined) return undefined;
  const shown = (list: typeof bumps): string => formatList(list.map((bump) => `${bump.dims} (${formatPoints(bump.excess)} points)`));
  if (trainedDims.length === 0) {
    if (bumps.length === 0) return undefined;
    return `The model names no sizes it was trained for, but recall stands above the line of its neighbours at ${shown(bumps)}: it was probably trained there.`;
  }
  const trained = bumps.filter((bump) => trainedDims.includes(bump.dims));
  const untrained = measured.filter((size) => size < dims && !trainedDims.includes(size)).map(String);
  if (untrained.length === 0) return undefined;
  if (trained.length > 0) return `Recall stands above the line of its neighbours at ${shown(trained)}: sizes the model was trained for. Prefer trained sizes to ${formatList(untrained)}.`;
  return `Recall shows no bump at the trained sizes: ${formatList(untrained)} dims, which the model was not trained for, are no worse than the sizes around them.`;
}

/** The stage in which a funnel loses most of what it loses. */
export function lossSentence(funnel: FunnelEntry): string {
  const first = funnel.stages[0]!;
  const losses = funnel.stages.map((stage, index) => (index === 0 ? 1 : funnel.stages[index - 1]!.survival) - stage.survival);
  const worst = losses.indexOf(Math.max(...losses));
  const stage = funnel.stages[worst] ?? first;
  const loss = losses[worst] ?? 0;
  if (loss <= 0) return `${funnel.schedule} loses no true neighbour.`;
  const where = worst === 0 ? `the head search (${stage.dims}:${stage.keep})` : `stage ${worst + 1} (${stage.dims}:${stage.keep})`;
  return `${funnel.schedule} loses most in ${where}: ${formatPercent(loss)} of the true neighbours.`;
}

/** The remark that belongs to every latency of a store. */
export function remarkSentences(report: Measured): readonly string[] {
  const stores = storeResults(report);
  const names = storeNames(stores);
  return stores.flatMap((store, index) => (store.latencyRemark === undefined ? [] : [stores.length === 1 || store.latencyRemark.includes(names[index]!.split(' ')[0]!) ? store.latencyRemark : `${names[index]}: ${store.latencyRemark}`]));
}

/** How another store of the same run compares with the report's own. */
export function otherStoreSentences(report: Measured): readonly string[] {
  const stores = storeResults(report);
  const names = storeNames(stores);
  const own = stores[0]!;
  return stores.slice(1).flatMap((store, index) => {
    const best = bestFunnel(store);
    const pairs = store.ladder.flatMap((entry) => {
      const same = own.ladder.find((other) => other.dims === entry.dims);
      return same === undefined ? [] : [{ dims: entry.dims, gap: entry.recall.value - same.recall.value }];
    });
    const widest = [...pairs].sort((a, b) => Math.abs(b.gap) - Math.abs(a.gap))[0];
    const recall =
      widest === undefined
        ? ''
        : Math.abs(widest.gap) < 0.001
          ? ` Its recall is that of ${names[0]} at every prefix.`
          : ` Its recall is up to ${formatPoints(Math.abs(widest.gap)).slice(1)} points ${widest.gap < 0 ? 'below' : 'above'} ${names[0]}'s (at ${widest.dims} dims).`;
    const head = `${names[index + 1]} (${store.head.index}, ${store.head.precision}): ${baselineWords(store)} ${formatMs(store.baseline.latencyMs.p50)} p50`;
    const noneOf = store.funnels.length === 0 ? '' : store.funnels.length === 1 ? `; ${store.funnels[0]!.schedule}, ${formatMs(store.funnels[0]!.latencyMs.p50)}, does not pay there` : `; none of its ${store.funnels.length} funnels pays there`;
    return [`${head}${best === undefined ? noneOf : `, ${best.schedule} ${formatMs(best.latencyMs.p50)} with ${formatPercentInterval(best.recall)} of the true neighbours`}.${recall}`];
  });
}

/** `500 queries on 117,791 documents` */
export function sizeWords(report: Measured): string {
  return `${formatCount(report.queries.count)} queries on ${formatCount(report.corpus.count)} documents`;
}

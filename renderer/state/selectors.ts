import type { LadderEntry } from '../../src/contract/report.ts';
import { shown } from './remote.ts';
import type { Session } from './session.ts';
import { datasetKey, seriesKey } from './work.ts';
import type { MeasuredFunnel, MeasuredLadder, Work } from './work.ts';

/** A corpus as people call it: a sample by its title, a file by its name. */
export function corpusName(work: Work): string | undefined {
  const corpus = shown(work.corpus);
  if (corpus === undefined) return undefined;
  const { source } = corpus;
  if (source.kind === 'sample') return shown(work.samples)?.find((sample) => sample.name === source.name)?.title ?? corpus.name;
  return corpus.name;
}

export interface ShownLadder {
  readonly measured: MeasuredLadder;
  readonly isStale: boolean;
}

/**
 * The ladders to draw. Those of the present dataset and k; when there is none, what was measured before the change,
 * marked as such, until new ones arrive.
 */
export function shownLadders(work: Pick<Work, 'dataset' | 'ladders' | 'isResuming' | 'exploring' | 'corpus'>, session: Pick<Session, 'k'>): readonly ShownLadder[] {
  const dataset = shown(work.dataset);
  const key = dataset === undefined ? undefined : datasetKey(dataset);
  const all = Object.values(work.ladders);
  const fresh = all.filter((one) => one.datasetKey === key && one.k === session.k);
  if (fresh.length > 0) return fresh.map((measured) => ({ measured, isStale: false }));
  if (dataset === undefined && work.isResuming) return newestOf(all).map((measured) => ({ measured, isStale: false }));
  if (dataset === undefined && work.exploring === undefined && work.corpus.status === 'idle') return [];
  return newestOf(all).map((measured) => ({ measured, isStale: true }));
}

/** The ladder measured last, and those that belong beside it. */
function newestOf(all: readonly MeasuredLadder[]): readonly MeasuredLadder[] {
  const newest = all.reduce<MeasuredLadder | undefined>((best, one) => (best === undefined || one.measuredAt > best.measuredAt ? one : best), undefined);
  return newest === undefined ? [] : all.filter((one) => one.datasetKey === newest.datasetKey && one.k === newest.k);
}

/** The ladder on the store that is chosen now, or else the first one there is. */
export function mainLadder(ladders: readonly ShownLadder[], session: Session): ShownLadder | undefined {
  const wanted = seriesKey(session.storeKind, session.head);
  return ladders.find((one) => one.measured.key === wanted) ?? ladders[0];
}

/** Funnels measured on the same texts, model and k as a ladder. */
export function funnelsOf(funnels: readonly MeasuredFunnel[], ladder: MeasuredLadder): readonly MeasuredFunnel[] {
  return funnels.filter((one) => one.datasetKey === ladder.datasetKey && one.k === ladder.k && one.key === ladder.key);
}

/** The prefix the sentences talk about: the selected one, or the tested one nearest to a quarter of the full dimension. */
export function focusEntry(ladder: readonly LadderEntry[], selectedDims: number | undefined): LadderEntry | undefined {
  const chosen = ladder.find((entry) => entry.dims === selectedDims);
  if (chosen !== undefined) return chosen;
  const full = Math.max(...ladder.map((entry) => entry.dims));
  const target = full / 4;
  return ladder.reduce<LadderEntry | undefined>(
    (best, entry) => (best === undefined || Math.abs(Math.log(entry.dims / target)) < Math.abs(Math.log(best.dims / target)) ? entry : best),
    undefined,
  );
}

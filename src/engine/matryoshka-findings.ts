import type { MatryoshkaFindings } from '../contract/tuning.ts';
import type { MatryoshkaResult } from '../experiments/matryoshka.ts';
import type { Adapter } from '../training/adapter-file.ts';
import type { Dataset } from './dataset.ts';
import { versionOf } from './version.ts';

/** What the experiment found, as reports hold it. */
export function findingsOf({ dims, ladders, gains, counts, verdict }: MatryoshkaResult): MatryoshkaFindings {
  return {
    dims: [...dims],
    ladders: ladders.map(({ variant, recall }) => ({ variant, recall: [...recall] })),
    gains: { overRaw: [...gains.overRaw], overPca: [...gains.overPca] },
    counts,
    verdict: { kind: verdict.kind, safeDims: verdict.safeDims, best: verdict.best, bumps: [...verdict.bumps], sentences: [...verdict.sentences] },
  };
}

/** The map that the verdict recommends, ready to be saved: the trained one, PCA's where that won, none where the vectors had better stay as they are. */
export function recommendedAdapter(result: MatryoshkaResult, dataset: Pick<Dataset, 'modelInfo' | 'corpusInfo' | 'vectors'>, about: { readonly seed: number; readonly resourcesDir: string }): Adapter | undefined {
  const { best } = result.verdict;
  if (best === 'raw') return undefined;
  const { adapter, counts } = result;
  const { modelInfo, corpusInfo, vectors } = dataset;
  const recalls = result.ladders.filter(({ variant }) => variant === 'raw' || variant === best);
  return {
    dims: vectors.dims,
    matrix: best === 'pca' ? result.pca : adapter.matrix,
    provenance: {
      method: best === 'pca' || !adapter.isTrained ? (best === 'pca' ? 'pca' : adapter.start) : 'preserve',
      prefixes: [...result.trainedPrefixes].sort((a, b) => a - b),
      model: { id: modelInfo.id, ...(modelInfo.revision === undefined ? {} : { revision: modelInfo.revision }) },
      corpus: { name: corpusInfo.name, count: counts.trained, ...(corpusInfo.contentHash === undefined ? {} : { contentHash: corpusInfo.contentHash }) },
      settings: { seed: about.seed, start: adapter.start, experiment: 'matryoshka' },
      figures: Object.fromEntries(recalls.flatMap(({ variant, recall }) => result.dims.map((size, at) => [`recall@${result.k} ${variant} ${size}`, recall[at]!.value]))),
      createdAt: new Date().toISOString(),
      program: `funnelscope ${versionOf(about.resourcesDir)}`,
    },
  };
}

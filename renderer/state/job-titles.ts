import type { CallName } from '../../src/contract/calls.ts';

/** The calls that take long, as the foot of the window names them. The contract's own table carries the schemas with it; this carries the words. */
export const jobTitles = {
  'corpus.open': 'Opening the corpus',
  'models.download': 'Downloading the model',
  'dataset.embed': 'Embedding',
  'dataset.openVectors': 'Opening vectors',
  'ladder.run': 'Measuring prefixes',
  'funnel.measure': 'Measuring funnels',
  'pool.build': 'Collecting candidates',
  'cost.fit': 'Fitting the cost model',
  'tune.run': 'Tuning',
  'experiment.sizeTrend': 'Corpus-size experiment',
  'experiment.order': 'Order experiment',
  'experiment.compression': 'Compression experiment',
  'experiment.matryoshka': 'Truncation experiment',
  'milvus.connect': 'Connecting to Milvus',
  'milvus.load': 'Loading into Milvus',
} as const satisfies Partial<Record<CallName, string>>;

export type JobName = keyof typeof jobTitles;

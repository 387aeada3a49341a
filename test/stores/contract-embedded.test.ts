import { openEmbeddedStore } from '../../src/stores/embedded/embedded-store.ts';
import { vectorSetOf } from '../../src/vectors/vector-set.ts';
import { storeContract } from './contract.ts';

storeContract('embedded', {
  open: async ({ rowCount, dims, data }) => openEmbeddedStore(vectorSetOf(data, { rowCount, dims, boundaries: [8, 24, 32] })),
  approximateHeads: [
    { index: 'flat', precision: 'f16' },
    { index: 'flat', precision: 'int8' },
    { index: 'flat', precision: 'binary', leastRecall: 0.5 },
    { index: 'flat', precision: 'pq4' },
    { index: 'hnsw', precision: 'f32' },
  ],
  refusedHeads: [
    { index: 'ivf_pq', precision: 'f32' },
    { index: 'diskann', precision: 'f32' },
    { index: 'hnsw', precision: 'pq4' },
  ],
});

// Beyond memory: shards of a few hundred rows in a temporary file.
storeContract('embedded, vectors on disk', {
  open: async ({ rowCount, dims, data }) => openEmbeddedStore(vectorSetOf(data, { rowCount, dims, boundaries: [8, 24, 32], memoryBytes: 0, maxSegmentBytes: 100_000 })),
  approximateHeads: [
    { index: 'flat', precision: 'f16' },
    { index: 'flat', precision: 'int8' },
    { index: 'flat', precision: 'pq4' },
    { index: 'hnsw', precision: 'f32' },
  ],
  refusedHeads: [{ index: 'ivf_pq', precision: 'f32' }],
});

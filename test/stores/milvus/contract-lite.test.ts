import { afterAll, beforeAll } from 'vitest';
import { openMilvusStore } from '../../../src/stores/milvus/milvus-store.ts';
import { resolveTarget } from '../../../src/stores/milvus/target.ts';
import { storeContract } from '../contract.ts';
import { startLite } from '../milvus-server.ts';
import type { TestServer } from '../milvus-server.ts';
import { describeWithLite } from '../with-lite.ts';
import { sourceOf } from './source.ts';

await describeWithLite('Milvus Lite', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startLite();
  });
  afterAll(() => server.stop());

  for (const rerank of ['auto', 'server', 'fetch'] as const) {
    storeContract(`Milvus Lite, re-rank ${rerank}`, {
      open: (rows) =>
        openMilvusStore(resolveTarget({ address: server.address }), sourceOf(rows), { corpus: 'contract', model: 'random', dims: [8, 24, 32, 64], rerank }),
      approximateHeads: rerank === 'auto' ? [
        { index: 'hnsw', precision: 'f32' },
        { index: 'hnsw', precision: 'f32', params: { M: 8, efConstruction: 100, ef: 120 } },
        { index: 'hnsw_sq', precision: 'f32' },
        { index: 'ivf_flat', precision: 'f32', params: { nlist: 16, nprobe: 12 } },
        { index: 'ivf_sq8', precision: 'f32', params: { nlist: 16, nprobe: 12 } },
        { index: 'autoindex', precision: 'f32' },
      ] : [],
      refusedHeads: rerank === 'auto' ? [
        { index: 'ivf_pq', precision: 'f32' },
        { index: 'scann', precision: 'f32' },
        { index: 'diskann', precision: 'f32' },
        { index: 'flat', precision: 'f16' },
        { index: 'flat', precision: 'int8' },
        { index: 'flat', precision: 'binary' },
        { index: 'hnsw', precision: 'f32', params: { ef: 0 } },
        { index: 'ivf_flat', precision: 'f32', params: { nlist: 16, nprobe: 17 } },
      ] : [],
    });
  }
});

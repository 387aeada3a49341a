import { afterAll, beforeAll, describe } from 'vitest';
import { openMilvusStore } from '../../../src/stores/milvus/milvus-store.ts';
import { resolveTarget } from '../../../src/stores/milvus/target.ts';
import { storeContract } from '../contract.ts';
import { startStandalone } from '../milvus-server.ts';
import type { TestServer } from '../milvus-server.ts';
import { sourceOf } from './source.ts';

const venv = process.env['FUNNELSCOPE_MILVUS_23_VENV'];

describe.skipIf(venv === undefined)('Milvus 2.3.5 (run by scripts/milvus-contract-2.3.sh)', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startStandalone(venv!);
  }, 180_000);
  afterAll(() => server.stop());

  storeContract('Milvus 2.3.5', {
    open: (rows) => openMilvusStore(resolveTarget({ address: server.address }), sourceOf(rows), { corpus: 'contract', model: 'random', dims: [8, 24, 32, 64], rerank: 'server' }),
    approximateHeads: [
      { index: 'hnsw', precision: 'f32' },
      { index: 'ivf_flat', precision: 'f32', params: { nlist: 16, nprobe: 12 } },
      { index: 'ivf_sq8', precision: 'f32', params: { nlist: 16, nprobe: 12 } },
      { index: 'ivf_pq', precision: 'f32', params: { nlist: 16, nprobe: 16, m: 16 } },
      { index: 'scann', precision: 'f32', params: { nlist: 16, nprobe: 12 } },
      { index: 'flat', precision: 'f16' },
      { index: 'flat', precision: 'binary', leastRecall: 0.5 },
      { index: 'ivf_flat', precision: 'binary', params: { nlist: 8, nprobe: 8 }, leastRecall: 0.5 },
    ],
    refusedHeads: [
      { index: 'hnsw_sq', precision: 'f32' },
      { index: 'flat', precision: 'int8' },
      { index: 'ivf_pq', precision: 'f32', params: { m: 7 } },
    ],
    hookTimeoutMs: 300_000,
  });
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { openEmbeddedStore } from '../../../src/stores/embedded/embedded-store.ts';
import { openMilvusStore } from '../../../src/stores/milvus/milvus-store.ts';
import { resolveTarget } from '../../../src/stores/milvus/target.ts';
import { vectorSourceOf } from '../../../src/stores/milvus/vector-source.ts';
import { neighboursOf } from '../../../src/vectors/neighbours.ts';
import { vectorSetOf } from '../../../src/vectors/vector-set.ts';
import { startLite } from '../milvus-server.ts';
import type { TestServer } from '../milvus-server.ts';
import { describeWithLite } from '../with-lite.ts';
import { clusteredRows, disagreements } from '../reference.ts';

const DIMS = 256;
const PREFIXES = [16, 32, 64, 128, 256];

await describeWithLite('5,000 × 256 on Milvus Lite and embedded', () => {
  let lite: TestServer;
  beforeAll(async () => {
    lite = await startLite();
  });
  afterAll(() => lite.stop());

  it('FLAT gives the same neighbours at every prefix, ties aside, and so do funnels', async () => {
    const rows = clusteredRows(5_000, DIMS, 31);
    const data = clusteredRows(40, DIMS, 32).data;
    const queries = { queryCount: 40, dims: DIMS, data };
    const vectors = vectorSetOf(rows.data, { rowCount: 5_000, dims: DIMS });
    const embedded = openEmbeddedStore(vectors);
    const milvus = await openMilvusStore(resolveTarget({ address: lite.address }), vectorSourceOf(vectors), { corpus: 'equal', model: 'random', dims: PREFIXES });
    const [here, there] = [await embedded.sweep(queries, PREFIXES, 100), await milvus.sweep(queries, PREFIXES, 100)];
    expect(PREFIXES.map((dims) => [dims, disagreements(here.get(dims)!, there.get(dims)!)])).toEqual(PREFIXES.map((dims) => [dims, 0]));
    // The comparison itself can tell one table from another.
    expect(disagreements(here.get(16)!, there.get(32)!)).toBeGreaterThan(0);

    const spec = { dims: 16, index: 'flat', precision: 'f32' } as const;
    const heads = [await embedded.openHead(spec), await milvus.openHead(spec)] as const;
    for (let query = 0; query < 10; query += 1) {
      const vector = data.subarray(query * DIMS, (query + 1) * DIMS);
      const finals = await Promise.all(
        [embedded, milvus].map(async (store, i) => {
          const first = await heads[i]!.search(vector, 200);
          return store.rerank(vector, await store.rerank(vector, first, { dims: 64, keep: 50 }), { dims: 256, keep: 10 });
        }),
      );
      expect(finals[1]!.rows).toEqual(finals[0]!.rows);
      expect(neighboursOf(here.get(256)!, query).rows).toHaveLength(100);
    }
    await milvus.close();
    await embedded.close();
  });
});

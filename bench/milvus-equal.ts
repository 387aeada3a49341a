// FLAT on Milvus against the embedded store at every prefix, on real embeddings: the same neighbours, ties aside?
//   npx tsx bench/milvus-equal.ts [--rows 50000] [--queries 200] [--k 100] [--address http://host:port]
import { parseArgs } from 'node:util';
import { loadavg } from 'node:os';
import { openEmbeddedStore } from '../src/stores/embedded/embedded-store.ts';
import { openMilvusStore } from '../src/stores/milvus/milvus-store.ts';
import { resolveTarget } from '../src/stores/milvus/target.ts';
import { vectorSourceOf } from '../src/stores/milvus/vector-source.ts';
import { gatherRows, vectorSetOf } from '../src/vectors/vector-set.ts';
import { readNpyQueries, readNpyVectors } from '../src/vectors/npy.ts';
import { startLite } from '../test/stores/milvus-server.ts';
import { disagreements } from '../test/stores/reference.ts';
import { wordnetVectors } from './wordnet-vectors.ts';

const { values: options } = parseArgs({
  options: { rows: { type: 'string', default: '50000' }, queries: { type: 'string', default: '200' }, k: { type: 'string', default: '100' }, address: { type: 'string' } },
});
const k = Number(options.k);
const files = await wordnetVectors();
const all = await readNpyVectors(files.vectors);
const rowCount = Math.min(Number(options.rows), all.rowCount);
// Spread over the corpus: its first rows are all of one kind.
const picked = Array.from({ length: rowCount }, (_, i) => Math.floor((i * all.rowCount) / rowCount));
const vectors = vectorSetOf(gatherRows(all, picked), { rowCount, dims: all.dims, name: files.label });
const queries = await readNpyQueries(files.queries, { dims: all.dims, rows: Array.from({ length: Number(options.queries) }, (_, i) => i) });
const prefixes = [16, 32, 64, 128, 256];

const lite = options.address === undefined ? await startLite() : undefined;
try {
  const embedded = openEmbeddedStore(vectors, { threads: 2 });
  const start = performance.now();
  const milvus = await openMilvusStore(resolveTarget({ address: options.address ?? lite!.address, timeoutMs: 60_000 }), vectorSourceOf(vectors), { corpus: 'bench-equal', model: 'starter', dims: prefixes });
  const loadMs = performance.now() - start;
  console.log(`${files.label}: ${rowCount} × ${vectors.dims}, ${queries.queryCount} queries, k = ${k}; ${milvus.label}; load ${loadavg()[0]!.toFixed(1)}`);
  console.log(`loaded ${milvus.collections().length} collection(s) in ${(loadMs / 1000).toFixed(1)} s, ${Math.round(rowCount / (loadMs / 1000))} rows/s with index, count and check`);
  const began = performance.now();
  const there = await milvus.sweep(queries, prefixes, k);
  console.log(`sweep of ${prefixes.length} prefixes on Milvus: ${((performance.now() - began) / queries.queryCount / prefixes.length).toFixed(1)} ms a query and prefix`);
  const here = await embedded.sweep(queries, prefixes, k);
  for (const dims of prefixes) {
    const [a, b] = [here.get(dims)!, there.get(dims)!];
    const same = a.rows.reduce((count, row, i) => count + (row === b.rows[i] ? 1 : 0), 0);
    const widest = a.scores.reduce((most, score, i) => Math.max(most, Math.abs(score - b.scores[i]!)), 0);
    console.log(`  ${String(dims).padStart(3)} dims: ${disagreements(a, b)} disagreements beyond ties; same row at the same place ${((100 * same) / a.rows.length).toFixed(2)} %; largest difference of a score at a place ${widest.toExponential(1)}`);
  }
  await milvus.close();
} finally {
  await lite?.stop();
}

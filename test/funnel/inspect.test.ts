import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fate, Inspection } from '../../src/contract/inspect.ts';
import { inspectionSchema } from '../../src/contract/inspect.ts';
import type { Schedule } from '../../src/contract/schedule.ts';
import { parseSchedule } from '../../src/contract/schedule.ts';
import { inspectQuery } from '../../src/funnel/inspect.ts';
import { runFunnel } from '../../src/funnel/run.ts';
import { standingsOf } from '../../src/funnel/standings.ts';
import { openEmbeddedStore } from '../../src/stores/embedded/embedded-store.ts';
import { queryMatrixOf, queryOf } from '../../src/vectors/query-matrix.ts';
import { vectorSetOf } from '../../src/vectors/vector-set.ts';
import type { VectorSet } from '../../src/vectors/vector-set.ts';
import { naiveOrder, naiveScores } from '../vectors/naive.ts';
import { madeSet } from './made-data.ts';

const DIMS = [4, 8, 16, 32];

async function inspect(vectors: VectorSet, query: Float32Array, schedule: Schedule, k: number): Promise<Inspection> {
  const store = openEmbeddedStore(vectors);
  const head = await store.openHead({ dims: schedule[0]!.dims, index: 'flat', precision: 'f32' });
  return inspectQuery({
    store,
    head,
    vectors,
    query,
    about: { row: 0, id: 'q0', text: 'a query' },
    schedule,
    k,
    dims: DIMS.filter((dims) => dims < vectors.dims),
    documentOf: (row) => ({ row, id: `d${row}`, title: `Title ${row}`, text: `text ${row}` }),
  });
}

async function survivors(vectors: VectorSet, query: Float32Array, schedule: Schedule): Promise<readonly Int32Array[]> {
  const store = openEmbeddedStore(vectors);
  const head = await store.openHead({ dims: schedule[0]!.dims, index: 'flat', precision: 'f32' });
  return (await runFunnel(store, head, schedule, query)).stages.map((stage) => stage.rows);
}

const schedules = fc
  .tuple(fc.subarray(DIMS, { minLength: 1 }), fc.array(fc.integer({ min: 5, max: 40 }), { minLength: 4, maxLength: 4 }))
  .map(([dims, keeps]) => {
    const falling = [...keeps].sort((a, b) => b - a);
    return dims.map((size, i) => ({ dims: size, keep: falling[i]! }));
  });

describe('inspecting a query', () => {
  test('a real re-run with the saving keep has the lost neighbour among that stage’s survivors, and one less has not', async () => {
    let lostCount = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), schedules, fc.constantFrom(0, 0.3), async (seed, schedule, duplicates) => {
        const set = madeSet({ seed, rowCount: 250, queryCount: 1, dims: 32, duplicates, boundaries: DIMS });
        const query = queryOf(set.queries, 0);
        const found = await inspect(set.vectors, query, schedule, 5);
        for (const fate of found.truth) {
          if (fate.answerRank !== null) continue;
          lostCount += 1;
          if (fate.droppedAt === null) {
            expect(fate.finalRank).toBeGreaterThan(5);
            continue;
          }
          const withKeep = (keep: number): Schedule => schedule.map((stage, index) => (index === fate.droppedAt ? { ...stage, keep } : stage));
          expect(fate.savingKeep!).toBeGreaterThan(schedule[fate.droppedAt]!.keep);
          const saved = await survivors(set.vectors, query, withKeep(fate.savingKeep!));
          expect([...saved[fate.droppedAt]!]).toContain(fate.document.row);
          const lost = await survivors(set.vectors, query, withKeep(fate.savingKeep! - 1));
          expect([...lost[fate.droppedAt]!]).not.toContain(fate.document.row);
          if (typeof fate.savingSchedule === 'string') {
            const answer = (await survivors(set.vectors, query, parseSchedule(fate.savingSchedule))).at(-1)!;
            expect([...answer.subarray(0, 5)]).toContain(fate.document.row);
          } else {
            expect(fate.finalRank).toBeGreaterThan(5);
          }
        }
      }),
      { numRuns: 60 },
    );
    expect(lostCount).toBeGreaterThan(5);
  });

  test('recall, ranks in truth and in the answer are those of the run', async () => {
    const set = madeSet({ seed: 21, rowCount: 300, queryCount: 1, dims: 32, boundaries: DIMS });
    const query = queryOf(set.queries, 0);
    const schedule = parseSchedule('4:12,16:8,32:6');
    const found = await inspect(set.vectors, query, schedule, 5);
    expect(inspectionSchema.parse(found)).toEqual(found);
    const answer = [...(await survivors(set.vectors, query, schedule)).at(-1)!].slice(0, 5);
    const truth = naiveOrder(naiveScores(set.documents, 32, query, 32)).slice(0, 5);
    expect(found.answer.map((fate) => fate.document.row)).toEqual(answer);
    expect(found.answer.map((fate) => fate.answerRank)).toEqual([1, 2, 3, 4, 5]);
    expect(found.truth.map((fate) => fate.document.row)).toEqual(truth);
    expect(found.truth.map((fate) => fate.trueRank)).toEqual([1, 2, 3, 4, 5]);
    expect(found.recall).toBeCloseTo(truth.filter((row) => answer.includes(row)).length / 5, 9);
  });

  test('standings are ranks among the whole corpus at every prefix, ties by rising row', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), async (seed) => {
        const set = madeSet({ seed, rowCount: 150, queryCount: 1, dims: 32, duplicates: 0.3, boundaries: DIMS });
        const query = queryOf(set.queries, 0);
        const rows = Int32Array.from([0, 7, 149, 60]);
        const standings = await standingsOf(set.vectors, query, rows, DIMS);
        DIMS.forEach((dims, p) => {
          const scores = naiveScores(set.documents, 32, query, dims);
          const order = naiveOrder(scores);
          rows.forEach((row, i) => {
            expect(standings[p]![i]!.similarity).toBeCloseTo(scores[row]!, 5);
            const there = order[standings[p]![i]!.rank - 1]!;
            if (there !== row) expect(Math.abs(scores[there]! - scores[row]!)).toBeLessThan(1e-6);
          });
        });
      }),
      { numRuns: 20 },
    );
  });
});

/**
 * The tutorial's failure (Milvus documentation, "Funnel search with Matryoshka embeddings"): 768 dims, head 128 keeping 128, and a film that is
 * the best match but only 228th by its first 128 dims. Built so: 227 rows agree with the query in the head and disagree after it; one row
 * agrees throughout but a little less in the head; the rest agrees nowhere.
 */
function tutorialCorpus(): { vectors: VectorSet; query: Float32Array; film: number } {
  const dims = 768;
  const rowCount = 1000;
  const film = 500;
  const data = new Float32Array(rowCount * dims);
  const query = new Float32Array(dims);
  query[0] = 0.5;
  query[200] = 1;
  let better = 0;
  for (let row = 0; row < rowCount; row += 1) {
    const at = row * dims;
    if (row === film) {
      data[at] = 0.5;
      data[at + 1] = 0.1;
      data[at + 200] = 1;
    } else if (better < 227) {
      better += 1;
      data[at] = 0.5;
      data[at + 2] = 0.0002 * better;
      data[at + 300] = 1;
    } else {
      data[at + 3] = 0.5;
      data[at + 4] = 0.001 * row;
      data[at + 301] = 1;
    }
  }
  return { vectors: vectorSetOf(data, { rowCount, dims, boundaries: [128, 256, 512] }), query: queryOf(queryMatrixOf(query, dims), 0), film };
}

describe('the tutorial’s failure', () => {
  const nameOf = (found: Inspection, film: number): Fate => found.truth.find((fate) => fate.document.row === film)!;

  test('a true neighbour ranked 228th at 128 dims is lost by a keep of 128, and Inspect names stage, rank and saving keep', async () => {
    const { vectors, query, film } = tutorialCorpus();
    const found = await inspect(vectors, query, parseSchedule('128:128,256:64,512:32,768:16'), 16);
    const fate = nameOf(found, film);
    expect(fate).toMatchObject({ trueRank: 1, answerRank: null, droppedAt: 0, savingKeep: 228, savingSchedule: '128:228,256:64,512:32,768:16' });
    expect(fate.standings.find((standing) => standing.dims === 128)!.rank).toBe(228);
    expect(found.sentence).toContain('“Title 500” (true rank 1) is 228th at 128 dims, beyond the keep of 128; keep 228 there saves it (128:228,256:64,512:32,768:16).');
  });

  test('keeping 256 finds it', async () => {
    const { vectors, query, film } = tutorialCorpus();
    const found = await inspect(vectors, query, parseSchedule('128:256,256:64,512:32,768:16'), 16);
    expect(nameOf(found, film)).toMatchObject({ trueRank: 1, answerRank: 1, droppedAt: null, savingKeep: null });
  });
});

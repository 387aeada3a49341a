import { describe, expect, test } from 'vitest';
import type { Inspection } from '../../src/contract/inspect.ts';
import { parseSchedule } from '../../src/contract/schedule.ts';
import { inspectQuery } from '../../src/funnel/inspect.ts';
import { finishFunnel, runFunnel } from '../../src/funnel/run.ts';
import { openEmbeddedStore } from '../../src/stores/embedded/embedded-store.ts';
import type { Head } from '../../src/stores/store.ts';
import { queryMatrixOf, queryOf } from '../../src/vectors/query-matrix.ts';
import { vectorSetOf } from '../../src/vectors/vector-set.ts';

/**
 * Rows by their cosine in each pair of dimensions: a row (a, b) has similarity a at 2 dims and (a + b) / 2 at 4. So every rank at every prefix can be
 * written down.
 */
function corpusOf(rows: readonly (readonly number[])[]) {
  const pairs = rows[0]!.length;
  const dims = 2 * pairs;
  const data = Float32Array.from(rows.flatMap((row) => row.flatMap((cosine) => [cosine, Math.sqrt(1 - cosine * cosine)])));
  const boundaries = Array.from({ length: pairs }, (_, i) => 2 * (i + 1));
  const vectors = vectorSetOf(data, { rowCount: rows.length, dims, boundaries });
  const query = queryOf(queryMatrixOf(Float32Array.from({ length: dims }, (_, i) => (i % 2 === 0 ? 1 : 0)), dims), 0);
  return { vectors, query };
}

async function inspect(rows: readonly (readonly number[])[], schedule: string, k: number, change: { titles?: readonly (string | undefined)[]; hides?: number; grades?: ReadonlyMap<number, number>; dims?: readonly number[] } = {}): Promise<Inspection> {
  const { vectors, query } = corpusOf(rows);
  const store = openEmbeddedStore(vectors);
  const head = await store.openHead({ dims: parseSchedule(schedule)[0]!.dims, index: 'flat', precision: 'f32' });
  const hiding: Head = {
    ...head,
    async search(asked, keep, signal) {
      const found = await head.search(asked, keep, signal);
      const kept = [...found.rows.keys()].filter((i) => found.rows[i] !== change.hides);
      return { dims: found.dims, rows: Int32Array.from(kept, (i) => found.rows[i]!), scores: Float32Array.from(kept, (i) => found.scores[i]!) };
    },
  };
  return inspectQuery({
    store,
    head: change.hides === undefined ? head : hiding,
    vectors,
    query,
    about: { row: 0, id: 'q', text: 'asked' },
    schedule: parseSchedule(schedule),
    k,
    dims: change.dims ?? [],
    documentOf: (row) => ({ row, id: `d${row}`, text: `text ${row}`, ...(change.titles?.[row] === undefined ? {} : { title: change.titles[row] }) }),
    ...(change.grades === undefined ? {} : { grades: change.grades }),
  });
}

/** `count` rows, the best at full dimension being the `rank`-th at 2 dims. It is the last row. */
function hiddenAt(rank: number, count = 130): (readonly number[])[] {
  const others = Array.from({ length: count - 1 }, (_, i) => [0.99 - 0.01 * Math.floor(i / 2) - 0.001 * (i % 2), -0.9] as const);
  return [...others, [(rank === 1 ? 1 : others[rank - 2]![0]) - 0.0004, 0.99]];
}

describe('the sentence of an inspection', () => {
  test('nothing lost', async () => {
    expect((await inspect([[0.9, 0.9], [0.8, 0.8], [0.1, 0.1]], '2:2,4:2', 2)).sentence).toBe('The funnel found all 2 true neighbours.');
  });

  test.each([[6, '6th'], [11, '11th'], [12, '12th'], [13, '13th'], [21, '21st'], [22, '22nd'], [23, '23rd'], [101, '101st'], [111, '111th'], [112, '112th']])('lost by the head: rank %i is the %s, and that keep saves it', async (rank, ordinal) => {
    const found = await inspect(hiddenAt(rank), '2:5,4:1', 1);
    expect(found.sentence).toBe(`The funnel lost 1 of 1 true neighbours: “text 129” (true rank 1) is ${ordinal} at 2 dims, beyond the keep of 5; keep ${rank} there saves it (2:${rank},4:1).`);
    expect(found.truth[0]).toMatchObject({ droppedAt: 0, savingKeep: rank, savingSchedule: `2:${rank},4:1`, finalRank: null });
  });

  test('lost by a later stage: its rank among those that were left', async () => {
    // By 2 dims the target is first, by 4 it is seventh of the twelve, by 6 the best.
    const rows = [...Array.from({ length: 12 }, (_, i) => [0.9 - 0.01 * i, i < 6 ? 0.9 : 0.1, -0.5]), [0.95, 0.5, 0.99]];
    const found = await inspect(rows, '2:12,4:5,6:1', 1);
    expect(found.sentence).toBe('The funnel lost 1 of 1 true neighbours: “text 12” (true rank 1) is 7th among the 12 survivors at 4 dims, beyond the keep of 5; keep 7 there saves it (2:12,4:7,6:1).');
  });

  test('a schedule that ends before the full dimension: no keep helps, or only so far', async () => {
    const rows = [[0.9, -0.5], [0.8, 0.99], [0.7, -0.5], [0.6, -0.5]];
    const alive = await inspect(rows, '2:3', 1);
    expect(alive.sentence).toBe('The funnel lost 1 of 1 true neighbours: “text 1” (true rank 1) survives every stage but is only 2nd at 2 dims, where the schedule ends; only more dims bring it back.');
    expect(alive.truth[0]).toMatchObject({ droppedAt: null, savingKeep: null, savingSchedule: null, finalRank: 2 });
    const dropped = await inspect([...rows.filter((_, i) => i !== 1), [0.5, 0.99]], '2:3', 1);
    expect(dropped.sentence).toBe('The funnel lost 1 of 1 true neighbours: “text 3” (true rank 1) is 4th at 2 dims, beyond the keep of 3; keep 4 saves it there, though not into the answer.');
    expect(dropped.truth[0]).toMatchObject({ droppedAt: 0, savingKeep: 4, savingSchedule: null, finalRank: 4 });
  });

  test('an approximate head that never finds it', async () => {
    const found = await inspect([[0.9, 0.9], [0.8, 0.8], [0.7, 0.7]], '2:2,4:1', 1, { hides: 0 });
    expect(found.sentence).toBe('The funnel lost 1 of 1 true neighbours: “text 0” (true rank 1) is not found by the head search at 2 dims at all.');
    expect(found.truth[0]).toMatchObject({ droppedAt: 0, savingKeep: null, savingSchedule: null, finalRank: null });
  });

  test('a twin in its place costs no recall, and that is said', async () => {
    const found = await inspect([[0.5, 0.9000004], [0.9, 0.5], [0.1, 0.1]], '2:1,4:1', 1);
    expect(found.recall).toBe(1);
    expect(found.sentence).toBe('The funnel lost 1 of 1 true neighbours, each for a document that is exactly as similar: “text 0” (true rank 1) is 2nd at 2 dims, beyond the keep of 1; keep 2 there saves it (2:2,4:1).');
  });

  test('names the best of the lost: by title, on one line, cut at sixty characters, else by id', async () => {
    const rows = [[0.9, -0.5], [0.89, -0.5], [0.3, 0.99], [0.2, 0.99]];
    const lost = async (title: string): Promise<string> => (await inspect(rows, '2:2,4:2', 2, { titles: [undefined, undefined, title, 'another'] })).sentence;
    expect(await lost('a  title\n of two lines ')).toContain('The funnel lost 2 of 2 true neighbours: “a title of two lines” (true rank 1) is 3rd');
    expect(await lost('x'.repeat(60))).toContain(`“${'x'.repeat(60)}”`);
    expect(await lost('x'.repeat(61))).toContain(`“${'x'.repeat(59)}…”`);
    expect(await lost(' ')).toContain('“d2”');
  });

  test('a document carries its grade if it is judged, its standing at every prefix asked for, rising', async () => {
    const found = await inspect([[0.9, 0.9, 0.9], [0.8, 0.8, 0.8]], '4:2', 2, { grades: new Map([[1, 3]]), dims: [2] });
    expect(found.truth.map(({ relevant }) => relevant)).toEqual([undefined, 3]);
    expect('relevant' in found.truth[0]!).toBe(false);
    expect(found.truth[0]!.standings.map(({ dims }) => dims)).toEqual([2, 4, 6]);
    expect('savingSchedule' in found.truth[0]!).toBe(false);
  });
});

describe('a funnel run', () => {
  test('its stages take the time that it took, and a head searched elsewhere goes on to the same survivors', async () => {
    const { vectors, query } = corpusOf(hiddenAt(9));
    const store = openEmbeddedStore(vectors);
    const schedule = parseSchedule('2:40,4:7');
    const head = await store.openHead({ dims: 2, index: 'flat', precision: 'f32' });
    const run = await runFunnel(store, head, schedule, query);
    expect(run.stageMs).toHaveLength(2);
    for (const ms of run.stageMs) expect(ms).toBeGreaterThanOrEqual(0);
    expect(run.stageMs.reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(run.totalMs, 6);
    const finished = await finishFunnel(store, schedule, query, await head.search(query, 40));
    expect(finished.map(({ rows }) => [...rows])).toEqual(run.stages.map(({ rows }) => [...rows]));
    expect(finished.map(({ rows }) => rows.length)).toEqual([40, 7]);
  });
});

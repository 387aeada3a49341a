import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite/vector';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateCode } from '../../../src/report/code/generate-code.ts';
import type { CodeSpec } from '../../../src/report/code/spec.ts';
import { rowOf } from '../../stores/reference.ts';
import { engineAnswers, spec, type Answers } from './engine-funnel.ts';

// PostgreSQL 17 with pgvector 0.8, in this process.
describe('the generated SQL', () => {
  let db: PGlite;
  let answers: Answers;
  beforeAll(async () => {
    db = await PGlite.create({ extensions: { vector } });
    answers = await engineAnswers();
  });
  afterAll(() => db.close());

  const literal = (values: Float32Array): string => `[${values.join(',')}]`;

  async function search(changed: Partial<CodeSpec>, names: { table: string; id: string; column: string }, idOf: (row: number) => unknown = (row) => row): Promise<unknown[][]> {
    await db.exec(generateCode('pgvector', { ...spec, ...changed }).code);
    const { rowCount } = answers.rows;
    for (let start = 0; start < rowCount; start += 500) {
      const values = Array.from({ length: Math.min(500, rowCount - start) }, (_, index) => [idOf(start + index), literal(rowOf(answers.rows, start + index))]);
      await db.query(`INSERT INTO ${names.table} SELECT id, text::vector FROM unnest($1::${typeof idOf(0) === 'string' ? 'text' : 'bigint'}[], $2::text[]) AS rows (id, text) ON CONFLICT DO NOTHING`, [values.map(([id]) => id), values.map(([, text]) => text)]);
    }
    const lists: unknown[][] = [];
    for (let query = 0; query < answers.queries.rowCount; query += 1) {
      const { rows } = await db.query<Record<string, unknown>>(`SELECT * FROM ${names.table.replace(/"$/, '_funnel"')}($1)`, [literal(rowOf(answers.queries, query))]);
      lists.push(rows.map((row) => row[names.id]));
    }
    return lists;
  }

  it('finds what the engine finds, and runs again on the same tables', async () => {
    const names = { table: '"film_plots"', id: 'id', column: 'embedding' };
    expect(await search({}, names)).toEqual(answers.ids);
    await db.exec(generateCode('pgvector', spec).code);
  });

  it('takes any name for a table and its columns', async () => {
    const names = { collection: 'my "films";\nDROP TABLE x; --', idField: 'distance', embeddingColumn: 'vector " of it' };
    const ids = await search({ ...names, idType: 'text' }, { table: '"my ""films"";\nDROP TABLE x; --"', id: 'distance', column: '' }, (row) => `d${row}`);
    expect(ids).toEqual(answers.ids.map((list) => list.map((row) => `d${row}`)));
  });

  it('uses the index of an HNSW head, at any keep', async () => {
    const head = { index: 'hnsw', precision: 'f32' } as const;
    const schedule = [{ dims: 8, keep: 1200 }, { dims: 64, keep: 10 }];
    const ids = await search({ head, schedule, collection: 'graph' }, { table: '"graph"', id: 'id', column: 'embedding' });
    const full = await search({ schedule, collection: 'exact' }, { table: '"exact"', id: 'id', column: 'embedding' });
    const found = ids.reduce((sum, list, query) => sum + list.filter((id) => full[query]!.includes(id)).length, 0);
    expect(found / (full.length * spec.k)).toBeGreaterThan(0.95);
    await db.exec(generateCode('pgvector', { ...spec, head, schedule, collection: 'graph' }).code);
    const body = /WITH\n[\s\S]*LIMIT \$2/.exec(generateCode('pgvector', { ...spec, head, schedule, collection: 'graph' }).code)![0];
    await db.exec('SET enable_seqscan = off');
    const plan = await db.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${body.replaceAll('$1', `'${literal(rowOf(answers.queries, 0))}'::vector`).replace('$2', '10')}`);
    expect(plan.rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/Index Scan using graph_head_8/);
  });
});

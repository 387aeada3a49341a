import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateCode } from '../../../src/report/code/generate-code.ts';
import type { CodeSpec } from '../../../src/report/code/spec.ts';
import { openMilvusStore } from '../../../src/stores/milvus/milvus-store.ts';
import { resolveTarget } from '../../../src/stores/milvus/target.ts';
import { startLite, type TestServer } from '../../stores/milvus-server.ts';
import { describeWithLite } from '../../stores/with-lite.ts';
import { sourceOf } from '../../stores/milvus/source.ts';
import { engineAnswers, printedIds, programFolder, spec, type Answers } from './engine-funnel.ts';

const run = promisify(execFile);
const interpreters = { pymilvus: '', 'milvus-node': process.execPath };

await describeWithLite('the generated Milvus code', () => {
  let server: TestServer;
  let answers: Answers;
  const folders: string[] = [];

  beforeAll(async () => {
    const { stdout } = await run(new URL('../../../scripts/milvus-lite.sh', import.meta.url).pathname);
    interpreters.pymilvus = join(stdout.trim(), 'bin', 'python');
    [server, answers] = await Promise.all([startLite(), engineAnswers()]);
  });
  afterAll(async () => {
    await server?.stop();
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  });

  /** Runs the program with each list of arguments in turn; what the last one printed. */
  async function runProgram(target: 'pymilvus' | 'milvus-node', changed: Partial<CodeSpec>, ...calls: readonly (readonly string[])[]): Promise<unknown[][]> {
    const generated = generateCode(target, { ...spec, address: server.address, ...changed });
    const folder = await programFolder(generated, answers);
    folders.push(folder);
    let output = '';
    for (const call of calls) ({ stdout: output } = await run(interpreters[target], [join(folder, generated.fileName), ...call], { cwd: folder, maxBuffer: 1e8 }));
    return printedIds(output);
  }

  it.each(['pymilvus', 'milvus-node'] as const)('%s loads and finds what the engine finds', async (target) => {
    const ids = await runProgram(target, { collection: `plots_${target.replace('-', '_')}`, idField: 'doc_id' }, ['load', 'documents.npy'], ['search', 'queries.npy']);
    expect(ids).toEqual(answers.ids);
  });

  it.each(['pymilvus', 'milvus-node'] as const)('%s runs twice on the same data without doubling it', async (target) => {
    const collection = `again_${target.replace('-', '_')}`;
    const ids = await runProgram(target, { collection, metric: 'IP' }, ['load', 'documents.npy'], ['load', 'documents.npy'], ['search', 'queries.npy']);
    expect(ids).toEqual(answers.ids);
  });

  it.each(['pymilvus', 'milvus-node'] as const)('%s searches the collections that the engine loaded', async (target) => {
    const store = await openMilvusStore(resolveTarget({ address: server.address }), sourceOf(answers.rows), { corpus: 'plots', model: 'random', dims: spec.schedule.map((stage) => stage.dims), rerank: 'server' });
    const collections = store.collections();
    await store.close();
    const vectors = collections.flatMap(({ name, fields }) => fields.map((field) => ({ dims: field.dims, field: field.name, collection: name })));
    const ids = await runProgram(target, { collection: collections[0]!.name, idField: collections[0]!.keyField, metric: 'IP', vectors }, ['search', 'queries.npy']);
    expect(ids).toEqual(answers.ids);
  });

  it('finds most of it with an HNSW head', async () => {
    const ids = await runProgram('milvus-node', { collection: 'graph', head: { index: 'hnsw', precision: 'f32', params: { M: 16, efConstruction: 200 } } }, ['load', 'documents.npy'], ['search', 'queries.npy']);
    const found = ids.reduce((sum, list, query) => sum + list.filter((id) => answers.ids[query]!.includes(id as number)).length, 0);
    expect(found / (answers.ids.length * spec.k)).toBeGreaterThan(0.95);
  });

  it('pymilvus takes text ids', async () => {
    const { writeFile } = await import('node:fs/promises');
    const generated = generateCode('pymilvus', { ...spec, address: server.address, collection: 'text_ids', idType: 'text', idField: 'name' });
    const folder = await programFolder(generated, answers);
    folders.push(folder);
    const idOf = (row: number): string => `doc "${row}" \\ é`;
    await writeFile(join(folder, 'ids.txt'), Array.from({ length: answers.rows.rowCount }, (_, row) => idOf(row)).join('\n'));
    await run(interpreters.pymilvus, [join(folder, generated.fileName), 'load', 'documents.npy', 'ids.txt'], { cwd: folder });
    const { stdout } = await run(interpreters.pymilvus, [join(folder, generated.fileName), 'search', 'queries.npy'], { cwd: folder });
    expect(printedIds(stdout)).toEqual(answers.ids.map((list) => list.map(idOf)));
  });
});

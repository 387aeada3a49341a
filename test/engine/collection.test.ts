import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CallInput, CallName, CallOutput } from '../../src/contract/calls.ts';
import { calls } from '../../src/contract/calls.ts';
import type { CollectionSource } from '../../src/contract/connection.ts';
import { reportSchema } from '../../src/contract/report.ts';
import type { Report } from '../../src/contract/report.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { cli } from '../cli/run.ts';
import { makeGlosses } from '../stores/glosses.ts';
import { startLite } from '../stores/milvus-server.ts';
import type { TestServer } from '../stores/milvus-server.ts';
import { makeCollection, serverDigest } from '../stores/user-collection.ts';
import { describeWithLite } from '../stores/with-lite.ts';

const ROWS = 1_500;
const DIMS = 256;
const FIELDS = { glosses: ['synset', 'gloss', 'number', 'embedding', 'head'], glosses_32: ['synset', 'embedding'] };

await describeWithLite('a collection of the user’s, explored in place', () => {
  let lite: TestServer;
  let folder: string;
  let engine: Engine;
  let before: string;
  let target: { address: string };

  async function call<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> {
    const output = await engine.call(name, input);
    expect(calls[name].output.safeParse(output), `${name}: output fits the contract`).toMatchObject({ success: true });
    return output as CallOutput<Name>;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'funnelscope-collection-'));
    process.env['FUNNELSCOPE_DATA'] = join(folder, 'cli');
    lite = await startLite();
    target = { address: lite.address };
    const { synsets, cut } = await makeGlosses(lite.address, { rowCount: ROWS, headField: 'head', index: { type: 'FLAT', metric: 'COSINE' } });
    await makeCollection(lite.address, {
      name: 'glosses_32',
      fields: [
        { name: 'synset', data_type: 'VarChar', is_primary_key: true, max_length: 40 },
        { name: 'embedding', data_type: 'FloatVector', dim: 32 },
      ],
      rows: synsets.map((synset, row) => ({ synset, embedding: cut(row, 32) })),
      indexes: { embedding: { type: 'HNSW', metric: 'COSINE', params: { M: 16, efConstruction: 200 } } },
    });
    before = await serverDigest(lite.address, FIELDS);
    engine = await openEngine({ resourcesDir: process.cwd(), dataDir: join(folder, 'data'), host: 'cli' });
  });
  afterAll(async () => {
    await engine.close();
    await lite.stop();
    delete process.env['FUNNELSCOPE_DATA'];
    await rm(folder, { recursive: true, force: true });
  });

  it('is listed and described by the contract, with a few rows', async () => {
    await call('milvus.connect', { target });
    expect(await call('milvus.collections', {})).toEqual([
      { name: 'glosses', rowCount: ROWS, ownedByFunnelscope: false },
      { name: 'glosses_32', rowCount: ROWS, ownedByFunnelscope: false },
    ]);
    const described = await call('milvus.describe', { collection: 'glosses' });
    expect(described).toMatchObject({ keyField: 'synset', keyType: 'VarChar', scalarFields: [{ name: 'synset' }, { name: 'gloss' }, { name: 'number' }], ownedByFunnelscope: false });
    expect(described.examples).toHaveLength(3);
    expect(described.examples[0]).toMatchObject({ synset: expect.stringMatching(/^[nvars]\d+$/), gloss: expect.any(String), number: expect.any(String) });
    await expect(engine.call('milvus.describe', { collection: 'films' })).rejects.toMatchObject({ code: 'milvus/no-collection', hint: 'it has glosses, glosses_32' });
  });

  it('becomes a corpus, a dataset without a model, and is measured in place next to its embedded copy in one report', async () => {
    const source: CollectionSource = { kind: 'collection', target, collection: 'glosses', prefixFields: [{ field: 'head' }, { collection: 'glosses_32', field: 'embedding' }] };
    const corpus = await call('corpus.open', { source });
    expect(corpus).toMatchObject({ name: 'glosses', count: ROWS, format: 'Milvus collection', hasQueries: false });
    expect((await call('corpus.rows', { corpusId: corpus.corpusId, offset: 0, limit: 2 })).rows[0]).toMatchObject({ id: expect.stringMatching(/^[nvars]\d+$/), text: expect.any(String) });
    const queries = await call('queries.set', { corpusId: corpus.corpusId, source: { kind: 'held-out', count: 60 } });
    const dataset = await call('dataset.embed', { corpusId: corpus.corpusId, queryId: queries.queryId, modelId: 'collection' });
    expect(dataset).toMatchObject({ rowCount: ROWS - 60, queryCount: 60, dims: DIMS, suggestedDims: [16, 32, 64, 128, 256], model: { where: 'collection', name: 'vectors of glosses.embedding' } });
    expect(dataset.inPlace).toEqual({ collection: 'glosses', dims: [32, 64, 256], head: { index: 'autoindex', precision: 'f32' } });

    const { datasetId } = dataset;
    const store = { kind: 'milvus', target } as const;
    const here = await call('ladder.run', { datasetId, dims: [16, 32, 64, 128, 256], k: 10, store: { kind: 'embedded' } });
    const there = await call('ladder.run', { datasetId, dims: [16, 32, 64, 128, 256], k: 10, store });
    expect(there.ladder.map((entry) => entry.dims)).toEqual([32, 64, 256]);
    // The exact fields give what the copy gives, held-out rows and all; the approximate one nearly.
    for (const dims of [64, 256]) expect(recallAt(there, dims)).toBeCloseTo(recallAt(here, dims), 12);
    expect(recallAt(there, 32)).toBeGreaterThan(recallAt(here, 32) - 0.05);

    const schedule = [{ dims: 64, keep: 100 }, { dims: 128, keep: 40 }, { dims: 256, keep: 10 }];
    const [inPlace] = await call('funnel.measure', { datasetId, schedules: [schedule], k: 10, store });
    const [embedded] = await call('funnel.measure', { datasetId, schedules: [schedule], k: 10, store: { kind: 'embedded' } });
    expect(inPlace!.recall.value).toBeCloseTo(embedded!.recall.value, 12);
    expect(inPlace!.stages.map((stage) => stage.split !== undefined)).toEqual([true, true, true]);
    await expect(engine.call('funnel.measure', { datasetId, schedules: [[{ dims: 16, keep: 50 }, { dims: 256, keep: 10 }]], k: 10, store })).rejects.toMatchObject({ code: 'milvus/in-place', hint: expect.stringContaining('32, 64, 256') });

    const { code } = await call('code.generate', { datasetId, schedule, k: 10, target: 'pymilvus' });
    expect(code).toContain('ID = "synset"');
    expect(code).toContain('"glosses_funnel"');
    expect(code).not.toMatch(/"glosses"/);

    const saved = await call('reports.save', { datasetId });
    const report = await call('reports.get', { reportId: saved.reportId });
    expect([report.store.kind, ...(report.otherStores ?? []).map((other) => other.kind)].sort()).toEqual(['embedded', 'milvus']);
    expect(report.corpus.collection).toMatchObject({
      name: 'glosses',
      keyField: 'synset',
      textField: 'gloss',
      rows: ROWS,
      vectorFields: [
        { collection: 'glosses', field: 'embedding', dims: 256, index: 'FLAT' },
        { collection: 'glosses', field: 'head', dims: 64, index: 'FLAT' },
        { collection: 'glosses_32', field: 'embedding', dims: 32, index: 'HNSW' },
      ],
    });
    expect(report.corpus.collection!.measured.join(' ')).toContain('no field of 16 and 128 dims');
    expect(report.command).toContain(`--store ${lite.address} --collection glosses`);
    expect(report.command).toContain('--prefix-field head --prefix-field glosses_32/embedding');
    expect((await call('reports.export', { reportId: saved.reportId, format: 'markdown' })).text).toContain('glosses on Milvus Lite');
  });

  it('is asked in words with the model that made it; another model is told apart', async () => {
    const corpus = await call('corpus.open', { source: { kind: 'collection', target, collection: 'glosses' } });
    const queries = await call('queries.set', { corpusId: corpus.corpusId, source: { kind: 'typed', texts: ['a large body of water', 'someone who cooks'] } });
    await expect(engine.call('dataset.embed', { corpusId: corpus.corpusId, queryId: queries.queryId, modelId: 'collection' })).rejects.toMatchObject({ code: 'queries/no-model' });
    const dataset = await call('dataset.embed', { corpusId: corpus.corpusId, queryId: queries.queryId, modelId: 'starter' });
    expect(dataset).toMatchObject({ rowCount: ROWS, queryCount: 2, inPlace: { dims: [256] } });
    expect(dataset.warnings.filter((warning) => warning.includes('other vectors'))).toEqual([]);
    const inspection = await call('inspect.query', { datasetId: dataset.datasetId, schedule: [{ dims: 256, keep: 5 }], k: 5, dims: [64, 256], query: { text: 'a small animal' } });
    expect(inspection.truth[0]!.document.text.length).toBeGreaterThan(0);
    // The same fields with a text that the vectors were not made of: the model's vectors are others.
    const foreign = await call('corpus.open', { source: { kind: 'collection', target, collection: 'glosses', textField: 'synset' } });
    const foreignQueries = await call('queries.set', { corpusId: foreign.corpusId, source: { kind: 'typed', texts: ['water'] } });
    const odd = await call('dataset.embed', { corpusId: foreign.corpusId, queryId: foreignQueries.queryId, modelId: 'starter' });
    expect(odd.warnings).toContainEqual(expect.stringContaining('gives other vectors for the texts of glosses.embedding'));
  });

  it('by the command line: in place and embedded in one report that names it; its own rows, vectors or texts as queries', async () => {
    const common = ['bench', '--store', lite.address, '--collection', 'glosses', '--latency-queries', '10'];
    const out = join(folder, 'out');
    const done = await cli(...common, '--prefix-field', 'head', '--dims', '64,256', '--queries', '40', '--schedule', '64:100,256:10', '--dump-neighbours', '--out', out);
    expect(done.code, done.stderr).toBe(0);
    const report = await reportIn(out);
    // Milvus could measure all that was asked: it leads.
    expect([report.store.kind, report.otherStores!.map((other) => other.kind)]).toEqual(['milvus', ['embedded']]);
    expect([report.store.inPlace, report.otherStores![0]!.inPlace]).toEqual([true, undefined]);
    expect(report.funnels[0]!.neighbours).toEqual(report.otherStores![0]!.funnels[0]!.neighbours);
    expect(report.store.label).toContain('collection glosses');
    expect(report.corpus).toMatchObject({ name: 'glosses', count: ROWS - 40, collection: { name: 'glosses', rows: ROWS } });

    const queries = join(folder, 'queries.jsonl');
    await writeFile(queries, ['a large body of water', 'a person who cooks'].map((text, row) => JSON.stringify({ _id: `q${row}`, text })).join('\n'));
    const texts = await cli(...common, '--queries', queries, '--model', 'starter', '--out', join(folder, 'texts'));
    expect(texts.code, texts.stderr).toBe(0);
    // Without prefix fields only the full dimension can be searched in place; the copy leads.
    expect(await reportIn(join(folder, 'texts'))).toMatchObject({ store: { kind: 'embedded' }, otherStores: [{ kind: 'milvus', ladder: [{ dims: 256 }] }], queries: { count: 2 } });
  });

  it('a sample of its rows is measured embedded, and says so', async () => {
    const out = join(folder, 'sample');
    const done = await cli('bench', '--store', lite.address, '--collection', 'glosses', '--rows', '400', '--queries', '20', '--latency-queries', '5', '--vector-memory', '64KiB', '--out', out);
    expect(done.code, done.stderr).toBe(0);
    const report = await reportIn(out);
    expect(report).toMatchObject({ store: { kind: 'embedded' }, corpus: { count: 380, collection: { rows: ROWS } } });
    expect(report.otherStores).toBeUndefined();
    expect(report.store.latencyRemark).toContain('read from a temporary file');
    expect(report.warnings.join(' ')).toContain('a sample of glosses cannot be searched in place');
  });

  it('says in one line what does not fit', async () => {
    const common = ['bench', '--store', lite.address, '--collection', 'glosses', '--out', join(folder, 'bad')];
    const line = async (...argv: string[]): Promise<string> => {
      const result = await cli(...argv);
      expect(result.code).toBe(2);
      return result.lastLine;
    };
    expect(await line(...common, '--vector-field', 'vector')).toContain('has no vector field "vector"');
    expect(await line(...common, '--text-field', 'plot')).toContain('has no field "plot"');
    expect(await line(...common, '--prefix-field', 'embedding')).toContain('expected fewer than the 256');
    expect(await line(...common, '--head', 'hnsw', '--queries', '5')).toContain('has a FLAT index, not HNSW');
    expect(await line(...common, '--corpus', 'sample:wordnet-5k')).toContain('exclude each other');
    expect(await line('bench', '--collection', 'glosses')).toContain('--collection needs --store');
    expect(await line('bench', '--corpus', 'sample:wordnet-5k', '--rows', '5')).toContain('--rows needs --collection');
    expect(await line(...common, '--queries', join(folder, 'queries.jsonl'))).toContain('need the model');
  });

  it('nothing of all this was written: every row, field, index and collection is as before', async () => {
    expect(await serverDigest(lite.address, FIELDS)).toBe(before);
    expect(await serverDigest(lite.address, { ...FIELDS, glosses: ['synset'] })).not.toBe(before);
  });

  it('copies of its prefixes are loaded beside it only when they are asked for', async () => {
    const out = join(folder, 'copies');
    const done = await cli('bench', '--store', lite.address, '--collection', 'glosses', '--copies', '--queries', '20', '--dims', '32,256', '--schedule', '32:200,256:10', '--latency-queries', '5', '--out', out);
    expect(done.code, done.stderr).toBe(0);
    const report = await reportIn(out);
    expect(report).toMatchObject({ store: { kind: 'milvus' }, ladder: [{ dims: 32 }, { dims: 256 }] });
    expect(report.corpus.collection!.measured.join(' ')).toContain('copies of the prefixes');
    expect((await call('milvus.collections', {})).filter((one) => one.ownedByFunnelscope)).not.toEqual([]);
  });

  async function reportIn(out: string): Promise<Report> {
    return reportSchema.parse(JSON.parse(await readFile(join(out, 'report.json'), 'utf8')));
  }

  function recallAt(result: Pick<Report, 'ladder'>, dims: number): number {
    return result.ladder.find((entry) => entry.dims === dims)!.recall.value;
  }
});

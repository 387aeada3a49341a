import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomNormal, seededRandom } from '../../src/base/random.ts';
import { reportSchema } from '../../src/contract/report.ts';
import type { Report } from '../../src/contract/report.ts';
import { parseSchedule } from '../../src/contract/schedule.ts';
import { runBench } from '../../src/engine/bench.ts';
import { readBenchArguments } from '../../src/cli/arguments.ts';
import { formatNpyHeader } from '../../src/vectors/npy-header.ts';
import { cli } from './run.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'funnelscope-bench-'));
  process.env['FUNNELSCOPE_DATA'] = join(folder, 'data');
});

afterAll(async () => {
  delete process.env['FUNNELSCOPE_DATA'];
  await rm(folder, { recursive: true, force: true });
});

async function reportIn(out: string): Promise<Report> {
  return reportSchema.parse(JSON.parse(await readFile(join(out, 'report.json'), 'utf8')));
}

describe('bench on the bundled sample', () => {
  it('embeds with the starter, measures, and writes the five files; a second run comes from the cache', async () => {
    const argv = ['bench', '--corpus', 'sample:wordnet-5k', '--queries', '60', '--schedule', '32:256,64:128,256:10', '--latency-queries', '20'];
    const first = join(folder, 'first');
    const result = await cli(...argv, '--out', first);
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout).toBe('');
    expect((await readdir(first)).sort()).toEqual(['funnels.csv', 'ladder.csv', 'report.html', 'report.json', 'report.md']);
    const report = await reportIn(first);
    expect(report.ladder.map((entry) => entry.dims)).toEqual([16, 32, 64, 128, 256]);
    expect(report.queries).toMatchObject({ count: 60, withQrels: 60 });
    expect(report.model).toMatchObject({ id: 'starter', dims: 256, embedding: { fromCache: false } });
    expect(report.ladder.at(-1)!.recall.value).toBe(1);
    expect(report.ladder.map((entry) => entry.recall.value)).toEqual([...report.ladder.map((entry) => entry.recall.value)].sort((a, b) => a - b));
    // A real model: far above chance against the qrels (10 of 5,000 at random is nDCG about 0.001).
    expect(report.baseline.ndcg!.value).toBeGreaterThan(0.2);
    expect(report.command).toContain('--corpus sample:wordnet-5k');

    const second = join(folder, 'second');
    expect((await cli(...argv, '--out', second)).code).toBe(0);
    const again = await reportIn(second);
    expect(again.model.embedding!.fromCache).toBe(true);
    expect(again.ladder.map((entry) => entry.recall)).toEqual(report.ladder.map((entry) => entry.recall));
    expect(again.funnels.map((entry) => entry.recall)).toEqual(report.funnels.map((entry) => entry.recall));
  });

  it('a cancelled run leaves no half report', async () => {
    const abort = new AbortController();
    const { request } = readBenchArguments(['--corpus', 'sample:wordnet-5k', '--queries', '20']);
    const context = { resourcesDir: process.cwd(), dataDir: join(folder, 'cancelled'), command: '', resolveSecret: async () => undefined };
    const run = runBench(request, context, { signal: abort.signal, onProgress: ({ phase }) => phase === 'embedding documents' && abort.abort() });
    await expect(run).rejects.toThrow('cancelled');
  });
});

describe('bench on vectors', () => {
  const n = 300;
  const D = 24;
  const q = 12;
  const rows = (seed: number, count: number): Float32Array => {
    const random = seededRandom(seed);
    return Float32Array.from({ length: count * D }, (_, i) => randomNormal(random) / (1 + (i % D) / 4));
  };
  const documents = rows(11, n);
  const queries = rows(12, q);

  function naive(dims: number, query: number, among: readonly number[]): number[] {
    const score = (row: number): number => {
      let dot = 0;
      let length = 0;
      for (let j = 0; j < dims; j += 1) {
        dot += documents[row * D + j]! * queries[query * D + j]!;
        length += documents[row * D + j]! ** 2;
      }
      return dot / Math.sqrt(length);
    };
    return [...among].sort((a, b) => score(b) - score(a) || a - b);
  }

  it('dumps, for every prefix and funnel, exactly the naive answers', async () => {
    const save = async (name: string, data: Float32Array, count: number): Promise<string> => {
      const path = join(folder, name);
      await writeFile(path, Buffer.concat([Buffer.from(formatNpyHeader(count, D)), Buffer.from(data.buffer)]));
      return path;
    };
    const out = join(folder, 'vectors');
    const result = await cli(
      'bench', '--vectors', await save('x.npy', documents, n), '--query-vectors', await save('q.npy', queries, q),
      '--dims', '5,8,12', '--k', '7', '--schedule', '5:60,12:20,24:7', '--schedule', '8:30,24:7', '--dump-neighbours', '--out', out,
    );
    expect(result.code, result.stderr).toBe(0);
    const report = await reportIn(out);
    const all = Array.from({ length: n }, (_, row) => row);
    expect(report.ladder.map((entry) => entry.dims)).toEqual([5, 8, 12]);
    for (const entry of report.ladder) entry.neighbours!.forEach((list, query) => expect(list).toEqual(naive(entry.dims, query, all).slice(0, 7)));
    expect(report.funnels).toHaveLength(2);
    for (const funnel of report.funnels) {
      funnel.neighbours!.forEach((list, query) => {
        let alive = all;
        for (const stage of parseSchedule(funnel.schedule)) alive = naive(stage.dims, query, alive).slice(0, stage.keep);
        expect(list).toEqual(alive);
      });
    }
  });
});

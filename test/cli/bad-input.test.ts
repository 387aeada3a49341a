import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatNpyHeader } from '../../src/vectors/npy-header.ts';
import { cli } from './run.ts';

let folder: string;
const file = (name: string): string => join(folder, name);

async function npy(name: string, rows: number, dims: number, change?: (data: Float32Array) => void): Promise<string> {
  const data = Float32Array.from({ length: rows * dims }, (_, i) => Math.sin(i * 12.9898) + 0.01);
  change?.(data);
  await writeFile(file(name), Buffer.concat([Buffer.from(formatNpyHeader(rows, dims)), Buffer.from(data.buffer)]));
  return file(name);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'funnelscope-cli-'));
  process.env['FUNNELSCOPE_DATA'] = join(folder, 'data');
  await npy('x.npy', 60, 32);
  await npy('q.npy', 5, 32);
  await npy('q16.npy', 5, 16);
  await npy('nan.npy', 60, 32, (data) => {
    data[7 * 32 + 3] = NaN;
  });
  await npy('none.npy', 0, 32);
  await writeFile(file('ok.jsonl'), Array.from({ length: 30 }, (_, i) => JSON.stringify({ _id: `d${i}`, text: `document about subject ${i}` })).join('\n'));
  await writeFile(file('broken.jsonl'), '{"_id":"a","text":"one"}\n{"_id":"b","text":"two"\n{"_id":"c","text":"three"}\n');
  await writeFile(file('twice.jsonl'), '{"_id":"a","text":"one"}\n{"_id":"b","text":"two"}\n{"_id":"a","text":"three"}\n');
  await writeFile(file('empty.jsonl'), '');
  await writeFile(file('short.npy'), 'not numpy');
});

afterAll(async () => {
  delete process.env['FUNNELSCOPE_DATA'];
  await rm(folder, { recursive: true, force: true });
});

const vectors = (): string[] => ['--vectors', file('x.npy'), '--query-vectors', file('q.npy')];

const cases: [string, () => string[], RegExp][] = [
  ['nothing to measure', () => [], /nothing to measure: give --corpus/],
  ['an option that does not exist', () => [...vectors(), '--speed', '9'], /--speed/],
  ['a missing corpus', () => ['--corpus', file('nowhere.jsonl')], /there is no file or folder .*nowhere\.jsonl/],
  ['a missing vector file', () => ['--vectors', file('nowhere.npy')], /there is no file .*nowhere\.npy/],
  ['a broken JSON line, with file and line', () => ['--corpus', file('broken.jsonl')], /broken\.jsonl:2(:\d+)?: /],
  ['duplicate ids', () => ['--corpus', file('twice.jsonl')], /twice\.jsonl:3.*"a"/],
  ['an empty corpus', () => ['--corpus', file('empty.jsonl')], /empty\.jsonl.*(empty|no documents)/],
  ['an unknown sample', () => ['--corpus', 'sample:nothing'], /there is no sample "nothing"/],
  ['an unknown model', () => ['--corpus', file('ok.jsonl'), '--queries', '5', '--model', 'no-such-model'], /unknown model "no-such-model"/],
  ['a file that is no NumPy file', () => ['--vectors', file('short.npy')], /short\.npy: /],
  ['vectors without rows', () => ['--vectors', file('none.npy')], /none\.npy: .*no vectors/],
  ['a query matrix of another width', () => ['--vectors', file('x.npy'), '--query-vectors', file('q16.npy')], /q16\.npy: has 16 columns, but .*x\.npy has 32/],
  ['a NaN, with its row', () => ['--vectors', file('nan.npy'), '--query-vectors', file('q.npy')], /nan\.npy: .*row 7.*NaN/],
  ['a schedule whose dims fall', () => [...vectors(), '--schedule', '16:20,8:10'], /dims must rise/],
  ['a schedule whose keeps rise', () => [...vectors(), '--schedule', '8:20,16:30,32:10'], /keeps must fall/],
  ['a schedule that is none', () => [...vectors(), '--schedule', '8x20'], /expected dims:keep/],
  ['a schedule beyond the vectors', () => [...vectors(), '--schedule', '8:20,64:10'], /64 dims is beyond the embeddings' 32/],
  ['dims beyond the vectors', () => [...vectors(), '--dims', '16,64'], /--dims 64 is beyond the embeddings' 32/],
  ["dims beyond the model's", () => ['--corpus', file('ok.jsonl'), '--queries', '5', '--dims', '512'], /--dims 512 is beyond the embeddings' 256/],
  ['k beyond the vectors', () => [...vectors(), '--k', '61'], /k = 61 is more than the 60 documents/],
  ['k beyond the corpus', () => ['--corpus', file('ok.jsonl'), '--k', '31'], /k = 31 is more than the 30 documents/],
  ['k that is no number', () => [...vectors(), '--k', 'ten'], /--k "ten": expected a whole number/],
  ['more held-out rows than there are', () => ['--vectors', file('x.npy'), '--queries', '60'], /would hold out all of the 60 rows/],
  ['a store that is no address', () => [...vectors(), '--store', 'milvus'], /--store "milvus": expected embedded or a Milvus address/],
  ['a head that does not exist', () => [...vectors(), '--head', 'tree'], /--head "tree": expected one of flat, hnsw/],
  ['a constraint that makes no sense', () => [...vectors(), '--tune', 'recall=2'], /--tune "recall=2": expected recall=R/],
];

describe('bench refuses bad input with one clear line and exit code 2', () => {
  it.each(cases)('%s', async (_name, argv, line) => {
    const outermost = file(`out-${Math.random().toString(36).slice(2)}`);
    const out = join(outermost, 'inner');
    const result = await cli('bench', ...argv(), '--out', out);
    expect(result.lastLine).toMatch(line);
    expect(result.lastLine).toMatch(/^funnelscope: /);
    expect(result.stderr).not.toMatch(/\n\s+at .*:\d+:\d+/);
    expect(result.stdout).toBe('');
    expect(result.code).toBe(2);
    expect(existsSync(outermost)).toBe(false);
  });

  it('and leaves an output folder that was there before', async () => {
    const out = file('there');
    await mkdir(out);
    expect(await cli('bench', ...vectors(), '--k', '61', '--out', join(out, 'new'))).toMatchObject({ code: 2 });
    expect(await readdir(out)).toEqual([]);
    expect(await cli('bench', ...vectors(), '--k', '61', '--out', out)).toMatchObject({ code: 2 });
    expect(existsSync(out)).toBe(true);
  });

  it('an unknown command', async () => {
    const result = await cli('measure');
    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('unknown command "measure", expected one of bench') });
  });
});

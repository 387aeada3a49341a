import { execFileSync } from 'node:child_process';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { annBenchmarksCsv } from '../../src/report/ann-benchmarks.ts';
import { commandLine, shellQuote } from '../../src/report/command.ts';
import { reportFiles } from '../../src/report/files.ts';
import { trecRun } from '../../src/report/trec.ts';
import { vectorDbBenchJson } from '../../src/report/vectordbbench.ts';
import { fixtureReport } from '../fixtures/report.ts';

describe('report files', () => {
  it('are the five of a run', () => {
    expect(reportFiles(fixtureReport).map(({ name, text }) => [name, text.length > 500])).toEqual([
      ['report.json', true],
      ['report.html', true],
      ['report.md', true],
      ['ladder.csv', true],
      ['funnels.csv', true],
    ]);
  });
});

describe('the TREC run', () => {
  it('has six columns, ranks from 1 and scores that fall', () => {
    const text = trecRun({ neighbours: [[5, 2], [7]], scores: [[0.9, 0.9], [0.5]], queryIds: ['q 1', 'q2'], documentIds: ['a', 'b', 'c', 'd', 'e', 'doc\t5', 'g', 'h'], tag: '64:512 x' });
    expect(text).toBe('q%201 Q0 doc%095 1 0.9 64:512%20x\nq%201 Q0 c 2 0.899999 64:512%20x\nq2 Q0 h 1 0.5 64:512%20x\n');
  });

  it('gives scores by rank and rows for ids where there are none', () => {
    expect(trecRun({ neighbours: [[9, 4, 1]], tag: 't' })).toBe('0 Q0 9 1 3 t\n0 Q0 4 2 2 t\n0 Q0 1 3 1 t\n');
    expect(trecRun({ neighbours: [], tag: 't' })).toBe('');
  });

  it('keeps the order in the eyes of a reader that sorts by score', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(500), { maxLength: 50 }), fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 50, maxLength: 50 }), (rows, scores) => {
        const given = rows.map((_, index) => scores[index]!).sort((a, b) => b - a);
        const lines = trecRun({ neighbours: [rows], scores: [given], tag: 't' }).split('\n').filter(Boolean).map((line) => line.split(' '));
        const order = [...lines].sort((x, y) => Number(y[4]) - Number(x[4])).map((line) => Number(line[2]));
        expect(order).toEqual(rows);
      }),
    );
  });

  it('refuses an id that is not there', () => expect(() => trecRun({ neighbours: [[3]], documentIds: ['a'], tag: 't' })).toThrow('document row 3'));
});

describe('the command line', () => {
  it('names what was asked, quoted, without secrets', () => {
    expect(commandLine({ corpus: "my corpus's.jsonl", queries: 500, store: 'http://root:Milvus@127.0.0.1:19530?token=x', dims: [16, 64], k: 10, schedules: ['64:512,256:10', '32:9,256:9'], tune: 'recall=0.99', seed: 0, out: '-out' })).toBe(
      "npm run --silent cli -- bench --corpus 'my corpus'\\''s.jsonl' --queries 500 --store http://127.0.0.1:19530 --dims 16,64 --k 10 --schedule 64:512,256:10 --schedule 32:9,256:9 --tune recall=0.99 --seed 0 --out -out",
    );
  });

  it('comes through a shell unchanged', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')), { minLength: 1, maxLength: 8 }), (words) => {
        const out = execFileSync('bash', ['-c', `printf '%s\\0' ${words.map(shellQuote).join(' ')}`]);
        expect(out.toString('utf8').split('\0').slice(0, -1)).toEqual(words);
      }),
      { numRuns: 40 },
    );
    expect(shellQuote('a\nb')).not.toContain('\n');
  });
});

describe('benchmark formats', () => {
  it('VectorDBBench: a result for each prefix, funnel and exact search, times in seconds', () => {
    const file = JSON.parse(vectorDbBenchJson(fixtureReport)) as { run_id: string; results: { metrics: Record<string, number>; task_config: { db: string; db_config: { db_label: string } }; label: string }[] };
    expect(file.run_id).toMatch(/^[0-9a-f]{32}$/);
    expect(file.results).toHaveLength(8 + 6 + 1 + 8 + 1 + 1);
    expect(file.results[3]).toMatchObject({ metrics: { serial_latency_p95: 0.0010746, recall: 0.552, ndcg: 0.1668, qps: 1064.83 }, task_config: { db: 'test' }, label: ':)' });
    expect(file.results.at(-1)).toMatchObject({ task_config: { db: 'Milvus', db_config: { db_label: 'funnelscope Milvus Lite 3.2 at 127.0.0.1:19530 · exact 256 dims' } } });
  });

  it('ann-benchmarks: its columns, recall as k-nn', () => {
    const rows = parse(annBenchmarksCsv(fixtureReport), { columns: true }) as Record<string, string>[];
    expect(Object.keys(rows[0]!)).toEqual(['algorithm', 'parameters', 'count', 'k-nn', 'qps', 'p50', 'p95', 'p99', 'indexsize', 'dataset']);
    expect(rows[8]).toMatchObject({ algorithm: 'funnelscope-embedded', parameters: 'funnel(64:1536,256:10)', count: '10', 'k-nn': '0.9934', dataset: 'WordNet glosses' });
  });
});

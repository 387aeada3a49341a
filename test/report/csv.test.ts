import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvCell, csvText, funnelsCsv, ladderCsv, measurementsCsv } from '../../src/report/csv.ts';
import { fixtureReport, plainReport } from '../fixtures/report.ts';
import { hostileReport } from './hostile.ts';

const read = (text: string): Record<string, string>[] => parse(text, { columns: true, skip_empty_lines: true });

describe('cells', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+cmd', "'+cmd"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', '"\'\t=1"'],
    ['\r=1', '"\'\r=1"'],
    ['a=1', 'a=1'],
    ['say "hi", you', '"say ""hi"", you"'],
  ])('guards the text %j', (text, cell) => {
    const written = csvCell(text);
    const inner = parse(`${written}\n`, { relax_column_count: true })[0] as string[] | undefined;
    expect([written.replace(/^"|"$/g, ''), inner?.[0]?.[0]]).toEqual([cell.replace(/^"|"$/g, ''), cell.replace(/^"/, '')[0]]);
  });

  it('never touches numbers', () => {
    expect([-1.5, 0, 1e-7, 117791].map(csvCell)).toEqual(['-1.5', '0', '1e-7', '117791']);
    expect(() => csvCell(Number.NaN)).toThrow('NaN');
  });

  it('gives any text back, but for the guard', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 4 }), (texts) => {
        const text = csvText([texts.map((value, index) => [`c${index}`, value] as const)]);
        const [row] = parse(text, { columns: true, relax_quotes: false }) as Record<string, string>[];
        const back = texts.map((_, index) => (row?.[`c${index}`] ?? '').replace(/^'(?=[=+\-@\t\r])/, ''));
        expect(back).toEqual(texts.map((value) => value.replace(/^'(?=[=+\-@\t\r])/, '')));
      }),
    );
  });
});

describe('files', () => {
  it('ladder.csv has a row for each prefix and baseline of each store', () => {
    const rows = read(ladderCsv(fixtureReport));
    expect(rows.map((row) => `${row['store']} ${row['kind']} ${row['dims']}`).slice(0, 9)).toEqual([
      ...fixtureReport.ladder.map((entry) => `embedded prefix ${entry.dims}`),
      'embedded baseline 256',
    ]);
    expect(rows).toHaveLength(18);
    expect(rows[3]).toMatchObject({ dims: '64', recall: '0.552', trained: 'true', p50_ms: '0.903', bytes_per_vector: '256', ndcg: '0.1668' });
    expect(rows[9]?.['latency_remark']).toBe(fixtureReport.otherStores?.[0]?.latencyRemark);
  });

  it('funnels.csv has a row for each funnel with its stages side by side', () => {
    const rows = read(funnelsCsv(fixtureReport));
    expect(rows).toHaveLength(7);
    expect(rows[2]).toMatchObject({ schedule: '32:512,64:256,128:64,256:10', stages: '4', stage1_dims: '32', stage4_keep: '10', pays: 'true' });
    expect(rows[0]?.['stage3_dims']).toBe('');
  });

  it('funnels.csv of a run without funnels is a header', () => {
    expect(read(funnelsCsv(plainReport))).toEqual([]);
  });

  it('all numbers of one report stand in one table', () => {
    expect(read(measurementsCsv(fixtureReport)).map((row) => row['kind']).filter((kind) => kind === 'funnel')).toHaveLength(7);
  });

  it('stays a table of the same shape with hostile names', () => {
    for (const text of [ladderCsv(hostileReport()), funnelsCsv(hostileReport()), measurementsCsv(hostileReport())]) {
      for (const row of read(text)) for (const cell of Object.values(row)) expect(Number.isNaN(Number(cell)) && /^[=+\-@\t\r]/.test(cell)).toBe(false);
    }
  });
});

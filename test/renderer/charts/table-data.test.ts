import { describe, expect, it } from 'vitest';
import { styleOf } from '../../../renderer/charts/series.ts';
import { csvOf, tableOf } from '../../../renderer/charts/table-data.ts';

const words = { x: 'dims', low: 'low', high: 'high' };
const text = (value: number): string => String(value);

describe('the numbers of a chart', () => {
  it('stand in one row per x, with interval columns where there are intervals', () => {
    const table = tableOf(
      [
        { key: 'a', label: 'embedded', style: styleOf(0), points: [{ x: 64, y: 0.5, low: 0.4, high: 0.6 }, { x: 32, y: 0.3 }] },
        { key: 'b', label: 'Milvus', style: styleOf(1), points: [{ x: 64, y: 0.5 }], isEstimate: true },
      ],
      words,
      text,
      text,
    );
    expect(table.columns.map((column) => column.name)).toEqual(['dims', 'embedded', 'embedded low', 'embedded high', 'Milvus (estimate)']);
    expect(table.rows).toEqual([[32, 0.3, null, null, null], [64, 0.5, 0.4, 0.6, 0.5]]);
  });

  it('leave out points that only join two lines', () => {
    const table = tableOf([{ key: 'a', label: 'a', style: styleOf(0), points: [{ x: 1, y: 1, isJoint: true }, { x: 2, y: 2 }] }], words, text, text);
    expect(table.rows).toEqual([[1, null], [2, 2]]);
  });

  it('become CSV unrounded; text that a spreadsheet would run is defused, numbers are not touched', () => {
    const csv = csvOf({ columns: [{ name: '=cmd', isNumeric: false }, { name: 'a "b", c', isNumeric: true }], rows: [['-5 things', -1.5], ['@x', 0.123456789], ['\tx', null]] });
    expect(csv).toBe("'=cmd,\"a \"\"b\"\", c\"\r\n'-5 things,-1.5\r\n'@x,0.123456789\r\n'\tx,\r\n");
  });
});

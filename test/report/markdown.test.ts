import { describe, expect, it } from 'vitest';
import { inline, reportMarkdown } from '../../src/report/markdown.ts';
import { fixtureReport, plainReport } from '../fixtures/report.ts';
import { hostileReport } from './hostile.ts';

describe('report.md', () => {
  it('of the plain report', () => expect(reportMarkdown(plainReport)).toMatchSnapshot());
  it('of the full report', () => expect(reportMarkdown(fixtureReport)).toMatchSnapshot());

  it('lets no name become markup', () => {
    const outsideCode = reportMarkdown(hostileReport()).replace(/```[\s\S]*?```/g, '');
    expect(outsideCode.match(/(?<!\\)</g)).toBeNull();
    for (const line of outsideCode.split('\n').filter((line) => line.startsWith('|'))) expect(line.endsWith('|')).toBe(true);
  });

  it.each([
    ['a|b', 'a\\|b'],
    ['[x](javascript:1)', '\\[x\\](javascript:1)'],
    ['line\nbreak', 'line break'],
    ['# head', '\\# head'],
    ['1. one', '\\1. one'],
    ['&lt;', '&amp;lt;'],
  ])('escapes %j', (text, escaped) => expect(inline(text)).toBe(escaped));

  it('has as many cells in each row as in its header', () => {
    const tables = reportMarkdown(fixtureReport).split('\n\n').filter((block) => block.startsWith('|'));
    expect(tables.length).toBeGreaterThan(10);
    for (const table of tables) expect(new Set(table.split('\n').map((row) => row.match(/(?<!\\)\|/g)?.length)).size).toBe(1);
  });
});

import { formatCount, formatMs, formatPercent, formatPercentInterval } from '../../base/format.ts';
import type { FunnelEntry } from '../../contract/report.ts';
import { element, pixel, textElement, type Markup } from '../markup.ts';
import { picture } from './frame.ts';

const width = 960;
const barLeft = 84;
const barRight = 560;
const rowHeight = 38;
const barHeight = 16;

/**
 * How a funnel narrows: one bar a stage, its length the logarithm of the candidates left, slopes between them; at the right what is
 * still alive of the true neighbours, and the stage's time.
 */
export function survivalChart(funnel: FunnelEntry, rowCount: number, k: number): Markup {
  const counts = [rowCount, ...funnel.stages.map((stage) => stage.keep)];
  const length = (count: number): number => (rowCount <= 1 ? 1 : Math.log(Math.max(1, count) + 1) / Math.log(rowCount + 1)) * (barRight - barLeft);
  const top = (row: number): number => 40 + row * rowHeight;
  const totalMs = funnel.stages.reduce((sum, stage) => sum + stage.latencyMs.p50, 0);
  const slopes = counts.slice(1).map((count, index) => {
    const upper = counts[index]!;
    const corners = [
      [barLeft, top(index) + barHeight],
      [barLeft + length(upper), top(index) + barHeight],
      [barLeft + length(count), top(index + 1)],
      [barLeft, top(index + 1)],
    ];
    return element('polygon', { class: 'slope', points: corners.map(([x, y]) => `${pixel(x!)},${pixel(y!)}`).join(' ') });
  });
  const rows = counts.map((count, row) => {
    const stage = funnel.stages[row - 1];
    const y = top(row);
    const middle = y + barHeight / 2 + 4.5;
    const isLast = row === counts.length - 1;
    const what = stage === undefined ? 'documents' : `${row === 1 ? 'head search' : 're-rank'} · ${stage.dims} dims`;
    return element(
      'g',
      {},
      element('rect', { class: stage === undefined ? 'bar whole' : 'bar', x: barLeft, y, width: Math.max(2, length(count)), height: barHeight }),
      textElement('text', { class: 'count', x: barLeft - 10, y: middle, 'text-anchor': 'end' }, formatCount(count)),
      textElement('text', { class: 'what', x: barLeft + length(count) + 10, y: middle }, isLast && count === k ? `${what} · the result` : what),
      stage === undefined ? undefined : textElement('text', { class: 'alive', x: 800, y: middle, 'text-anchor': 'end' }, formatPercentInterval(stage.survivalInterval)),
      stage === undefined ? undefined : textElement('text', { class: 'count', x: width - 4, y: middle, 'text-anchor': 'end' }, formatMs(stage.latencyMs.p50)),
      stage === undefined
        ? undefined
        : textElement('title', {}, `${stage.dims} dims keep ${formatCount(stage.keep)}: ${formatPercent(stage.survival)} of the true neighbours alive; ${formatMs(stage.latencyMs.p50)}, ${formatPercent(totalMs === 0 ? 0 : stage.latencyMs.p50 / totalMs)} of the time`),
    );
  });
  const height = top(counts.length - 1) + barHeight + 12;
  return picture(
    { width, height },
    `Candidates and surviving true neighbours of the funnel ${funnel.schedule}`,
    'chart survival',
    textElement('text', { class: 'axis', x: barLeft, y: 20 }, 'candidates left, bar length on a log scale'),
    textElement('text', { class: 'axis', x: 800, y: 20, 'text-anchor': 'end' }, 'true neighbours alive'),
    textElement('text', { class: 'axis', x: width - 4, y: 20, 'text-anchor': 'end' }, 'time, p50'),
    element('g', { class: 'c0' }, ...slopes, ...rows),
  );
}

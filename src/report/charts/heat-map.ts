import { formatCount, formatPercent } from '../../base/format.ts';
import type { HeatMap } from '../../contract/tuning.ts';
import { element, pixel, textElement, type Markup } from '../markup.ts';
import { picture } from './frame.ts';
import { mark } from './mark.ts';

const width = 960;
const left = 84;
const top = 34;

/**
 * Recall of every two-stage funnel dims:keep, darker is more; the stairs are where recall first reaches each level.
 * More than 16 keeps are thinned to 16; values are written where cells are wide enough.
 */
export function heatMapChart(map: HeatMap, k: number, dims: number): Markup {
  const columns = thin(map.keeps, 16);
  const cellWidth = (width - left - 8) / columns.length;
  const cellHeight = 30;
  // Larger dimensions above: the axis rises like every other.
  const rows = map.dims.map((size, index) => ({ size, index })).reverse();
  const height = top + rows.length * cellHeight + 48;
  const shares = map.recall.flat();
  const low = Math.min(...shares);
  const cells = rows.flatMap(({ size, index }, row) =>
    columns.map((column, position) => {
      const recall = map.recall[index]?.[column] ?? 0;
      const strength = low >= 1 ? 1 : (recall - low) / (1 - low);
      const x = left + position * cellWidth;
      const y = top + row * cellHeight;
      return element(
        'g',
        {},
        textElement('title', {}, `${size}:${formatCount(map.keeps[column]!)}, ${dims}:${k}\nrecall ${formatPercent(recall)}`),
        element('rect', { class: 'cell', x: x + 0.5, y: y + 0.5, width: cellWidth - 1, height: cellHeight - 1, 'fill-opacity': 0.04 + 0.5 * strength ** 2 }),
        cellWidth < 44 ? undefined : textElement('text', { class: 'cell-value', x: x + cellWidth / 2, y: y + cellHeight / 2 + 4, 'text-anchor': 'middle' }, recall === 1 ? '100' : formatPercent(recall).replace(' %', '')),
      );
    }),
  );
  const levels = map.isoRecall.flatMap(({ level, keeps }, order) => {
    const corners = rows.flatMap(({ index }, row) => {
      const keep = keeps[index];
      const first = columns.findIndex((column) => keep !== null && keep !== undefined && map.keeps[column]! >= keep);
      if (first < 0) return [];
      const x = left + first * cellWidth;
      return [[x, top + row * cellHeight] as const, [x, top + (row + 1) * cellHeight] as const];
    });
    return corners.length === 0 ? [] : [{ level, order, corners, start: corners[0]![0] }];
  });
  const stairs = levels.map(({ order, corners }) => element('g', { class: `iso iso${order}` }, element('polyline', { class: 'stairs', points: corners.map(([x, y]) => `${pixel(x)},${pixel(y)}`).join(' ') }), mark('circle', corners[0]![0], corners[0]![1], 3, 'dot')));
  // Levels that begin at one place share one label.
  const names = [...new Set(levels.map(({ start }) => start))].map((start) => {
    const text = levels.filter((item) => item.start === start).map(({ level }) => `≥ ${formatPercent(level).replace(/\.0 /, ' ')}`).join(', ');
    return textElement('text', { class: 'note', x: start, y: top - 8, 'text-anchor': 'middle' }, text);
  });
  return picture(
    { width, height },
    `Recall@${k} by head dimension and candidates kept`,
    'chart',
    textElement('text', { class: 'axis heading', x: 2, y: 14 }, 'head dims'),
    element('g', { class: 'c0' }, ...cells, ...stairs, ...names),
    ...rows.map(({ size }, row) => textElement('text', { class: 'tick', x: left - 10, y: top + row * cellHeight + cellHeight / 2 + 4, 'text-anchor': 'end' }, String(size))),
    ...columns.map((column, position) => textElement('text', { class: 'tick', x: left + (position + 0.5) * cellWidth, y: top + rows.length * cellHeight + 17, 'text-anchor': 'middle' }, formatCount(map.keeps[column]!))),
    textElement('text', { class: 'axis', x: (left + width) / 2, y: height - 8, 'text-anchor': 'middle' }, `candidates kept for the re-rank at ${dims} dims; numbers: recall@${k} in %`),
  );
}

/** Indices of at most `most` items, the first and last among them. */
function thin(items: readonly unknown[], most: number): readonly number[] {
  if (items.length <= most) return items.map((_, index) => index);
  return [...new Set(Array.from({ length: most }, (_, index) => Math.round((index * (items.length - 1)) / (most - 1))))];
}

import type { Interval, Latency } from '../contract/measure.ts';
import type { FunnelEntry, LadderEntry, Report, StoreResult } from '../contract/report.ts';
import { storeResults } from './store-results.ts';

type Cell = string | number | boolean | undefined;
type Row = readonly (readonly [column: string, cell: Cell])[];

/**
 * One cell. Text that a spreadsheet would run as a formula (`= + - @`, tab, carriage return at its start) gets a leading
 * apostrophe; numbers are written as they are, so that −1.5 stays a number.
 */
export function csvCell(cell: Cell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') {
    if (!Number.isFinite(cell)) throw new Error(`${String(cell)} has no place in a CSV file`);
    return String(cell);
  }
  if (typeof cell === 'boolean') return String(cell);
  const guarded = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(guarded) || guarded !== guarded.trim() ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** Rows of `[column, cell]` pairs under one header: the columns in order of first appearance, missing cells empty. RFC 4180, lines end in `\n`. */
export function csvText(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => row.map(([column]) => column)))];
  const lines = rows.map((row) => {
    const cells = new Map(row);
    return columns.map((column) => csvCell(cells.get(column))).join(',');
  });
  return `${[columns.map(csvCell).join(','), ...lines].join('\n')}\n`;
}

/** `ladder.csv`: one row for each prefix and the exact baseline of each store. Shares as fractions of 1, times in ms, sizes in bytes. */
export function ladderCsv(report: Report): string {
  return csvText(
    storeResults(report).flatMap((store) => [
      ...store.ladder.map((entry) => [...storeCells(store), ['kind', 'prefix'] as const, ...ladderCells(entry)]),
      [...storeCells(store), ['kind', 'baseline'] as const, ...ladderCells({ ...store.baseline, dims: report.model.dims })],
    ]),
  );
}

/** `funnels.csv`: one row for each funnel of each store; its stages in `stage1_dims`, `stage1_keep`, `stage1_survival` … */
export function funnelsCsv(report: Report): string {
  const rows = storeResults(report).flatMap((store) => store.funnels.map((funnel) => [...storeCells(store), ...funnelCells(funnel)]));
  return rows.length === 0 ? 'store,head_index,head_precision,schedule\n' : csvText(rows);
}

/** Prefixes, funnels and baselines in one table with common columns: the export as a single CSV file. */
export function measurementsCsv(report: Report): string {
  return csvText(
    storeResults(report).flatMap((store): Row[] => [
      ...store.ladder.map((entry) => [...storeCells(store), ['kind', 'prefix'] as const, ['label', `${entry.dims} dims`] as const, ...ladderCells(entry)]),
      [...storeCells(store), ['kind', 'baseline'], ['label', 'exact'], ...ladderCells({ ...store.baseline, dims: report.model.dims })],
      ...store.funnels.map((funnel) => [...storeCells(store), ['kind', 'funnel'] as const, ['label', funnel.schedule] as const, ...funnelCells(funnel)]),
    ]),
  );
}

function storeCells(store: StoreResult): Row {
  return [
    ['store', store.label],
    ['head_index', store.head.index],
    ['head_precision', store.head.precision],
    ['latency_remark', store.latencyRemark],
  ];
}

function ladderCells(entry: Omit<LadderEntry, 'neighbours'>): Row {
  return [
    ['dims', entry.dims],
    ['trained', entry.trained],
    ...qualityCells(entry),
    ['retention', entry.retention],
    ...latencyCells('', entry.latencyMs),
    ['qps', entry.qps],
    ['bytes_per_vector', entry.bytesPerVector],
    ['total_bytes', entry.totalBytes],
  ];
}

function funnelCells(funnel: FunnelEntry): Row {
  return [
    ['schedule', funnel.schedule],
    ['name', funnel.name],
    ...qualityCells(funnel),
    ...latencyCells('', funnel.latencyMs),
    ['qps', funnel.qps],
    ['speedup', funnel.speedup],
    ['pays', funnel.pays],
    ['bytes_read_per_query', funnel.bytesReadPerQuery],
    ['rerank', funnel.rerank],
    ['stages', funnel.stages.length],
    ...funnel.stages.flatMap((stage, index): Row => {
      const name = `stage${index + 1}`;
      return [
        [`${name}_dims`, stage.dims],
        [`${name}_keep`, stage.keep],
        [`${name}_survival`, stage.survival],
        [`${name}_survival_low`, stage.survivalInterval.low],
        [`${name}_survival_high`, stage.survivalInterval.high],
        [`${name}_p50_ms`, stage.latencyMs.p50],
        [`${name}_p95_ms`, stage.latencyMs.p95],
      ];
    }),
  ];
}

type Quality = Pick<LadderEntry, 'recall' | 'ndcg' | 'mrr' | 'map' | 'irRecall'>;

function qualityCells(entry: Quality): Row {
  return [
    ...intervalCells('recall', entry.recall),
    ...intervalCells('ndcg', entry.ndcg),
    ...intervalCells('mrr', entry.mrr),
    ...intervalCells('map', entry.map),
    ...intervalCells('ir_recall', entry.irRecall),
  ];
}

function intervalCells(name: string, interval: Interval | undefined): Row {
  if (interval === undefined) return [];
  return [
    [name, interval.value],
    [`${name}_low`, interval.low],
    [`${name}_high`, interval.high],
  ];
}

function latencyCells(prefix: string, latency: Latency): Row {
  return [
    [`${prefix}p50_ms`, latency.p50],
    [`${prefix}p95_ms`, latency.p95],
    [`${prefix}p99_ms`, latency.p99],
    [`${prefix}mean_ms`, latency.mean],
  ];
}

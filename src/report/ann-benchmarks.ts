import type { Report } from '../contract/report.ts';
import { csvText } from './csv.ts';
import { storeResults } from './store-results.ts';

/**
 * The columns of ann-benchmarks' data_export.py that were measured here: `k-nn` is recall, `qps` 1 / mean latency of one client,
 * p50 … p99 in milliseconds, `indexsize` in kB. What was not measured (epsilon, rel, build …) is absent rather than 0.
 */
export function annBenchmarksCsv(report: Report): string {
  const { dims } = report.model;
  return csvText(
    storeResults(report).flatMap((store) => {
      const rows = [
        ...store.ladder.map((entry) => ({ ...entry, parameters: `prefix(dims=${entry.dims},head=${store.head.index},precision=${store.head.precision})`, bytes: entry.totalBytes })),
        ...store.funnels.map((funnel) => ({
          ...funnel,
          parameters: `funnel(${funnel.schedule})`,
          bytes: store.ladder.find((entry) => entry.dims === funnel.stages[0]?.dims)?.totalBytes,
        })),
        { ...store.baseline, parameters: `exact(dims=${dims})`, bytes: store.baseline.totalBytes },
      ];
      return rows.map((row) => [
        ['algorithm', `funnelscope-${store.kind}`] as const,
        ['parameters', row.parameters] as const,
        ['count', report.k] as const,
        ['k-nn', row.recall.value] as const,
        ['qps', row.qps] as const,
        ['p50', row.latencyMs.p50] as const,
        ['p95', row.latencyMs.p95] as const,
        ['p99', row.latencyMs.p99] as const,
        ['indexsize', row.bytes === undefined ? undefined : row.bytes / 1000] as const,
        ['dataset', report.corpus.name] as const,
      ]);
    }),
  );
}

import { UserError, unreachable } from '../base/errors.ts';
import type { MilvusTarget } from '../contract/connection.ts';
import type { Report, StoreResult } from '../contract/report.ts';
import { commandLine } from '../report/command.ts';
import type { BenchOptions } from '../report/command.ts';
import { measurementsCsv } from '../report/csv.ts';
import { reportHtml } from '../report/html.ts';
import { reportJson } from '../report/json.ts';
import { reportMarkdown } from '../report/markdown.ts';
import { trecRun } from '../report/trec.ts';
import { adapterPathOf } from './adapter-store.ts';
import { buildReport } from './build-report.ts';
import { pathOf } from './corpus-calls.ts';
import type { Dataset } from './dataset.ts';
import { deleteReport, listReports, loadReport, saveReport } from './report-store.ts';
import type { HandlersOf, Workspace } from './workspace.ts';

export function reportCalls(workspace: Workspace): HandlersOf<'reports.list' | 'reports.get' | 'reports.save' | 'reports.delete' | 'reports.export'> {
  const folder = workspace.reportsDir;
  return {
    'reports.list': () => listReports(folder),
    'reports.get': ({ reportId }) => loadReport(folder, reportId),
    'reports.save': async ({ datasetId, name }) => {
      const report = reportOf(workspace.datasets.get(datasetId), workspace);
      return saveReport(folder, report, name ?? `${report.corpus.name} · ${report.model.name}`);
    },
    'reports.delete': async ({ reportId }) => {
      await deleteReport(folder, reportId);
      return {};
    },
    'reports.export': async ({ reportId, format }) => {
      const report = await loadReport(folder, reportId);
      const base = `funnelscope-${report.corpus.name.replace(/[^\w.-]+/g, '-')}-${report.createdAt.slice(0, 10)}`;
      switch (format) {
        case 'html':
        case 'pdf':
          return { fileName: `${base}.${format}`, mimeType: 'text/html', text: reportHtml(report) };
        case 'markdown':
          return { fileName: `${base}.md`, mimeType: 'text/markdown', text: reportMarkdown(report) };
        case 'json':
          return { fileName: `${base}.json`, mimeType: 'application/json', text: reportJson(report) };
        case 'csv':
          return { fileName: `${base}.csv`, mimeType: 'text/csv', text: measurementsCsv(report) };
        case 'trec':
          return { fileName: `${base}.trec`, mimeType: 'text/plain', text: trecText(report) };
        default:
          return unreachable(format);
      }
    },
  };
}

/** The report of what was measured on a dataset so far: the latest store first, all its funnels. */
function reportOf(dataset: Dataset, { resourcesDir, adaptersDir, milvus }: Workspace): Report {
  const results = [...dataset.measured.values()].reverse();
  const [main, ...others] = results;
  if (main === undefined || main.ladder.length === 0) {
    throw new UserError('reports/nothing', 'nothing has been measured on this dataset yet', { hint: 'measure its prefixes on the Tradeoffs screen first' });
  }
  const { summary } = dataset;
  const k = Number(/k (\d+)$/.exec([...dataset.measured.keys()].at(-1) ?? '')?.[1] ?? 10);
  const command = commandLine({
    corpus: summary === undefined ? undefined : pathOf(summary.corpus.source),
    queries: summary?.queries.source.kind === 'file' ? summary.queries.source.path : summary?.queries.count,
    model: dataset.collection !== undefined ? dataset.embedder?.card.id : summary?.model.where === 'local' ? summary.model.path : summary?.model.id,
    adapter: summary?.adapterId === undefined ? undefined : adapterPathOf(adaptersDir, summary.adapterId),
    ...summary?.use,
    ...storeWords(dataset, main, milvus.current()?.target),
    dims: main.ladder.map((entry) => entry.dims),
    k,
    schedules: main.funnels.map((funnel) => funnel.schedule),
    seed: 1,
  });
  return buildReport({ dataset, k, seed: 1, command, results: [main, ...others], extras: dataset.extras, resourcesDir });
}

function trecText(report: Report): string {
  const funnel = report.funnels.find((entry) => entry.neighbours !== undefined);
  if (funnel?.neighbours === undefined) {
    throw new UserError('reports/no-answers', 'this report has no answers to write as a TREC run', { hint: 'run the command line with --dump-neighbours' });
  }
  return trecRun({ neighbours: funnel.neighbours, tag: `funnelscope-${funnel.schedule}` });
}

/** Where it was measured, in the command line's options. */
function storeWords({ collection }: Dataset, main: StoreResult, target: MilvusTarget | undefined): Partial<BenchOptions> {
  if (collection === undefined) {
    const store = main.kind === 'embedded' ? 'embedded' : target?.address;
    return { store, database: main.kind === 'embedded' ? undefined : target?.database, head: main.head.index, headPrecision: main.head.precision };
  }
  const { source, view, keys, totalRows } = collection;
  return {
    store: source.target.address,
    database: source.target.database,
    collection: view.name,
    idField: source.idField,
    titleField: source.titleField,
    textField: source.textField,
    vectorField: source.vectorField,
    prefixFields: (source.prefixFields ?? []).map((prefix) => (prefix.collection === undefined ? prefix.field : `${prefix.collection}/${prefix.field}`)),
    rows: keys.length < totalRows ? keys.length : undefined,
  };
}

import { UserError } from '../../src/base/errors.ts';
import type { CallOutput, ReportEntry } from '../../src/contract/calls.ts';
import type { Report } from '../../src/contract/report.ts';
import { into, patchWork } from './app.ts';
import type { App } from './app.ts';
import { toWireError } from './errors.ts';
import { busy, failed, idle, ready } from './remote.ts';
import type { Remote } from './remote.ts';
import { createStore } from './store.ts';
import { datasetKey } from './work.ts';

export type ExportFormat = 'html' | 'pdf' | 'markdown' | 'json' | 'csv' | 'trec';

export function loadReports(app: App): Promise<unknown> {
  return into(app, 'reports', () => app.client.call('reports.list', {}));
}

/** Saves what was measured on the dataset as a report, and lists it. Rejects with what went wrong. */
export async function saveReport(app: App, name?: string): Promise<ReportEntry> {
  const dataset = ready(app.work.get().dataset);
  if (dataset === undefined) throw new UserError('reports/no-dataset', 'there is nothing to save yet', { hint: 'open a corpus and measure it first' });
  const entry = await app.client.call('reports.save', name === undefined || name.trim() === '' ? { datasetId: dataset.datasetId } : { datasetId: dataset.datasetId, name: name.trim() });
  patchWork(app, { savedReportId: entry.reportId });
  await loadReports(app);
  return entry;
}

/** Whether something that a report could hold was measured on the present dataset in this session of the engine. */
export function canSave(app: App): boolean {
  const { dataset, ladders } = app.work.get();
  const data = ready(dataset);
  if (data === undefined) return false;
  const key = datasetKey(data);
  return Object.values(ladders).some((ladder) => ladder.datasetKey === key);
}

export async function deleteReport(app: App, reportId: string): Promise<void> {
  await app.client.call('reports.delete', { reportId });
  const { [reportId]: _gone, ...rest } = app.work.get().openReports;
  patchWork(app, { openReports: rest });
  await loadReports(app);
}

/** Reads a report into the open ones; once read it stays. */
export async function openReport(app: App, reportId: string): Promise<void> {
  const before: Remote<Report> = app.work.get().openReports[reportId] ?? idle;
  if (before.status === 'ready' || before.status === 'busy') return;
  const put = (next: Remote<Report>): void => app.work.set((work) => ({ ...work, openReports: { ...work.openReports, [reportId]: next } }));
  put(busy<Report>(before));
  try {
    put({ status: 'ready', value: await app.client.call('reports.get', { reportId }) });
  } catch (error) {
    put(failed<Report>(before, toWireError(error)));
  }
}

/** Writes a report in a format through the host's save dialog. @returns the file's name, undefined when the user cancelled. */
export async function exportReport(app: App, reportId: string, format: ExportFormat): Promise<string | undefined> {
  const file: CallOutput<'reports.export'> = await app.client.call('reports.export', { reportId, format });
  if (format === 'pdf') {
    if (app.host.printPdf === undefined) throw new Error('this host cannot print');
    return app.host.printPdf({ fileName: file.fileName, html: file.text });
  }
  return app.host.saveFile({ fileName: file.fileName, mimeType: file.mimeType, data: file.text });
}

/** Whether the way out of a report was asked for (the command "Export report…"): its button takes the focus. */
export const exportAsked = createStore(false);

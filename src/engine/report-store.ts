import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { UserError } from '../base/errors.ts';
import { formatMs, formatPercent } from '../base/format.ts';
import type { ReportEntry } from '../contract/calls.ts';
import { reportSchema } from '../contract/report.ts';
import type { Report } from '../contract/report.ts';
import { reportJson } from '../report/json.ts';

const ID = /^[a-z0-9-]{1,80}$/;

/** Saves a report under a new id; the name is kept beside it. */
export async function saveReport(folder: string, report: Report, name: string): Promise<ReportEntry> {
  await mkdir(folder, { recursive: true });
  const reportId = `${report.createdAt.slice(0, 19).replace(/[^0-9]/g, '')}-${randomBytes(4).toString('hex')}`;
  await writeFileAtomic(join(folder, `${reportId}.json`), reportJson(report));
  await writeFileAtomic(join(folder, `${reportId}.name`), name);
  return entryOf(reportId, name, report);
}

/** @throws UserError when there is no such report or its file is not one. */
export async function loadReport(folder: string, reportId: string): Promise<Report> {
  if (!ID.test(reportId)) throw new UserError('reports/id', `${JSON.stringify(reportId)} is not the id of a report`);
  const file = join(folder, `${reportId}.json`);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw new UserError('reports/missing', 'this report is no longer there', { place: { file } });
  }
  try {
    return reportSchema.parse(JSON.parse(text));
  } catch {
    throw new UserError('reports/broken', 'is not a report of this version (funnelscope-report/1)', { place: { file } });
  }
}

/** All saved reports, newest first. Files that cannot be read as reports are left out, not touched. */
export async function listReports(folder: string): Promise<ReportEntry[]> {
  const files = await readdir(folder).catch(() => []);
  const ids = files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length));
  const entries = await Promise.all(
    ids.map(async (reportId) => {
      try {
        const report = await loadReport(folder, reportId);
        const name = await readFile(join(folder, `${reportId}.name`), 'utf8').catch(() => report.corpus.name);
        return entryOf(reportId, name, report);
      } catch {
        return undefined;
      }
    }),
  );
  return entries.filter((entry) => entry !== undefined).sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}

export async function deleteReport(folder: string, reportId: string): Promise<void> {
  await loadReport(folder, reportId);
  await rm(join(folder, `${reportId}.json`), { force: true });
  await rm(join(folder, `${reportId}.name`), { force: true });
}

function entryOf(reportId: string, name: string, report: Report): ReportEntry {
  const fastest = [...report.funnels].filter((funnel) => funnel.recall.value >= 0.99).sort((a, b) => a.latencyMs.p50 - b.latencyMs.p50)[0] ?? [...report.funnels].sort((a, b) => b.recall.value - a.recall.value)[0];
  return {
    reportId,
    name,
    createdAt: report.createdAt,
    corpus: report.corpus.name,
    model: report.model.name,
    store: report.store.label,
    documents: report.corpus.count,
    queries: report.queries.count,
    best: fastest === undefined ? 'no funnel measured' : `${fastest.schedule}: recall@${report.k} ${formatPercent(fastest.recall.value)}, ${formatMs(fastest.latencyMs.p50)} p50`,
  };
}

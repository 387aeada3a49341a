import type { Report } from '../contract/report.ts';
import { funnelsCsv, ladderCsv } from './csv.ts';
import { reportHtml } from './html.ts';
import { reportJson } from './json.ts';
import { reportMarkdown } from './markdown.ts';

export interface ReportFile {
  readonly name: string;
  readonly text: string;
}

/** What a run writes into its output folder, all UTF-8. */
export function reportFiles(report: Report): readonly ReportFile[] {
  return [
    { name: 'report.json', text: reportJson(report) },
    { name: 'report.html', text: reportHtml(report) },
    { name: 'report.md', text: reportMarkdown(report) },
    { name: 'ladder.csv', text: ladderCsv(report) },
    { name: 'funnels.csv', text: funnelsCsv(report) },
  ];
}

import type { Report } from '../contract/report.ts';
import { definitions } from './definitions.ts';
import { findings } from './findings.ts';
import type { Section } from './section.ts';
import { candidatesSection, compressionSection, matryoshkaSection, orderSection, sizeTrendSection, tuningSection } from './sections/experiments.ts';
import { frontierSection, funnelSection } from './sections/funnels.ts';
import { costSection, prefixSection, relevanceSection } from './sections/prefixes.ts';

/** The report as a reader meets it: the answer, then one section for each question. HTML and Markdown are two ways to write it. */
export interface ReportDocument {
  readonly title: string;
  readonly findings: readonly string[];
  readonly sections: readonly Section[];
  readonly definitions: readonly (readonly [term: string, text: string])[];
}

export function reportDocument(report: Report): ReportDocument {
  const sections = [
    prefixSection(report),
    frontierSection(report),
    funnelSection(report),
    costSection(report),
    relevanceSection(report),
    candidatesSection(report),
    tuningSection(report),
    sizeTrendSection(report),
    matryoshkaSection(report),
    orderSection(report),
    compressionSection(report),
  ];
  const given = Object.entries(report.definitions);
  return {
    title: `${report.corpus.name} with ${report.model.name}`,
    findings: report.findings.length > 0 ? report.findings : findings(report),
    sections: sections.filter((section) => section !== undefined),
    definitions: given.length > 0 ? given : Object.entries(definitions(report.k, report.queries.withQrels > 0)),
  };
}

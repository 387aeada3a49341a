import type { Report, StoreResult } from '../contract/report.ts';
import { definitions } from '../report/definitions.ts';
import { findings } from '../report/findings.ts';
import type { Measured } from '../report/store-results.ts';
import { collectionFacts } from './collection-report.ts';
import type { Dataset } from './dataset.ts';
import { machineOf } from './machine.ts';
import type { ReportExtras } from './report-extras.ts';
import { versionOf } from './version.ts';

export interface ReportParts {
  readonly dataset: Dataset;
  readonly k: number;
  readonly seed: number;
  readonly command: string;
  /** The store asked for first; others measured in the same run after it. */
  readonly results: readonly [StoreResult, ...StoreResult[]];
  readonly extras?: Partial<ReportExtras> | undefined;
  readonly warnings?: readonly string[] | undefined;
  readonly resourcesDir: string;
}

/** Puts what was measured into one report; findings are written from its own numbers. */
export function buildReport(parts: ReportParts): Report {
  const [main, ...others] = parts.results;
  const { dataset } = parts;
  const measured: Measured = {
    schema: 'funnelscope-report/1',
    createdAt: new Date().toISOString(),
    version: versionOf(parts.resourcesDir),
    command: parts.command,
    seed: parts.seed,
    machine: machineOf(),
    corpus: { ...dataset.corpusInfo, ...(dataset.collection === undefined ? {} : { collection: collectionFacts(dataset.collection, parts.results) }) },
    queries: dataset.queryInfo,
    model: dataset.modelInfo,
    k: parts.k,
    store: {
      kind: main.kind,
      label: main.label,
      ...(main.latencyRemark === undefined ? {} : { latencyRemark: main.latencyRemark }),
      head: main.head,
      ...(main.inPlace === undefined ? {} : { inPlace: main.inPlace }),
    },
    ladder: main.ladder,
    funnels: main.funnels,
    baseline: main.baseline,
    frontier: main.frontier,
    ...(others.length === 0 ? {} : { otherStores: others }),
    ...parts.extras,
    warnings: [...dataset.warnings, ...(parts.warnings ?? [])],
    ...(dataset.lint.length === 0 ? {} : { lint: [...dataset.lint] }),
  };
  return { ...measured, findings: [...findings(measured)], definitions: { ...definitions(parts.k, dataset.queryInfo.withQrels > 0) } };
}

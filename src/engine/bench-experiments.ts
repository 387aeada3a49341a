import type { WorkOptions } from '../base/progress.ts';
import type { StoreResult } from '../contract/report.ts';
import type { Tuning } from '../contract/tuning.ts';
import type { Truth } from '../metrics/truth.ts';
import type { Store } from '../stores/store.ts';
import type { BenchRequest } from './bench-request.ts';
import type { ReportExtras } from './build-report.ts';
import type { Dataset } from './dataset.ts';

/** What the experiments of one run work on. */
export interface ExperimentRun {
  readonly dataset: Dataset;
  /** Where the head search runs. */
  readonly store: Store;
  readonly request: BenchRequest;
  readonly dims: readonly number[];
  readonly truth: Truth;
  readonly measured: StoreResult;
}

/** The experiments that the request asks for, one after the other. */
export async function runExperiments(run: ExperimentRun, work: WorkOptions): Promise<Partial<ReportExtras>> {
  void run;
  void work;
  return {};
}

/** The schedule that the tuner chose. */
export function bestFunnelOf(tuning: Tuning | undefined): string | undefined {
  return tuning?.chosen?.schedule;
}

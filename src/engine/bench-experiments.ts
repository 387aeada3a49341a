import type { WorkOptions } from '../base/progress.ts';
import { compressionExperiment } from '../experiments/compression.ts';
import { matryoshkaExperiment } from '../experiments/matryoshka.ts';
import { orderExperiment } from '../experiments/order.ts';
import { sizeTrend } from '../experiments/size-trend.ts';
import { tune } from '../experiments/tune.ts';
import { candidatesNeeded } from '../funnel/candidates-needed.ts';
import { heatMapOf } from '../funnel/heat-map.ts';
import type { Pool } from '../funnel/pool.ts';
import { tuningDims } from '../funnel/tuner-grid.ts';
import type { Adapter } from '../training/adapter-file.ts';
import type { Store } from '../stores/store.ts';
import type { BenchRequest } from './bench-request.ts';
import type { ReportExtras } from './report-extras.ts';
import type { Dataset } from './dataset.ts';
import { findingsOf, recommendedAdapter } from './matryoshka-findings.ts';
import { poolOf } from './open-pool.ts';

/** What the experiments of one run work on. */
export interface ExperimentRun {
  readonly dataset: Dataset;
  /** Where the head search runs. */
  readonly store: Store;
  readonly request: BenchRequest;
  readonly dims: readonly number[];
  readonly resourcesDir: string;
}

/** Candidates kept a query and prefix: schedules up to these keeps are evaluated exactly. Short prefixes of weak models need thousands. */
const POOL_CAPACITY = 4096;
/** Of matrix products; latency is never measured with them. */
const THREADS = 2;

/** The experiments that the request asks for, one after the other; and the adapter that the last of them recommends, if any. */
export async function runExperiments(run: ExperimentRun, work: WorkOptions): Promise<{ readonly extras: Partial<ReportExtras>; readonly adapter?: Adapter | undefined }> {
  const { dataset, store, request } = run;
  const wanted = new Set(request.experiments);
  const extras: Partial<ReportExtras> = {};
  if (request.tune !== undefined || wanted.has('candidates')) {
    const pool: Pool = await poolOf(dataset, { ...work, dims: poolDims(run), k: request.k, capacity: POOL_CAPACITY });
    extras.candidatesNeeded = candidatesNeeded(pool, { seed: request.seed });
    extras.heatMap = heatMapOf(pool);
    if (request.tune !== undefined) {
      const { tuning, costModel } = await tune({ pool, queries: dataset.queries, store, head: request.head, constraints: request.tune, seed: request.seed }, work);
      extras.tuning = tuning;
      extras.costModel = costModel;
    }
  }
  const { vectors, queries } = dataset;
  const spec = { dims: run.dims, k: request.k, seed: request.seed, threads: THREADS };
  if (wanted.has('size')) extras.sizeTrend = await sizeTrend(vectors, queries, spec, work);
  if (wanted.has('order')) extras.order = await orderExperiment(vectors, queries, spec, work);
  if (wanted.has('compression')) extras.compression = await compressionExperiment(dataset.store, vectors, queries, spec, work);
  if (!wanted.has('matryoshka')) return { extras };
  const result = await matryoshkaExperiment(vectors, queries, { k: request.k, seed: request.seed, claimedDims: dataset.trainedDims, threads: THREADS }, work);
  extras.matryoshka = findingsOf(result);
  // A map for vectors that another adapter turned first fits no model's own vectors.
  const adapter = request.adapter === undefined ? recommendedAdapter(result, dataset, { seed: request.seed, resourcesDir: run.resourcesDir }) : undefined;
  return { extras, adapter };
}

/** The tuner may also use prefixes between the trained ones; on a server only those that are loaded. */
function poolDims({ request, store, dims }: ExperimentRun): readonly number[] {
  return request.tune !== undefined && store.kind === 'embedded' ? tuningDims(dims) : dims;
}

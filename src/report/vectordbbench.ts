import type { HeadChoice, Interval, Latency } from '../contract/measure.ts';
import type { Report, StoreResult } from '../contract/report.ts';
import { writeJson } from './json.ts';
import { storeResults } from './store-results.ts';

/**
 * A result file of VectorDBBench (`result_*.json`): one result for each prefix, funnel and exact search. Times in seconds.
 * An embedded store has no name there and goes under its `test` database; the custom-dataset case (101) carries the corpus.
 * `qps` is 1 / mean latency of one client, which the note of each result says; nDCG is ours, by rank.
 */
export function vectorDbBenchJson(report: Report): string {
  const label = taskLabel(report);
  const results = storeResults(report).flatMap((store) => measurementsOf(store, report).map((measurement) => resultOf(report, store, measurement)));
  return `${writeJson({ run_id: runId(report), task_label: label, results, file_fmt: 'result_{}_{}_{}.json', timestamp: Date.parse(report.createdAt) / 1000 }, '')}\n`;
}

interface Measurement {
  readonly name: string;
  readonly recall: Interval;
  readonly ndcg?: Interval | undefined;
  readonly mrr?: Interval | undefined;
  readonly latencyMs: Latency;
  readonly qps: number;
  readonly head: HeadChoice;
}

function measurementsOf(store: StoreResult, report: Report): readonly Measurement[] {
  const { head } = store;
  return [
    ...store.ladder.map((entry) => ({ ...entry, name: `${entry.dims} of ${report.model.dims} dims`, head })),
    ...store.funnels.map((funnel) => ({ ...funnel, name: `funnel ${funnel.schedule}`, head })),
    { ...store.baseline, name: `exact ${report.model.dims} dims`, head: { index: 'flat', precision: 'f32' } },
  ];
}

const seconds = (ms: number): number => Number((ms / 1000).toPrecision(6));

function resultOf(report: Report, store: StoreResult, measurement: Measurement): unknown {
  const isMilvus = store.kind === 'milvus';
  const { latencyMs } = measurement;
  return {
    metrics: {
      max_load_count: 0,
      insert_duration: 0,
      optimize_duration: 0,
      load_duration: 0,
      qps: Number(measurement.qps.toPrecision(6)),
      serial_latency_p99: seconds(latencyMs.p99),
      serial_latency_p95: seconds(latencyMs.p95),
      serial_latency_p50: seconds(latencyMs.p50),
      recall: measurement.recall.value,
      ndcg: measurement.ndcg?.value ?? 0,
      mrr: measurement.mrr?.value ?? 0,
      conc_num_list: [],
      conc_qps_list: [],
      conc_latency_p99_list: [],
      conc_latency_p95_list: [],
      conc_latency_avg_list: [],
    },
    task_config: {
      db: isMilvus ? 'Milvus' : 'test',
      db_config: {
        db_label: `funnelscope ${store.label} · ${measurement.name}`,
        version: report.version,
        note: ['qps is 1 / mean latency of one client', ...(store.latencyRemark === undefined ? [] : [store.latencyRemark])].join('; '),
        ...(isMilvus ? { uri: '**********', user: null, password: null, num_shards: 1, replica_number: 1 } : {}),
      },
      db_case_config: {
        ...(isMilvus ? { index: measurement.head.index.toUpperCase(), ...measurement.head.params } : {}),
        metric_type: 'COSINE',
      },
      case_config: {
        case_id: 101,
        custom_case: {
          name: report.corpus.name,
          description: `${report.corpus.count} documents, ${report.queries.count} queries`,
          load_timeout: 0,
          optimize_timeout: 0,
          dataset_config: { name: report.corpus.name, dir: '', size: report.corpus.count, dim: report.model.dims, file_count: 1, use_shuffled: false, with_gt: true },
        },
        k: report.k,
        concurrency_search_config: { num_concurrency: [1], concurrency_duration: 1 },
      },
      stages: ['search_serial'],
    },
    label: ':)',
  };
}

/** 32 hex digits as VectorDBBench has them, from the content: the same report gives the same id. */
function runId(report: Report): string {
  return `${report.corpus.contentHash}${report.queries.contentHash}`.replace(/[^0-9a-f]/gi, '').padEnd(32, '0').slice(0, 32).toLowerCase();
}

/** Becomes part of a file name there. */
function taskLabel(report: Report): string {
  return `funnelscope_${report.corpus.name.replace(/[^\w.-]+/g, '_')}`.slice(0, 60);
}

import type { IndexInfo } from './milvus.ts';

/** What describeIndex answers, as far as it is read. */
interface IndexDescription {
  readonly field_name: string;
  readonly params: readonly { readonly key: string; readonly value: unknown }[];
  readonly state: string;
  readonly index_state_fail_reason: string;
  readonly indexed_rows: string;
  readonly total_rows: string;
}

/** One index, whichever version of the server tells of it. */
export function indexInfoOf(index: IndexDescription): IndexInfo {
  const pairs = Object.fromEntries(index.params.map(({ key, value }) => [key, String(value)]));
  // Older servers list every parameter as a pair, newer ones (and Lite) put them into one JSON text.
  const written = pairs['params'] === undefined ? pairs : { ...pairs, ...(JSON.parse(pairs['params']) as Record<string, unknown>) };
  const params = Object.entries(written).filter(([key, value]) => !['index_type', 'metric_type', 'params', 'dim'].includes(key) && value !== '' && Number.isFinite(Number(value)));
  return {
    field: index.field_name,
    type: pairs['index_type'] ?? '',
    metric: pairs['metric_type'] ?? '',
    params: Object.fromEntries(params.map(([key, value]) => [key, Number(value)])),
    isFinished: String(index.state) === 'Finished',
    failure: String(index.state) === 'Failed' ? index.index_state_fail_reason || 'no reason given' : undefined,
    indexedRows: Number(index.indexed_rows),
    totalRows: Number(index.total_rows),
  };
}

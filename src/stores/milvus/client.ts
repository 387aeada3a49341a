import type { DataType, FieldSchema, MilvusClient as SdkClient, RowData } from '@zilliz/milvus2-sdk-node';
import { sleep } from '../../base/async.ts';
import { UserError } from '../../base/errors.ts';
import { faultOf, isSuccess, kindOf, statusOf } from './faults.ts';
import { indexInfoOf } from './index-info.ts';
import type { CallOptions, CollectionInfo, FieldInfo, Milvus } from './milvus.ts';
import { patiently, raced } from './patience.ts';
import type { ResolvedTarget } from './target.ts';
import { timed, wireInterceptor } from './wire-times.ts';
import type { CallTimes } from './wire-times.ts';

/** The one file that speaks the SDK: its classes, status codes and string numbers stay in here. */

export interface ConnectOptions {
  readonly signal?: AbortSignal | undefined;
  /** How long calls wait for a server that went away, before they fail. Default 30 s. */
  readonly patienceMs?: number | undefined;
  /** Told when the server is lost (with the reason) and, with undefined, when it is back. */
  readonly onConnection?: ((fault: UserError | undefined) => void) | undefined;
}

/** What Flush answers: which segments are being sealed, and the time up to which (an int64, as text). */
interface FlushAnswer {
  readonly coll_segIDs?: Readonly<Record<string, { readonly data: number[] }>> | undefined;
  readonly coll_flush_ts?: Readonly<Record<string, unknown>> | undefined;
}

/** Bounded staleness: sees all rows written a few seconds ago without waiting for the clock. What we search was verified strongly first. */
const BOUNDED = 2;
const STRONG = 0;

/**
 * Connects and asks for the version: one attempt, so that a wrong address is told at once.
 * @throws UserError `milvus/unreachable`, `milvus/credentials`, `milvus/tls` …
 */
export async function connectMilvus(target: ResolvedTarget, options: ConnectOptions = {}): Promise<Milvus> {
  const { address, secret } = target;
  // Loaded when a Milvus is really used: half a second that the embedded store's users need not wait.
  const { MilvusClient, DataType: types, MilvusClient: { sdkInfo } } = await import('@zilliz/milvus2-sdk-node');
  const sdk = new MilvusClient({
    address: `${target.tls ? 'https' : 'http'}://${address}`,
    ssl: target.tls,
    ...(target.username !== undefined && secret !== undefined ? { username: target.username, password: secret } : secret !== undefined ? { token: secret } : {}),
    ...(target.database === undefined ? {} : { database: target.database }),
    timeout: target.timeoutMs,
    // Repeating is decided call by call, in `patiently`: the SDK would repeat inserts too.
    maxRetries: 0,
    telemetry: { enabled: false },
    // It logs to stdout, which belongs to the program's output.
    logLevel: 'error',
    pool: { min: 0, max: 4, autostart: false },
    channelOptions: {
      // A pool of its own notices a server that is back in 0.2 s; the shared one needs about 2 s.
      'grpc.use_local_subchannel_pool': 1,
      // The SDK pings every 10 s; Milvus Lite takes that for an attack and closes the line. Time-outs notice a dead one as well.
      'grpc.keepalive_time_ms': 2 ** 31 - 1,
      'grpc.keepalive_permit_without_calls': 0,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 500,
    },
    __SKIP_CONNECT__: true,
  });
  replaceRetryInterceptor(sdk);

  /** One attempt: time-out, cancellation, thrown and returned errors made one. */
  const once = async <T>(doing: string, timeoutMs: number, signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> => {
    try {
      // A margin over gRPC's own deadline: this one only catches calls that never reach the wire.
      const answer = await raced(call(), timeoutMs + 2_000, () => new UserError('milvus/timeout', `Milvus at ${address} took too long (${doing})`), signal);
      const status = statusOf(answer);
      if (status !== undefined && !isSuccess(status)) throw status;
      return answer;
    } catch (error) {
      throw faultOf(error, doing, address, secret);
    }
  };
  const repeated = <T>(doing: string, callOptions: CallOptions | undefined, call: (timeout: number) => Promise<T>): Promise<T> => {
    const timeoutMs = callOptions?.timeoutMs ?? target.timeoutMs;
    return patiently(() => once(doing, timeoutMs, callOptions?.signal, () => call(timeoutMs)), {
      patienceMs: callOptions?.patienceMs ?? options.patienceMs ?? 30_000,
      signal: callOptions?.signal,
      onContact: told,
    });
  };
  let isLost = false;
  const told = (fault: UserError | undefined): void => {
    if ((fault !== undefined) === isLost) return;
    isLost = fault !== undefined;
    options.onConnection?.(fault);
  };

  let version: string;
  try {
    sdk.connect(sdkInfo.version ?? '');
    await once('connecting', target.timeoutMs, options.signal, async () => sdk.connectPromise);
    version = (await once('asking for its version', target.timeoutMs, options.signal, () => sdk.getVersion())).version;
  } catch (error) {
    await closeQuietly(sdk);
    throw error;
  }

  const describe = async (collection: string, callOptions?: CallOptions): Promise<CollectionInfo | undefined> => {
    try {
      const answer = await repeated(`describing ${collection}`, callOptions, (timeout) => sdk.describeCollection({ collection_name: collection, timeout }));
      return {
        name: collection,
        description: answer.schema.description,
        properties: Object.fromEntries(answer.properties.map(({ key, value }) => [key, String(value)])),
        fields: answer.schema.fields.map(fieldInfoOf),
        isDynamic: answer.schema.enable_dynamic_field,
      };
    } catch (error) {
      if (kindOf(error) === 'no-collection') return undefined;
      throw error;
    }
  };

  /** SDK and server meet a missing collection with null dereferences and worse: says what it really was. */
  const explained = async <T>(collection: string, doing: string, signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      if (kindOf(error) === 'server' && (await describe(collection, { signal, patienceMs: 0 }).catch(() => null)) === undefined) {
        throw faultOf({ error_code: 'CollectionNotExists', code: 100, reason: `collection ${collection} does not exist` }, doing, address);
      }
      throw error;
    }
  };
  const reading = <T>(collection: string, doing: string, callOptions: CallOptions | undefined, call: (timeout: number) => Promise<T>): Promise<T> =>
    explained(collection, doing, callOptions?.signal, () => repeated(doing, callOptions, call));

  return {
    address,
    version,
    isLite: version.startsWith('milvus_lite'),
    timeoutMs: target.timeoutMs,
    describe,
    async listCollections(callOptions) {
      const answer = await repeated('listing collections', callOptions, (timeout) => sdk.showCollections({ timeout }));
      return answer.data.map((collection) => collection.name);
    },
    async create(info, callOptions) {
      const fields = info.fields.map((field) => ({
        name: field.name,
        data_type: field.type as keyof typeof DataType,
        is_primary_key: field.isPrimary,
        autoID: false,
        ...(field.dims === undefined ? {} : { dim: field.dims }),
      }));
      await once(`creating ${info.name}`, callOptions?.timeoutMs ?? target.timeoutMs, callOptions?.signal, () =>
        sdk.createCollection({
          collection_name: info.name,
          description: info.description,
          fields,
          consistency_level: 'Bounded',
          // One shard: a batch is one message, and small corpora gain nothing from more.
          shards_num: 1,
          ...(Object.keys(info.properties).length === 0 ? {} : { properties: info.properties }),
          timeout: callOptions?.timeoutMs ?? target.timeoutMs,
        }),
      );
    },
    async drop(collection, callOptions) {
      try {
        await repeated(`dropping ${collection}`, callOptions, (timeout) => sdk.dropCollection({ collection_name: collection, timeout }));
      } catch (error) {
        if (kindOf(error) !== 'no-collection') throw error;
      }
    },
    async insert(collection, rows, callOptions) {
      const timeout = callOptions.timeoutMs ?? target.timeoutMs;
      const request = { collection_name: collection, data: rows as RowData[], timeout };
      const doing = `loading rows into ${collection}`;
      await explained(collection, doing, callOptions.signal, () => once(doing, timeout, callOptions.signal, () => (callOptions.upsert ? sdk.upsert(request) : sdk.insert(request))));
    },
    async flush(collection, callOptions) {
      const doing = `flushing ${collection}`;
      const deadline = performance.now() + (callOptions?.timeoutMs ?? target.timeoutMs);
      const asked = (await repeated(doing, callOptions, (timeout) => sdk.flush({ collection_names: [collection], timeout }))) as unknown as FlushAnswer;
      const segmentIDs = asked.coll_segIDs?.[collection]?.data ?? [];
      const flush_ts = asked.coll_flush_ts?.[collection] as number | undefined;
      const state = { collection_name: collection, segmentIDs, ...(flush_ts === undefined ? {} : { flush_ts }) };
      for (let pollMs = 50; !(await repeated(doing, callOptions, (timeout) => sdk.getFlushState({ ...state, timeout }))).flushed; pollMs = Math.min(pollMs * 2, 500)) {
        if (performance.now() > deadline) throw new UserError('milvus/timeout', `Milvus at ${address} took too long (${doing})`);
        await sleep(pollMs, callOptions?.signal);
      }
    },
    async createIndex(collection, field, type, metric, params, callOptions) {
      await repeated(`creating the ${type} index of ${collection}`, callOptions, (timeout) =>
        sdk.createIndex({ collection_name: collection, field_name: field, index_type: type, metric_type: metric, params: { ...params }, timeout }),
      );
    },
    async dropIndex(collection, field, callOptions) {
      await repeated(`dropping the index of ${collection}`, callOptions, (timeout) => sdk.dropIndex({ collection_name: collection, field_name: field, timeout }));
    },
    async indexes(collection, callOptions) {
      try {
        const answer = await repeated(`asking for the indexes of ${collection}`, callOptions, (timeout) => sdk.describeIndex({ collection_name: collection, timeout }));
        return answer.index_descriptions.map(indexInfoOf);
      } catch (error) {
        if (error instanceof UserError && /index.{0,40}not (found|exist)|no index|IndexNotExist/i.test(error.message)) return [];
        throw error;
      }
    },
    async startLoad(collection, callOptions) {
      await repeated(`loading ${collection} into the server’s memory`, callOptions, (timeout) => sdk.loadCollectionAsync({ collection_name: collection, timeout }));
    },
    async isLoaded(collection, callOptions) {
      const answer = await repeated(`asking whether ${collection} is loaded`, callOptions, (timeout) => sdk.getLoadState({ collection_name: collection, timeout }));
      return String(answer.state) === 'LoadStateLoaded';
    },
    async release(collection, callOptions) {
      await repeated(`releasing ${collection}`, callOptions, (timeout) => sdk.releaseCollection({ collection_name: collection, timeout }));
    },
    async count(collection, callOptions) {
      const rows = await reading(collection, `counting ${collection}`, callOptions, (timeout) =>
        sdk.query({ collection_name: collection, filter: callOptions?.filter ?? '', output_fields: ['count(*)'], consistency_level: STRONG, timeout }),
      );
      return Number((rows.data[0] as Record<string, unknown> | undefined)?.['count(*)'] ?? 0);
    },
    async roughCount(collection, callOptions) {
      const answer = await repeated(`asking for the size of ${collection}`, callOptions, (timeout) => sdk.getCollectionStatistics({ collection_name: collection, timeout }));
      return Number(answer.stats.find(({ key }) => key === 'row_count')?.value ?? 0);
    },
    async search(request, callOptions) {
      let times: CallTimes = { requestMs: 0, serverMs: 0 };
      const answer = await reading(request.collection, `searching ${request.collection}`, callOptions, async (timeout) => {
        const found = await timed(() =>
          sdk.search({
            collection_name: request.collection,
            anns_field: request.field,
            data: request.vectors as unknown as number[][],
            limit: request.limit,
            metric_type: request.metric,
            // Without it every field comes back, vectors too; and the key only comes when it is listed.
            output_fields: [request.keyField],
            consistency_level: BOUNDED,
            ...(request.filter === undefined ? {} : { filter: request.filter }),
            ...(request.params === undefined ? {} : { params: { ...request.params } }),
            timeout,
          }),
        );
        times = found.times;
        return found.answer;
      });
      const results = answer.results as unknown as Record<string, unknown>[] | Record<string, unknown>[][];
      const lists = (request.vectors.length === 1 ? [results] : request.vectors.map((_, query) => results[query] ?? [])) as Record<string, unknown>[][];
      return { times, lists: lists.map((list) => list.map((hit) => ({ key: String(hit[request.keyField]), score: Number(hit['score']) }))) };
    },
    async query(request, callOptions) {
      const answer = await reading(request.collection, `reading rows of ${request.collection}`, callOptions, async (timeout) => {
        const found = await timed(() =>
          sdk.query({
            collection_name: request.collection,
            filter: request.filter,
            output_fields: [...request.fields],
            consistency_level: BOUNDED,
            ...(request.limit === undefined ? {} : { limit: request.limit }),
            ...(request.isPage === true ? { params: { iterator: 'True', reduce_stop_for_best: 'True' } } : {}),
            timeout,
          }),
        );
        request.onTimes?.(found.times);
        return found.answer;
      });
      return answer.data;
    },
    close: () => closeQuietly(sdk),
  };

  function fieldInfoOf(field: FieldSchema): FieldInfo {
    const name = typeof field.data_type === 'number' ? types[field.data_type] : field.data_type;
    const maxLength = lengthOf(field);
    return { name: field.name, type: String(name), isPrimary: field.is_primary_key, ...(field.dim === undefined ? {} : { dims: Number(field.dim) }), ...(maxLength === undefined ? {} : { maxLength }) };
  }
}

/**
 * The SDK's retry interceptor, the last of its chain, writes every request and answer as JSON text for a log that is off: a quarter of
 * the time of an insert, and 50 ms for a batch of a hundred queries. Retries are ours, so it goes. Were the chain another one some day,
 * it stays as it is: slower, and right. In its place, next to the wire, calls are timed.
 */
function replaceRetryInterceptor(sdk: SdkClient): void {
  const chain: unknown = sdk.channelOptions.interceptors;
  if (Array.isArray(chain) && chain.length === 3) sdk.channelOptions.interceptors = [...chain.slice(0, -1), wireInterceptor];
}

/** The SDK lifts it out of the type parameters on some versions only. */
function lengthOf(field: FieldSchema): number | undefined {
  const given = field.max_length ?? field.type_params?.find(({ key }) => key === 'max_length')?.value;
  return given === undefined ? undefined : Number(given);
}

/** Closes what can be closed and waits at most a moment for calls that are still on the wire. */
async function closeQuietly(sdk: SdkClient): Promise<void> {
  try {
    await raced(sdk.closeConnection(), 1_000, () => new Error('still draining'));
  } catch {
    // Nothing more can be done with a connection that does not close.
  }
}

import { randomBytes } from 'node:crypto';
import type { MilvusServer } from '../../contract/connection.ts';
import type { CallOptions, CollectionInfo, Milvus } from './milvus.ts';
import { MILVUS_INDEX_NAMES } from './index-types.ts';
import { isOwnName, manifestOf, SCRATCH_PREFIX } from './manifest.ts';

/** What Milvus Lite really has: its createIndex says Success to names it then ignores, so that trying tells nothing. */
const LITE_INDEXES = ['FLAT', 'HNSW', 'HNSW_SQ', 'IVF_FLAT', 'IVF_SQ8', 'AUTOINDEX'];
/** What every Milvus since 2.2 has, taken when the user may not create a scratch collection. */
const COMMON_INDEXES = ['FLAT', 'HNSW', 'IVF_FLAT', 'IVF_SQ8', 'AUTOINDEX'];

const LITE_REMARK = 'Milvus Lite is a small server in pure Python: these times are not Milvus’s own speed.';

/** Milvus's own limit of hits a search (topk), unchanged since 2.0; Lite has none, but code that works there should work elsewhere. */
const MAX_TOP_K = 16384;
const SCRATCH_DIMS = 32;
const MOST_COLLECTIONS_DESCRIBED = 200;
const SCRATCH_MAX_AGE_MS = 10 * 60_000;

export interface ProbeOptions extends CallOptions {
  /** False writes nothing: what needs trying (several vector fields, half floats, rarer indexes) then counts as not there. */
  readonly trials?: boolean | undefined;
}

/**
 * Asks the server what it is and what it can, by really trying on tiny scratch collections that are dropped at once.
 * @throws UserError `milvus/…` when the server goes away meanwhile; CancelledError.
 */
export async function probeMilvus(milvus: Milvus, options: ProbeOptions = {}): Promise<MilvusServer> {
  const start = performance.now();
  const isTried = options.trials !== false;
  if (isTried) await dropOldScratch(milvus, await milvus.listCollections(options), options);
  const maxVectorFields = isTried ? await mostVectorFields(milvus, options) : undefined;
  const float16 = isTried && (await canCreate(milvus, [{ name: 'v0', type: 'Float16Vector', isPrimary: false, dims: SCRATCH_DIMS }], options));
  const binary = isTried && (await canCreate(milvus, [{ name: 'v0', type: 'BinaryVector', isPrimary: false, dims: SCRATCH_DIMS }], options));
  const indexes = milvus.isLite ? LITE_INDEXES : isTried ? await indexTypes(milvus, options) : COMMON_INDEXES;
  return {
    address: milvus.address,
    label: `${productOf(milvus)} at ${milvus.address}`,
    version: milvus.version,
    isLite: milvus.isLite,
    indexes: [...indexes],
    maxVectorFields: maxVectorFields ?? 1,
    float16,
    binary,
    maxTopK: MAX_TOP_K,
    collections: await collectionsOf(milvus, options),
    ...(milvus.isLite ? { latencyRemark: LITE_REMARK } : {}),
    probedMs: performance.now() - start,
  };
}

/** The collections there are, scratch ones of a probe left out. Only asks. */
export async function collectionsOf(milvus: Milvus, options: CallOptions = {}): Promise<MilvusServer['collections']> {
  const names = await milvus.listCollections(options);
  const collections: MilvusServer['collections'] = [];
  for (const name of names.filter((one) => !one.startsWith(SCRATCH_PREFIX)).sort().slice(0, MOST_COLLECTIONS_DESCRIBED)) {
    // It may be dropped between the list and here.
    const info = isOwnName(name) ? await milvus.describe(name, options) : undefined;
    const rowCount = await milvus.roughCount(name, options).catch(() => undefined);
    collections.push({ name, ...(rowCount === undefined ? {} : { rowCount }), ownedByFunnelscope: info !== undefined && manifestOf(info) !== undefined });
  }
  return collections;
}

/** "Milvus Lite 3.2.2", "Milvus 2.3.5". */
function productOf(milvus: Milvus): string {
  const number = /\d+(\.\d+)+/.exec(milvus.version)?.[0] ?? milvus.version;
  return `${milvus.isLite ? 'Milvus Lite' : 'Milvus'} ${number}`;
}

/** The most vector fields a collection may have, up to 10 (the largest number a server can be configured for). */
async function mostVectorFields(milvus: Milvus, options: CallOptions): Promise<number | undefined> {
  for (const count of [10, 8, 6, 4, 2, 1]) {
    const fields = Array.from({ length: count }, (_, index) => ({ name: `v${index}`, type: 'FloatVector', isPrimary: false, dims: SCRATCH_DIMS }));
    if (await canCreate(milvus, fields, options)) return count;
  }
  return undefined;
}

async function canCreate(milvus: Milvus, fields: CollectionInfo['fields'], options: CallOptions): Promise<boolean> {
  return (await withScratch(milvus, fields, options, async () => true)) ?? false;
}

async function indexTypes(milvus: Milvus, options: CallOptions): Promise<readonly string[]> {
  const found = await withScratch(milvus, [{ name: 'v0', type: 'FloatVector', isPrimary: false, dims: SCRATCH_DIMS }], options, async (name) => {
    const accepted: string[] = [];
    for (const type of MILVUS_INDEX_NAMES) {
      try {
        await milvus.createIndex(name, 'v0', type, 'IP', TRIAL_PARAMS[type] ?? {}, options);
        accepted.push(type);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        continue;
      }
      await milvus.dropIndex(name, 'v0', options);
    }
    return accepted;
  });
  return found ?? COMMON_INDEXES;
}

const TRIAL_PARAMS: Readonly<Record<string, Readonly<Record<string, number | string | boolean>>>> = {
  HNSW: { M: 8, efConstruction: 16 },
  HNSW_SQ: { M: 8, efConstruction: 16, sq_type: 'SQ8' },
  IVF_FLAT: { nlist: 4 },
  IVF_SQ8: { nlist: 4 },
  IVF_PQ: { nlist: 4, m: 4, nbits: 8 },
  SCANN: { nlist: 4, with_raw_data: true },
};

/** The server said no (or does not know the thing): an answer, not a breakdown. */
function isRefusal(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return code === 'milvus/server' || code === 'milvus/unsupported' || code === 'milvus/permission';
}

/** Runs `use` on a scratch collection and drops it; undefined when the server does not create such a one. */
async function withScratch<T>(milvus: Milvus, fields: CollectionInfo['fields'], options: CallOptions, use: (name: string) => Promise<T>): Promise<T | undefined> {
  const name = `${SCRATCH_PREFIX}${Date.now().toString(36)}_${randomBytes(4).toString('hex')}`;
  try {
    await milvus.create({ name, description: 'scratch of a capability probe, dropped at once', properties: {}, fields: [{ name: 'id', type: 'Int64', isPrimary: true }, ...fields] }, options);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
  try {
    return await use(name);
  } finally {
    // Also after a cancellation: not with its signal.
    await milvus.drop(name, { patienceMs: 0 }).catch(() => undefined);
  }
}

/** Scratch collections that an earlier probe could not drop. Young ones may be another program's, in use. */
async function dropOldScratch(milvus: Milvus, names: readonly string[], options: CallOptions): Promise<void> {
  for (const name of names.filter((one) => one.startsWith(SCRATCH_PREFIX))) {
    const bornMs = parseInt(name.slice(SCRATCH_PREFIX.length).split('_')[0]!, 36);
    if (Date.now() - bornMs > SCRATCH_MAX_AGE_MS) await milvus.drop(name, options).catch(() => undefined);
  }
}

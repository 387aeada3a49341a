import { showValue, UserError } from '../../base/errors.ts';
import type { HeadIndex, HeadSpec } from '../store.ts';

/** A whole number a user may give, its limits, and what is taken when it is not given. */
interface Parameter {
  readonly least: number;
  readonly most: number;
  readonly usual: (shape: Shape) => number;
  /** What must hold beyond the limits, in words, or undefined when it does. */
  readonly refuse?: ((value: number, shape: Shape) => string | undefined) | undefined;
}

/** What a parameter's default and limits may depend on. */
interface Shape {
  readonly dims: number;
  readonly rowCount: number;
  /** Of searches: how many hits are wanted. 1 while building. */
  readonly keep: number;
  readonly params: Readonly<Record<string, number>>;
}

interface IndexType {
  /** Milvus's name. */
  readonly name: string;
  readonly build: Readonly<Record<string, Parameter>>;
  readonly search: Readonly<Record<string, Parameter>>;
  /** Parameters that are no choice. */
  readonly fixed?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Bytes the server holds to search it. */
  readonly sizeBytes: (shape: Shape) => number;
}

const INT_MAX = 2 ** 31 - 1;
const floats = ({ rowCount, dims }: Shape): number => rowCount * dims * 4;
const links = ({ rowCount, params }: Shape): number => rowCount * (2 * params['M']! * 4 + 8);
const centroids = ({ dims, params }: Shape): number => params['nlist']! * dims * 4;

const nlist: Parameter = {
  least: 1,
  most: 65536,
  // Milvus's advice, 4·√n, where the rows give it at least the 39 training points a cell that k-means wants.
  usual: ({ rowCount }) => Math.max(1, Math.min(65536, Math.round(4 * Math.sqrt(rowCount)), Math.floor(rowCount / 39))),
};
const nprobe: Parameter = {
  least: 1,
  most: 65536,
  usual: ({ params }) => Math.max(1, Math.min(params['nlist'] ?? 65536, Math.ceil((params['nlist'] ?? 128) / 8))),
  refuse: (value, { params }) => (params['nlist'] !== undefined && value > params['nlist'] ? `at most nlist = ${params['nlist']}` : undefined),
};
const graph: Readonly<Record<string, Parameter>> = {
  M: { least: 2, most: 2048, usual: () => 16 },
  efConstruction: { least: 1, most: INT_MAX, usual: () => 200 },
};
const ef: Parameter = {
  least: 1,
  most: INT_MAX,
  usual: ({ keep }) => Math.max(64, keep),
  refuse: (value, { keep }) => (value < keep ? `at least the ${keep} candidates that are kept` : undefined),
};

const TYPES: Readonly<Record<HeadIndex, IndexType>> = {
  flat: { name: 'FLAT', build: {}, search: {}, sizeBytes: floats },
  hnsw: { name: 'HNSW', build: graph, search: { ef }, sizeBytes: (shape) => floats(shape) + links(shape) },
  hnsw_sq: { name: 'HNSW_SQ', build: graph, search: { ef }, fixed: { sq_type: 'SQ8' }, sizeBytes: (shape) => floats(shape) / 4 + links(shape) },
  ivf_flat: { name: 'IVF_FLAT', build: { nlist }, search: { nprobe }, sizeBytes: (shape) => floats(shape) + centroids(shape) },
  ivf_sq8: { name: 'IVF_SQ8', build: { nlist }, search: { nprobe }, sizeBytes: (shape) => floats(shape) / 4 + centroids(shape) },
  ivf_pq: {
    name: 'IVF_PQ',
    build: {
      nlist,
      m: {
        least: 1,
        most: 65536,
        usual: ({ dims }) => [4, 2, 1].map((width) => dims / width).find(Number.isInteger) ?? dims,
        refuse: (value, { dims }) => (dims % value === 0 ? undefined : `a divisor of the ${dims} dimensions`),
      },
      nbits: { least: 1, most: 24, usual: () => 8 },
    },
    search: { nprobe },
    sizeBytes: (shape) => (shape.rowCount * shape.params['m']! * shape.params['nbits']!) / 8 + centroids(shape),
  },
  scann: {
    name: 'SCANN',
    build: { nlist },
    search: {
      nprobe,
      reorder_k: {
        least: 1,
        most: INT_MAX,
        usual: ({ keep }) => Math.max(keep, Math.min(16384, keep * 4)),
        refuse: (value, { keep }) => (value < keep ? `at least the ${keep} candidates that are kept` : undefined),
      },
    },
    fixed: { with_raw_data: true },
    // 4 bits for every two dimensions, and the vectors themselves for the reordering.
    sizeBytes: (shape) => floats(shape) + (shape.rowCount * shape.dims) / 4 + centroids(shape),
  },
  diskann: {
    name: 'DISKANN',
    build: {},
    search: {
      search_list: {
        least: 1,
        most: 65535,
        usual: ({ keep }) => Math.max(keep, 16),
        refuse: (value, { keep }) => (value < keep ? `at least the ${keep} candidates that are kept` : undefined),
      },
    },
    // In memory a quarter of the vectors at most (the server's PQCodeBudgetGBRatio); the rest is on its disk.
    sizeBytes: (shape) => floats(shape) * 0.125,
  },
  autoindex: { name: 'AUTOINDEX', build: {}, search: {}, sizeBytes: floats },
};

/** Bit vectors have index types of their own. */
const BINARY_NAMES: Partial<Record<HeadIndex, string>> = { flat: 'BIN_FLAT', ivf_flat: 'BIN_IVF_FLAT' };

/** Milvus's names of all float index types this program can ask for. */
export const MILVUS_INDEX_NAMES: readonly string[] = Object.values(TYPES).map((type) => type.name);

/** A head, checked against a server: what to build and what to send with a search. */
export interface ResolvedIndex {
  readonly type: string;
  readonly build: Readonly<Record<string, number>>;
  /** The build parameters as they are sent, with those that are no choice. */
  readonly wire: Readonly<Record<string, number | string | boolean>>;
  readonly sizeBytes: number;
  /** The parameters of a search that keeps `keep`. @throws UserError `milvus/parameter` when a given one is too small for it. */
  searchParams(keep: number): Readonly<Record<string, number>>;
}

/** What a server offers, as far as heads are concerned. */
export interface IndexSupport {
  readonly label: string;
  readonly indexes: readonly string[];
  readonly float16: boolean;
  readonly binary: boolean;
}

/**
 * @throws UserError `milvus/index` for an index type or precision the server does not have, `milvus/parameter` for a parameter
 * that is unknown or out of its limits.
 */
export function resolveIndex(spec: HeadSpec, rowCount: number, server: IndexSupport): ResolvedIndex {
  const type = TYPES[spec.index];
  const isBinary = spec.precision === 'binary';
  const name = isBinary ? BINARY_NAMES[spec.index] : type.name;
  const refuse = (why: string, hint?: string): never => {
    throw new UserError('milvus/index', `${server.label}: ${why}`, hint === undefined ? {} : { hint });
  };
  if (spec.precision === 'pq4') return refuse('it has no heads of four-bit product codes that can be asked for as such', 'Milvus has them inside its scann index');
  if (spec.precision === 'int8') return refuse('heads of int8 numbers are not searched as such', 'Milvus quantises to int8 in the index: use ivf_sq8 or hnsw_sq');
  if (spec.precision === 'f16' && !server.float16) return refuse('has no float16 vectors');
  if (isBinary && !server.binary) return refuse('has no binary vectors');
  if (name === undefined) return refuse(`${spec.index} does not search binary vectors`, 'use flat or ivf_flat');
  if (isBinary && spec.dims % 8 !== 0) return refuse(`binary vectors have a multiple of 8 dimensions, not ${spec.dims}`);
  if (!isBinary && !server.indexes.includes(name)) return refuse(`has no index type ${name}`, `it has ${server.indexes.join(', ')}`);

  const given = spec.params ?? {};
  checkNames(given, { ...type.build, ...type.search }, name);
  const build: Record<string, number> = {};
  for (const [key, parameter] of Object.entries(type.build)) build[key] = valueOf(key, parameter, given, { dims: spec.dims, rowCount, keep: 1, params: build }, name);
  const searchParams = (keep: number): Record<string, number> => {
    const params: Record<string, number> = {};
    for (const [key, parameter] of Object.entries(type.search)) params[key] = valueOf(key, parameter, given, { dims: spec.dims, rowCount, keep, params: { ...build, ...params } }, name);
    return params;
  };
  // A search parameter that can never be right is told now, not at the first search.
  searchParams(1);
  const scale = spec.precision === 'f16' ? 1 / 2 : isBinary ? 1 / 32 : 1;
  return {
    type: name,
    build,
    wire: { ...build, ...(isBinary ? {} : type.fixed) },
    sizeBytes: Math.round(type.sizeBytes({ dims: spec.dims, rowCount, keep: 1, params: build }) * scale),
    searchParams,
  };
}

function valueOf(key: string, parameter: Parameter, given: Readonly<Record<string, number>>, shape: Shape, index: string): number {
  const value = given[key];
  if (value === undefined) return parameter.usual(shape);
  const limits = `${parameter.least} to ${parameter.most}`;
  if (!Number.isSafeInteger(value) || value < parameter.least || value > parameter.most) {
    throw new UserError('milvus/parameter', `${index} parameter ${key} is ${value}, expected a whole number from ${limits}`);
  }
  const why = parameter.refuse?.(value, shape);
  if (why !== undefined) throw new UserError('milvus/parameter', `${index} parameter ${key} is ${value}, expected ${why}`);
  return value;
}

/**
 * The search parameters of an index somebody else built: the given ones, checked, and the usual values of the others.
 * @throws UserError `milvus/parameter`
 */
export function searchParamsOf(milvusType: string, build: Readonly<Record<string, number>>, given: Readonly<Record<string, number>>, keep: number, rows: { readonly dims: number; readonly rowCount: number }): Record<string, number> {
  const known = typeNamed(milvusType)?.search ?? {};
  checkNames(given, known, milvusType);
  const params: Record<string, number> = {};
  for (const [key, parameter] of Object.entries(known)) params[key] = valueOf(key, parameter, given, { ...rows, keep, params: { ...build, ...params } }, milvusType);
  return params;
}

/** Bytes of an index somebody else built; of one of unknown type, those of its vectors. */
export function sizeOfIndex(milvusType: string, build: Readonly<Record<string, number>>, rows: { readonly dims: number; readonly rowCount: number }): number {
  const type = typeNamed(milvusType) ?? TYPES.flat;
  const params: Record<string, number> = {};
  for (const [key, parameter] of Object.entries(type.build)) params[key] = build[key] ?? parameter.usual({ ...rows, keep: 1, params });
  return Math.round(type.sizeBytes({ ...rows, keep: 1, params }));
}

function typeNamed(milvusType: string): IndexType | undefined {
  return Object.values(TYPES).find((type) => type.name === milvusType);
}

function checkNames(given: Readonly<Record<string, number>>, known: Readonly<Record<string, Parameter>>, index: string): void {
  const names = Object.keys(known);
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(known, key)) throw new UserError('milvus/parameter', `${index} has no parameter ${showValue(key)}`, { hint: names.length === 0 ? 'it has none' : `it has ${names.join(', ')}` });
  }
}

import type { z } from 'zod';
import { showValue, UserError } from '../../base/errors.ts';
import type { codeTargetSchema } from '../../contract/calls.ts';
import type { HeadChoice } from '../../contract/measure.ts';
import { checkSchedule, formatSchedule, type Schedule } from '../../contract/schedule.ts';

export type CodeTarget = z.infer<typeof codeTargetSchema>;

/** Where one prefix lives. */
export interface CodeVector {
  readonly dims: number;
  /** The vector field (Milvus) or named vector (Qdrant) that holds this prefix, normalised again. */
  readonly field: string;
  /** Where it is not in the collection of the spec: Milvus servers with one vector field a collection. */
  readonly collection?: string | undefined;
}

/** The schedule to write code for, with the user's names. */
export interface CodeSpec {
  readonly schedule: Schedule;
  readonly k: number;
  /** Full dimension of the embeddings. */
  readonly dims: number;
  /** Collection (Milvus, Qdrant) or table (pgvector). */
  readonly collection: string;
  /** Primary key; `id` unless given. */
  readonly idField?: string | undefined;
  /** `int64` unless given. */
  readonly idType?: 'int64' | 'text' | undefined;
  /** Prefixes that are not named here are called `v64`. */
  readonly vectors?: readonly CodeVector[] | undefined;
  /** pgvector's one column of whole embeddings; `embedding` unless given. */
  readonly embeddingColumn?: string | undefined;
  /** What Milvus' fields are indexed by; the code normalises every prefix, so both give cosine. `COSINE` unless given. */
  readonly metric?: 'COSINE' | 'IP' | undefined;
  /** Index of the head search; exact unless given. Re-ranking is always exact. */
  readonly head?: HeadChoice | undefined;
  /** Server address without secrets; the local default unless given. */
  readonly address?: string | undefined;
  /** Documents in the corpus; sizes an IVF index. */
  readonly rowCount?: number | undefined;
  /** Written as comments. */
  readonly about?: {
    readonly corpus?: string | undefined;
    readonly model?: string | undefined;
    readonly documentPrompt?: string | undefined;
    readonly queryPrompt?: string | undefined;
    /** What was measured: `recall@10 99.3 % (98.9–99.7), 1.05 ms p50`. */
    readonly measured?: string | undefined;
  };
}

export interface GeneratedCode {
  readonly code: string;
  readonly language: 'python' | 'javascript' | 'sql';
  readonly fileName: string;
}

/** A stage with its place. */
export interface CodeStage extends CodeVector {
  readonly keep: number;
  readonly collection: string;
}

/** The spec with everything that may be left out filled in. */
export interface FullSpec extends CodeSpec {
  readonly stages: readonly CodeStage[];
  readonly scheduleText: string;
  readonly idField: string;
  readonly idType: 'int64' | 'text';
  readonly metric: 'COSINE' | 'IP';
  readonly head: HeadChoice;
}

/** @throws UserError when the schedule does not fit the embeddings, or a name is empty. */
export function fullSpec(spec: CodeSpec): FullSpec {
  checkSchedule(spec.schedule, { dims: spec.dims, k: spec.k });
  const idField = spec.idField ?? 'id';
  for (const [what, name] of [['collection', spec.collection], ['id field', idField]] as const) {
    if (name.trim() === '') throw new UserError('code/name', `the ${what} has no name`);
  }
  const stages = spec.schedule.map(({ dims, keep }): CodeStage => {
    const given = spec.vectors?.find((vector) => vector.dims === dims);
    return { dims, keep, field: given?.field ?? `v${dims}`, collection: given?.collection ?? spec.collection };
  });
  return {
    ...spec,
    stages,
    scheduleText: formatSchedule(spec.schedule),
    idField,
    idType: spec.idType ?? 'int64',
    metric: spec.metric ?? 'COSINE',
    head: spec.head ?? { index: 'flat', precision: 'f32' },
  };
}

/** Most hits of one Milvus search. */
const milvusTopK = 16_384;

/** @throws UserError when Milvus would refuse a name or the head's keep. */
export function checkForMilvus(spec: FullSpec): void {
  const names = [spec.idField, ...spec.stages.flatMap((stage) => [stage.collection, stage.field])];
  const wrong = names.find((name) => !/^[A-Za-z_]\w{0,254}$/.test(name));
  if (wrong !== undefined) throw new UserError('code/name', `Milvus takes no name ${showValue(wrong)}, expected letters, digits and underscores, not beginning with a digit`);
  const first = spec.stages[0]!;
  if (first.keep > milvusTopK) throw new UserError('code/top-k', `schedule ${spec.scheduleText}: Milvus returns at most ${milvusTopK} candidates, the head search keeps ${first.keep}`);
}

/** Build and search parameters of the head's index, in Milvus' names: `M`, `efConstruction`, `nlist` … against `ef`, `nprobe` … */
export function headParams(spec: FullSpec): { readonly build: Readonly<Record<string, number>>; readonly search: Readonly<Record<string, number>> } {
  const given = Object.entries(spec.head.params ?? {});
  const isSearch = (name: string): boolean => ['ef', 'nprobe', 'reorder_k', 'search_list'].includes(name);
  const build = Object.fromEntries(given.filter(([name]) => !isSearch(name)));
  const search = Object.fromEntries(given.filter(([name]) => isSearch(name)));
  const keep = spec.stages[0]!.keep;
  const lists = Math.max(1, Math.min(65_536, Math.round(4 * Math.sqrt(spec.rowCount ?? 1_000_000))));
  switch (spec.head.index) {
    case 'hnsw':
    case 'hnsw_sq':
      return { build: { M: 16, efConstruction: 200, ...build }, search: { ...search, ef: Math.max(search['ef'] ?? 64, keep) } };
    case 'ivf_flat':
    case 'ivf_sq8':
    case 'ivf_pq':
    case 'scann': {
      const nlist = build['nlist'] ?? lists;
      return { build: { ...build, nlist }, search: { nprobe: Math.max(1, Math.ceil(nlist / 8)), ...search } };
    }
    case 'diskann':
      return { build, search: { ...search, search_list: Math.max(search['search_list'] ?? 16, keep) } };
    case 'flat':
    case 'autoindex':
      return { build, search };
  }
}

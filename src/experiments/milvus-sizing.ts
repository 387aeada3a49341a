/** Build parameters that an index's size depends on. */
export interface SizingParams {
  /** HNSW: links a node and level (two times as many on the lowest). */
  readonly M?: number | undefined;
  /** IVF: number of clusters. */
  readonly nlist?: number | undefined;
  /** IVF_PQ: bytes of a code. */
  readonly m?: number | undefined;
  /** DISKANN: edges of a node, on disk. */
  readonly maxDegree?: number | undefined;
}

export interface IndexSize {
  readonly index: string;
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

/** What loading takes on top, by Milvus' own sizing tool: 15 %, and two growing segments (512 MB each by default). */
export const LOADING_FACTOR = 1.15;

export const SIZING_SOURCE =
  'Formulas of Milvus’ own sizing tool (milvus.io/tools/sizing; source milvus-io/milvus.io, src/utils/sizingTool.ts): FLAT n·d·4; IVF_FLAT + nlist·d·4; IVF_SQ8 n·d + nlist·d·4; ' +
  'HNSW n·(4d + 8M); SCANN n·d/2 without the raw vectors; DISKANN n·d in memory and n·(4d + 4·degree) on disk; IVF_RABITQ n·d/8 + nlist·d·4. HNSW_SQ (n·(d + 8M)) and ' +
  'IVF_PQ (n·m + (nlist + 256)·d·4) follow from the same layouts. Loading adds 15 % and two segments.';

/**
 * Memory of a Milvus index over n float32 vectors of d dims, by index type; see SIZING_SOURCE. Index alone: without ids, scalars and loading.
 */
export function milvusIndexSizes(rowCount: number, dims: number, params: SizingParams = {}): IndexSize[] {
  const { M = 16, nlist = 1024, maxDegree = 56 } = params;
  const m = params.m ?? Math.max(1, Math.floor(dims / 4));
  const raw = rowCount * dims * 4;
  const links = rowCount * M * 8;
  const centroids = nlist * dims * 4;
  const inMemory = (index: string, memoryBytes: number): IndexSize => ({ index, memoryBytes, diskBytes: 0 });
  return [
    inMemory('FLAT', raw),
    inMemory(`HNSW M=${M}`, raw + links),
    inMemory(`HNSW_SQ M=${M}`, raw / 4 + links),
    inMemory(`IVF_FLAT nlist=${nlist}`, raw + centroids),
    inMemory(`IVF_SQ8 nlist=${nlist}`, raw / 4 + centroids),
    inMemory(`IVF_PQ m=${m}`, rowCount * m + centroids + 256 * dims * 4),
    inMemory(`IVF_RABITQ nlist=${nlist}`, raw / 32 + centroids),
    inMemory('SCANN', raw / 8),
    { index: 'DISKANN', memoryBytes: raw / 4, diskBytes: raw + rowCount * maxDegree * 4 },
  ];
}

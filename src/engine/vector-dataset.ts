import { createHash } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkOptions } from '../base/progress.ts';
import type { Corpus } from '../corpus/corpus.ts';
import { rowsAsQueries } from '../corpus/query-set.ts';
import { searchedCorpus } from '../corpus/searched-corpus.ts';
import { UserError } from '../base/errors.ts';
import { createRowLint } from '../embedding/row-lint.ts';
import { queryMatrixOf } from '../vectors/query-matrix.ts';
import { blockBoundaries, readVectorSet } from '../vectors/vector-set.ts';
import type { Shape } from './bench-request.ts';
import { adaptedRows, adapterFor, adapterRemark } from './adapted-rows.ts';
import { openDataset, suggestedDims } from './dataset.ts';
import type { Dataset } from './dataset.ts';
import { linted, lintWarnings, worstFirst } from './embedding-lint.ts';
import { checkProvided } from './neighbour-check.ts';
import { openVectorInput } from './vector-input.ts';
import type { VectorRequest } from './vector-input.ts';

/**
 * A dataset of vectors that are already embedded (.npy, .fvecs, .fbin, HDF5, Parquet, Arrow, a VectorDBBench folder).
 * Rows go from the file straight into the engine's layout: no second copy.
 * @param texts the rows' texts, where a table holds them beside the vectors: one a row, in order
 * @throws UserError for files that are no matrices of numbers, queries of another width, rows that are not finite.
 */
export async function datasetFromVectors(request: VectorRequest, check: (shape: Shape) => void, work: WorkOptions, texts?: Corpus): Promise<Dataset> {
  const path = request.vectors;
  const input = await openVectorInput(request);
  const { dims } = input.source;
  if (texts !== undefined && texts.ids.length !== input.source.rowCount) throw new UserError('vectors/texts', `has ${texts.ids.length} texts, but ${input.source.rowCount} vectors`, { place: { file: path } });
  const querySet = texts === undefined || input.heldOutRows.length === 0 ? undefined : rowsAsQueries(texts, input.heldOutRows, input.queryName);
  check({ rowCount: input.rowCount, dims, trainedDims: undefined });
  const adapter = await adapterFor(request.adapter, dims);
  const ladder = request.dims ?? suggestedDims(dims, adapter?.provenance.prefixes);
  const boundaries = blockBoundaries(dims, [...ladder, ...request.schedules.flatMap((schedule) => schedule.map((stage) => stage.dims))]);
  const queries = queryMatrixOf(await joined(adaptedRows(input.queryRows(), dims, adapter, work)), dims, { dims, name: request.queryVectors ?? path });
  const lint = createRowLint(dims);
  const vectors = await readVectorSet(adaptedRows(linted(input.rows(), lint), dims, adapter, work), { rowCount: input.rowCount, dims, boundaries, name: path, memoryBytes: request.vectorMemoryBytes }, work);
  const contentHash = await hashOf(path);
  const queryHash = createHash('sha256').update(queries.data).digest('hex');
  const findings = worstFirst(lint.findings());
  const dataset = openDataset({
    threads: request.threads,
    id: `vectors-${contentHash.slice(0, 12)}-${queryHash.slice(0, 10)}`,
    name: input.name,
    corpus: texts === undefined || querySet === undefined ? texts : searchedCorpus(texts, querySet),
    querySet,
    heldOutCount: input.heldOutRows.length,
    vectors,
    queries,
    qrels: undefined,
    trainedDims: adapter?.provenance.prefixes,
    corpusInfo: { name: input.name, count: vectors.rowCount, contentHash, format: input.source.format, zeroVectorCount: vectors.zeroCount },
    queryInfo: { name: input.queryName, count: queries.queryCount, withQrels: 0, contentHash: queryHash },
    modelInfo: { id: 'vectors', name: `vectors of ${input.name}`, dims, trainedDims: [...(adapter?.provenance.prefixes ?? [])] },
    warnings: [...input.warnings, ...lintWarnings(findings), ...(adapter === undefined ? [] : [adapterRemark(adapter, request.adapter!)])],
    lint: findings,
    embedder: undefined,
    summary: undefined,
  });
  // An adapter changes what is near: then the neighbours that came with the data are those of other vectors.
  if (input.neighbours === undefined || adapter !== undefined) return dataset;
  const { result, warning } = await checkProvided(input.neighbours, dataset.store, vectors, queries, request.k, work);
  return { ...dataset, queryInfo: { ...dataset.queryInfo, providedNeighbours: result }, warnings: [...dataset.warnings, ...(warning === undefined ? [] : [warning])] };
}

async function joined(chunks: AsyncIterable<Float32Array>): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for await (const chunk of chunks) parts.push(chunk.slice());
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** sha256 of a file, or of a folder's files by name; through one small buffer: streams leave megabytes of garbage behind. */
async function hashOf(path: string): Promise<string> {
  const file = path.replace(/#(train|test)$/, '');
  const isFolder = (await stat(file)).isDirectory();
  const files = isFolder ? (await readdir(file)).filter((name) => name.endsWith('.parquet')).sort().map((name) => join(file, name)) : [file];
  const hash = createHash('sha256');
  const buffer = new Uint8Array(2 ** 18);
  for (const one of files) {
    const handle = await open(one, 'r');
    try {
      for (;;) {
        const { bytesRead } = await handle.read(buffer, 0, buffer.length);
        if (bytesRead === 0) break;
        hash.update(buffer.subarray(0, bytesRead));
      }
    } finally {
      await handle.close();
    }
  }
  return hash.digest('hex');
}

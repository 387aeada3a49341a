import { stat } from 'node:fs/promises';
import { openAnnBenchmarks } from './hdf5.ts';
import { openVectorFile } from './vector-files.ts';
import { isVectorDbBench, openVectorDbBench } from './vectordbbench.ts';
import type { VectorSource } from './vector-source.ts';

/**
 * Opens any vectors: the files that `openVectorFile` knows; of an ann-benchmarks .hdf5 the rows to search (`file.hdf5#test`: its queries);
 * of a VectorDBBench folder its training rows.
 * @param column the vector column of a table; the only list column, or the one with a usual name, unless given
 */
export async function openVectorSource(path: string, options: { readonly column?: string | undefined } = {}): Promise<VectorSource> {
  const hdf5 = /^(.*\.(?:hdf5|h5))(?:#(train|test))?$/i.exec(path);
  if (hdf5 !== null) {
    const set = await openAnnBenchmarks(hdf5[1]!);
    return hdf5[2] === 'test' ? set.queries : set.base;
  }
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
  if (isFolder && (await isVectorDbBench(path))) return (await openVectorDbBench(path)).base;
  return openVectorFile(path, options);
}

/** True for what brings queries of its own: a VectorDBBench folder, an ann-benchmarks HDF5 file (unless a part of it is named: `file.hdf5#train`). */
export async function holdsQueries(path: string): Promise<boolean> {
  if (/\.(hdf5|h5)$/i.test(path)) return true;
  return (await stat(path).catch(() => undefined))?.isDirectory() === true && isVectorDbBench(path);
}

/** Names that stand for bare vectors, whatever else a folder or table may hold. */
export function isVectorName(path: string): boolean {
  return /\.(npy|fvecs|bvecs|fbin|u8bin|i8bin|hdf5|h5)(#(train|test))?$/i.test(path);
}

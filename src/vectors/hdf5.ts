import { stat } from 'node:fs/promises';
import { UserError } from '../base/errors.ts';
import type { VectorSource } from './vector-source.ts';

/** An ann-benchmarks file: `train` n×d, `test` q×d, maybe `neighbors` q×k; attributes `distance`, `dimension`, `type`. */
export interface AnnBenchmarksFile {
  readonly base: VectorSource;
  readonly queries: VectorSource;
  /** Row numbers in `base`, count × width; undefined when the file has none. */
  readonly neighbours?: { readonly rowCount: number; readonly width: number; readonly data: Int32Array } | undefined;
  /** `angular`, `euclidean` … as the file says. */
  readonly distance?: string | undefined;
}

const maxNeighbourBytes = 2 ** 30;
const chunkBytes = 4 * 2 ** 20;

/** Opens an HDF5 file of ann-benchmarks. @throws UserError for other files, sparse ones, and arrays of another shape or type. */
export async function openAnnBenchmarks(file: string): Promise<AnnBenchmarksFile> {
  const info = await stat(file).catch(() => undefined);
  if (info?.isFile() !== true) throw new UserError('vectors/missing', `there is no file ${JSON.stringify(file)}`);
  return withHdf5(file, (hdf) => {
    const kind = textOf(hdf.attrs['type']?.value);
    if (kind !== undefined && kind !== 'dense') throw new UserError('vectors/sparse', `is of type ${JSON.stringify(kind)}, expected "dense"`, { place: { file } });
    const base = shapeOf(hdf, 'train', file);
    const queries = shapeOf(hdf, 'test', file);
    if (base === undefined || queries === undefined) {
      throw new UserError('vectors/hdf5', `has no ${base === undefined ? '"train"' : '"test"'}; there are ${hdf.keys().slice(0, 20).map((key) => JSON.stringify(key)).join(', ') || 'no arrays'}`, { place: { file } });
    }
    if (base.width !== queries.width) throw new UserError('vectors/width', `"train" has ${base.width} dimensions, "test" has ${queries.width}`, { place: { file } });
    const shape = shapeOf(hdf, 'neighbors', file);
    const distance = textOf(hdf.attrs['distance']?.value);
    return {
      base: sourceOf(file, 'train', base),
      queries: sourceOf(file, 'test', queries),
      neighbours: shape === undefined ? undefined : readNeighbours(hdf, shape, file),
      distance,
    };
  });
}

type Hdf5File = InstanceType<(typeof import('h5wasm/node'))['File']>;

interface ArrayShape {
  readonly rowCount: number;
  readonly width: number;
}

/** Opens, reads, closes: the library keeps file handles of its own. */
async function withHdf5<T>(file: string, call: (hdf: Hdf5File) => T): Promise<T> {
  const h5wasm = await import('h5wasm/node');
  const module = (await h5wasm.ready) as { activate_throwing_error_handler?: () => number };
  // Otherwise the library writes its own trace to stderr.
  module.activate_throwing_error_handler?.();
  let hdf: Hdf5File | undefined;
  try {
    hdf = new h5wasm.File(file, 'r');
    return call(hdf);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('vectors/hdf5', `is not an HDF5 file that can be read: ${String((error as Error).message ?? error).slice(0, 200)}`, { place: { file }, cause: error });
  } finally {
    try {
      hdf?.close();
    } catch {
      // A file that could not be read may not close either; it is the reading that is reported.
    }
  }
}

function datasetOf(hdf: Hdf5File, name: string): { shape: number[] | null; dtype: unknown; slice(ranges: [number, number][]): unknown } | undefined {
  if (!hdf.keys().includes(name)) return undefined;
  const entity = hdf.get(name) as { type?: string } | null;
  // Links to other files are not followed.
  return entity?.type === 'Dataset' ? (entity as never) : undefined;
}

function shapeOf(hdf: Hdf5File, name: string, file: string): ArrayShape | undefined {
  const dataset = datasetOf(hdf, name);
  if (dataset === undefined) return undefined;
  const { shape, dtype } = dataset;
  if (shape?.length !== 2 || typeof dtype !== 'string' || !/^[<>|]?[fiuBbhHiIlLqQdef]\d*$/.test(dtype)) {
    throw new UserError('vectors/hdf5', `"${name}" has shape ${JSON.stringify(shape)} and type ${JSON.stringify(dtype)}, expected rows × columns of numbers`, { place: { file } });
  }
  return { rowCount: shape[0]!, width: shape[1]! };
}

function sourceOf(file: string, name: string, { rowCount, width }: ArrayShape): VectorSource {
  return {
    file,
    format: 'hdf5',
    rowCount,
    dims: width,
    async *rows(range) {
      const end = Math.min(range?.end ?? rowCount, rowCount);
      const count = Math.max(1, Math.floor(chunkBytes / (width * 4)));
      for (let row = range?.first ?? 0; row < end; row += count) {
        // Opened again for each chunk: the consumer may never ask for the next, and then nobody would close it.
        yield await withHdf5(file, (hdf) => numbers(datasetOf(hdf, name)!.slice([[row, Math.min(row + count, end)], [0, width]])));
      }
    },
  };
}

function readNeighbours(hdf: Hdf5File, { rowCount, width }: ArrayShape, file: string): { rowCount: number; width: number; data: Int32Array } {
  if (rowCount * width * 4 > maxNeighbourBytes) throw new UserError('vectors/hdf5', `"neighbors" is ${rowCount} × ${width}, more than 1 GB`, { place: { file } });
  // Not through float32, which holds whole numbers only up to 2²⁴.
  return { rowCount, width, data: Int32Array.from(datasetOf(hdf, 'neighbors')!.slice([[0, rowCount], [0, width]]) as ArrayLike<number | bigint>, Number) };
}

function numbers(data: unknown): Float32Array {
  if (data instanceof Float32Array) return data;
  if (ArrayBuffer.isView(data)) return Float32Array.from(data as unknown as ArrayLike<number | bigint>, Number);
  throw new Error('an array holds no numbers');
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

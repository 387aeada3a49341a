import { type FileHandle, open, stat } from 'node:fs/promises';
import { openArrow } from '../base/arrow-file.ts';
import { UserError } from '../base/errors.ts';
import { openParquet } from '../base/parquet-file.ts';
import { readNpyHeader, readNpyRows } from './npy.ts';
import { chooseVectorColumn, listToFloats } from './vector-column.ts';
import type { VectorSource } from './vector-source.ts';

/** Wider vectors than this are a misread header. */
const maxDims = 1_000_000;
const chunkBytes = 4 * 2 ** 20;

/**
 * Opens .npy, .fvecs, .bvecs, .fbin, .u8bin, .i8bin, .parquet and .arrow/.feather by their names.
 * @param column the vector column of a table; the only list column, or the one with a usual name, unless given
 * @throws UserError for headers that do not fit the file's size, rows of another width, unknown names.
 */
export async function openVectorFile(file: string, options: { readonly column?: string | undefined } = {}): Promise<VectorSource> {
  const info = await stat(file).catch(() => undefined);
  if (info === undefined) throw new UserError('vectors/missing', `there is no file ${JSON.stringify(file)}`);
  if (!info.isFile()) throw new UserError('vectors/not-a-file', 'is not a file', { place: { file } });
  const name = file.toLowerCase();
  if (name.endsWith('.npy')) {
    const { rowCount, dims } = await readNpyHeader(file);
    return { file, format: 'npy', rowCount, dims, rows: (range = {}) => readNpyRows(file, { ...(range.first === undefined ? {} : { first: range.first }), ...(range.end === undefined ? {} : { end: range.end }) }) };
  }
  if (name.endsWith('.fvecs') || name.endsWith('.bvecs')) return openVecs(file, info.size, name.endsWith('.fvecs') ? 'fvecs' : 'bvecs');
  const bin = /\.(fbin|u8bin|i8bin)$/.exec(name)?.[1] as BinFormat | undefined;
  if (bin !== undefined) return openBin(file, info.size, bin);
  if (name.endsWith('.parquet')) return openParquetVectors(file, options.column);
  if (/\.(arrow|feather|ipc)$/.test(name)) return openArrowVectors(file, options.column);
  throw new UserError('vectors/format', 'is no vector file known by its name, expected .npy, .fvecs, .bvecs, .fbin, .u8bin, .i8bin, .parquet, .arrow, .feather or .hdf5', { place: { file } });
}

/** A range cut to the rows there are. */
function clamp(range: { readonly first?: number | undefined; readonly end?: number | undefined } | undefined, rowCount: number): [number, number] {
  const end = Math.max(0, Math.min(range?.end ?? rowCount, rowCount));
  return [Math.max(0, Math.min(range?.first ?? 0, end)), end];
}

/** fvecs, bvecs: before every row its width as int32. */
async function openVecs(file: string, size: number, format: 'fvecs' | 'bvecs'): Promise<VectorSource> {
  const width = format === 'fvecs' ? 4 : 1;
  const dims = await readVecsDims(file, size, width);
  const rowBytes = 4 + dims * width;
  const rowCount = size / rowBytes;
  return {
    file,
    format,
    rowCount,
    dims,
    async *rows(range) {
      const [first, end] = clamp(range, rowCount);
      for await (const { bytes, firstRow } of blocks(file, 0, rowBytes, first, end)) {
        const count = bytes.length / rowBytes;
        const rows = new Float32Array(count * dims);
        for (let row = 0; row < count; row += 1) {
          const at = row * rowBytes;
          const rowDims = bytes.readInt32LE(at);
          if (rowDims !== dims) throw new UserError('vectors/width', `row ${firstRow + row} has ${rowDims} dimensions, the first has ${dims}`, { place: { file } });
          for (let d = 0; d < dims; d += 1) rows[row * dims + d] = width === 4 ? bytes.readFloatLE(at + 4 + 4 * d) : bytes[at + 4 + d]!;
        }
        yield rows;
      }
    },
  };
}

/** The width of the first row, checked against the file's size. */
async function readVecsDims(file: string, size: number, width: number): Promise<number> {
  const head = Buffer.alloc(4);
  await withFile(file, (handle) => handle.read(head, 0, 4, 0));
  const dims = head.readInt32LE(0);
  if (size < 4 || dims < 1 || dims > maxDims) throw new UserError('vectors/header', `begins with ${size < 4 ? 'nothing' : dims}, expected the number of dimensions`, { place: { file } });
  if (size % (4 + dims * width) !== 0) throw new UserError('vectors/truncated', `has ${size} bytes, which is no whole number of rows of ${dims} dimensions: cut short, or rows of different widths`, { place: { file } });
  return dims;
}

/** An .ivecs file (true neighbours): count × width int32. @throws UserError for rows of different widths. */
export async function readIvecs(file: string): Promise<{ readonly rowCount: number; readonly width: number; readonly data: Int32Array }> {
  const { size } = await stat(file);
  const width = await readVecsDims(file, size, 4);
  const rowBytes = 4 + 4 * width;
  const rowCount = size / rowBytes;
  const data = new Int32Array(rowCount * width);
  for await (const { bytes, firstRow } of blocks(file, 0, rowBytes, 0, rowCount)) {
    for (let row = 0; row * rowBytes < bytes.length; row += 1) {
      const rowWidth = bytes.readInt32LE(row * rowBytes);
      if (rowWidth !== width) throw new UserError('vectors/width', `row ${firstRow + row} has ${rowWidth} entries, the first has ${width}`, { place: { file } });
      for (let j = 0; j < width; j += 1) data[(firstRow + row) * width + j] = bytes.readInt32LE(row * rowBytes + 4 + 4 * j);
    }
  }
  return { rowCount, width, data };
}

type BinFormat = 'fbin' | 'u8bin' | 'i8bin';

/** fbin, u8bin, i8bin: rows and dims as uint32, then the data. */
async function openBin(file: string, size: number, format: BinFormat): Promise<VectorSource> {
  const head = Buffer.alloc(8);
  const { bytesRead } = await withFile(file, (handle) => handle.read(head, 0, 8, 0));
  const rowCount = head.readUInt32LE(0);
  const dims = head.readUInt32LE(4);
  const width = format === 'fbin' ? 4 : 1;
  if (bytesRead < 8 || dims < 1 || dims > maxDims) throw new UserError('vectors/header', `has no header of rows and dimensions (${rowCount} × ${dims})`, { place: { file } });
  const expected = 8 + rowCount * dims * width;
  if (size !== expected) throw new UserError('vectors/truncated', `says ${rowCount} rows of ${dims} dimensions, which take ${expected} bytes, but has ${size}`, { place: { file } });
  return {
    file,
    format,
    rowCount,
    dims,
    async *rows(range) {
      const [first, end] = clamp(range, rowCount);
      for await (const { bytes } of blocks(file, 8, dims * width, first, end)) {
        const rows = new Float32Array(bytes.length / width);
        for (let i = 0; i < rows.length; i += 1) rows[i] = format === 'fbin' ? bytes.readFloatLE(4 * i) : format === 'u8bin' ? bytes[i]! : bytes.readInt8(i);
        yield rows;
      }
    },
  };
}

async function openParquetVectors(file: string, wanted: string | undefined): Promise<VectorSource> {
  const opened = await openParquet(file);
  try {
    const column = chooseVectorColumn(opened.columns, wanted, file);
    const firstGroup = opened.groups.findIndex((group) => group.rowCount > 0);
    const first = firstGroup < 0 ? undefined : ((await opened.read(firstGroup, [column]))[0]![0] as ArrayLike<unknown> | null | undefined);
    const dims = firstGroup < 0 ? 0 : (first?.length ?? 0);
    if (firstGroup >= 0 && (dims < 1 || dims > maxDims)) throw new UserError('vectors/width', `the first row of ${JSON.stringify(column)} has ${dims} numbers, expected a vector`, { place: { file } });
    const { rowCount } = opened;
    return {
      file,
      format: 'parquet',
      rowCount,
      dims,
      async *rows(range) {
        const [start, end] = clamp(range, rowCount);
        const parquet = await openParquet(file);
        try {
          for (const [index, group] of parquet.groups.entries()) {
            const from = Math.max(start, group.firstRow);
            const to = Math.min(end, group.firstRow + group.rowCount);
            if (from >= to) continue;
            const [lists] = await parquet.read(index, [column]);
            yield* listToFloats((row) => lists![row - group.firstRow], from, to, dims, file, column);
          }
        } finally {
          await parquet.close();
        }
      },
    };
  } finally {
    await opened.close();
  }
}

async function openArrowVectors(file: string, wanted: string | undefined): Promise<VectorSource> {
  const table = await openArrow(file);
  const name = chooseVectorColumn(table.columns, wanted, file);
  const column = table.columns.find((candidate) => candidate.name === name)!;
  const first = table.rowCount === 0 ? undefined : (column.at(0) as ArrayLike<unknown> | null);
  const dims = first?.length ?? 0;
  if (table.rowCount > 0 && (dims < 1 || dims > maxDims)) throw new UserError('vectors/width', `the first row of ${JSON.stringify(name)} has ${dims} numbers, expected a vector`, { place: { file } });
  return {
    file,
    format: 'arrow',
    rowCount: table.rowCount,
    dims,
    async *rows(range) {
      const [start, end] = clamp(range, table.rowCount);
      yield* listToFloats((row) => column.at(row), start, end, dims, file, name);
    },
  };
}

/** Consecutive records of `recordBytes` in blocks of about 4 MB. */
async function* blocks(file: string, offset: number, recordBytes: number, first: number, end: number): AsyncGenerator<{ bytes: Buffer; firstRow: number }> {
  const handle = await open(file, 'r');
  try {
    const count = Math.max(1, Math.floor(chunkBytes / recordBytes));
    for (let row = first; row < end; row += count) {
      const bytes = Buffer.alloc(Math.min(count, end - row) * recordBytes);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset + row * recordBytes);
      if (bytesRead < bytes.length) throw new UserError('vectors/truncated', 'became shorter while it was read', { place: { file } });
      yield { bytes, firstRow: row };
    }
  } finally {
    await handle.close();
  }
}

async function withFile<T>(file: string, call: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(file, 'r');
  try {
    return await call(handle);
  } finally {
    await handle.close();
  }
}

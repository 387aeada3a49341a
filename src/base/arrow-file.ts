import { readFile, stat } from 'node:fs/promises';
import { CompressionType, setCompressionCodec, type Table, tableFromIPC, Type } from '@uwdata/flechette';
import { decompress as zstdDecompress } from 'fzstd';
import { checkArrow } from './arrow-check.ts';
import { UserError } from './errors.ts';
import { decodeLz4Frame } from './lz4-frame.ts';

/** A column of an Arrow table; `list` is one level of numbers in each row, such as a vector. */
export interface ArrowColumn {
  readonly name: string;
  readonly kind: 'scalar' | 'list' | 'nested';
  at(row: number): unknown;
}

export interface ArrowFile {
  readonly file: string;
  readonly sizeBytes: number;
  readonly rowCount: number;
  readonly columns: readonly ArrowColumn[];
}

/** The table is held in memory while it is read. */
const maxFileBytes = 2 ** 31 - 1;
/** What one compressed buffer may unfold to. */
const maxBufferBytes = 1024 * 1024 * 1024;
/** A row of text takes four bytes of offsets before compression: more rows than this are a damaged header. */
const maxRowsAByte = 64;
const rowsFloor = 100_000;

const lists: readonly number[] = [Type.List, Type.LargeList, Type.FixedSizeList, Type.ListView, Type.LargeListView];
const nesteds: readonly number[] = [Type.Struct, Type.Map, Type.Union];

/** Opens an Arrow IPC file (also called Feather 2) or stream, plain or compressed with LZ4 or zstd. @throws UserError for anything else. */
export async function openArrow(file: string): Promise<ArrowFile> {
  const fail = (message: string, cause?: unknown): UserError => new UserError('arrow/broken', message, { place: { file }, cause });
  const { size } = await stat(file);
  if (size > maxFileBytes) throw new UserError('arrow/large', `has ${size} bytes; Arrow files are read whole, up to 2 GB`, { place: { file }, hint: 'save it as Parquet' });
  registerCodecs();
  let table: Table;
  try {
    const bytes = new Uint8Array(await readFile(file));
    checkArrow(bytes);
    table = tableFromIPC(bytes, { useBigInt: true, useDate: true });
  } catch (error) {
    throw fail(`is not an Arrow file that can be read: ${(error as Error).message.slice(0, 200)}`, error);
  }
  const { numRows, schema } = table;
  if (!(numRows <= Math.max(rowsFloor, size * maxRowsAByte))) throw fail(`says it has ${numRows} rows, more than its ${size} bytes can hold`);
  const columns = schema.fields.map(({ name: given, type }, index): ArrowColumn => {
    const name = typeof given === 'string' ? given : `column${index + 1}`;
    const column = table.getChildAt(index);
    const kind = lists.includes(type.typeId) ? 'list' : nesteds.includes(type.typeId) ? 'nested' : 'scalar';
    return {
      name,
      kind,
      at(row) {
        try {
          return column.at(row);
        } catch (error) {
          throw fail(`column ${JSON.stringify(name)} cannot be read at row ${row + 1}: ${(error as Error).message.slice(0, 200)}`, error);
        }
      },
    };
  });
  return { file, sizeBytes: size, rowCount: numRows, columns };
}

let registered = false;

function registerCodecs(): void {
  if (registered) return;
  registered = true;
  const noEncode = (): never => {
    throw new Error('not used');
  };
  setCompressionCodec(CompressionType.ZSTD, { encode: noEncode, decode: (data: Uint8Array) => zstdDecompress(data, zstdOutput(data)) });
  setCompressionCodec(CompressionType.LZ4_FRAME, { encode: noEncode, decode: (data: Uint8Array) => decodeLz4Frame(data, maxBufferBytes) });
}

/** A buffer of the size that the zstd header gives, when it is one that may be made. */
function zstdOutput(data: Uint8Array): Uint8Array | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const descriptor = view.getUint8(4);
  const single = (descriptor & 32) !== 0;
  const at = 5 + (single ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
  const flag = descriptor >> 6;
  const size = flag === 0 ? (single ? view.getUint8(at) : 0) : flag === 1 ? view.getUint16(at, true) + 256 : flag === 2 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
  if (size > maxBufferBytes) throw new Error(`a buffer says it holds ${size} bytes: refused`);
  return size === 0 ? undefined : new Uint8Array(size);
}

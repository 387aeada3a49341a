import { type FileHandle, open } from 'node:fs/promises';
import { type FileMetaData, parquetMetadataAsync, parquetRead, parquetSchema, type SchemaTree } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { UserError } from './errors.ts';
import { checkPages } from './parquet-pages.ts';

/** A top-level column. `list`: one level of numbers in each row, such as a vector. */
export interface ParquetColumn {
  readonly name: string;
  readonly kind: 'scalar' | 'list' | 'nested';
}

/** Rows that are stored, and read, together. */
export interface ParquetGroup {
  readonly firstRow: number;
  readonly rowCount: number;
}

/** An open Parquet file. */
export interface ParquetFile {
  readonly file: string;
  readonly sizeBytes: number;
  readonly rowCount: number;
  readonly columns: readonly ParquetColumn[];
  readonly groups: readonly ParquetGroup[];
  /** Whole columns of one row group, in the order of `names`; one value a row. */
  read(group: number, names: readonly string[]): Promise<readonly ArrayLike<unknown>[]>;
  close(): Promise<void>;
}

/** One column of one row group may unfold to this many bytes; it is held in memory whole. */
const maxColumnBytes = 768 * 1024 * 1024;
const maxGroupRows = 20_000_000;
/** A page that says it grows more than this is a decompression bomb (run-lengths included, real pages stay far below). */
const maxPageRatio = 2000;
const pageFloorBytes = 16 * 1024 * 1024;

/** Opens a Parquet file. @throws UserError for anything that is not one, is cut short, or asks for more memory than it could fill. */
export async function openParquet(file: string): Promise<ParquetFile> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw new UserError('parquet/unreadable', `cannot be read: ${(error as Error).message}`, { place: { file }, cause: error });
  });
  try {
    const { size } = await handle.stat();
    const buffer = { byteLength: size, slice: (start: number, end = size): Promise<ArrayBuffer> => slice(handle, start, end, size) };
    const metadata = await explained(file, () => parquetMetadataAsync(buffer));
    const columns = await explained(file, async () => parquetSchema(metadata).children.map(columnOf));
    const groups = groupsOf(metadata, file);
    return {
      file,
      sizeBytes: size,
      rowCount: groups.reduce((sum, group) => sum + group.rowCount, 0),
      columns,
      groups,
      async read(index, names) {
        const group = groups[index]!;
        checkColumnBytes(metadata, index, names, file);
        const found = new Map<string, unknown[][]>(names.map((name) => [name, []]));
        // One column at a time: of several that hyparquet decodes together it awaits the first, and the fault of another would be heard by nobody.
        for (const name of names) {
          await explained(file, async () => {
            await checkChunk(buffer, metadata, index, name);
            await parquetRead({
              file: buffer,
              metadata,
              columns: [name],
              rowStart: group.firstRow,
              rowEnd: group.firstRow + group.rowCount,
              compressors: guarded,
              onChunk: ({ columnName, columnData }) => found.get(columnName)?.push(columnData as unknown[]),
            });
          });
        }
        return names.map((name) => {
          const chunks = found.get(name)!;
          const count = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
          if (count !== group.rowCount) throw new UserError('parquet/broken', `column ${JSON.stringify(name)} has ${count} values in row group ${index}, expected ${group.rowCount}`, { place: { file } });
          return chunks.length === 1 ? chunks[0]! : chunks.flatMap((chunk) => Array.from(chunk));
        });
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The pages of a column of a row group can be walked from the first to the last. */
async function checkChunk(buffer: { slice(start: number, end: number): Promise<ArrayBuffer> }, metadata: FileMetaData, index: number, name: string): Promise<void> {
  for (const { meta_data: column } of metadata.row_groups[index]!.columns) {
    if (column === undefined || column.path_in_schema[0] !== name) continue;
    const start = Number(column.dictionary_page_offset || column.data_page_offset);
    const bytes = await buffer.slice(start, start + Number(column.total_compressed_size));
    checkPages(new Uint8Array(bytes), Number(column.num_values));
  }
}

/** Throws at once for a range outside the file: hyparquet starts several reads together, and a late rejection of one would go unheard. */
function slice(handle: FileHandle, start: number, end: number, size: number): Promise<ArrayBuffer> {
  if (!(start >= 0 && end >= start && end <= size)) throw new Error(`it points at bytes ${start} to ${end} of ${size}`);
  const bytes = readBytes(handle, start, end);
  bytes.catch(() => undefined);
  return bytes;
}

async function readBytes(handle: FileHandle, start: number, end: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(end - start);
  let read = 0;
  while (read < bytes.length) {
    const { bytesRead } = await handle.read(bytes, read, bytes.length - read, start + read);
    if (bytesRead === 0) throw new Error('the file ends too early');
    read += bytesRead;
  }
  return bytes.buffer;
}

/** hyparquet throws plain errors, RangeErrors of DataView among them: all mean a broken file. */
async function explained<T>(file: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('parquet/broken', `is not a Parquet file that can be read: ${(error as Error).message.slice(0, 200)}`, { place: { file }, cause: error });
  }
}

function columnOf(node: SchemaTree): ParquetColumn {
  const { name } = node.element;
  if (node.children.length === 0) return { name, kind: node.element.repetition_type === 'REPEATED' ? 'list' : 'scalar' };
  // list<T>: the column, a repeated group, one leaf.
  let depth = 0;
  let at: SchemaTree | undefined = node;
  while (at !== undefined && at.children.length === 1) {
    at = at.children[0];
    depth += 1;
  }
  return { name, kind: at !== undefined && at.children.length === 0 && depth <= 2 ? 'list' : 'nested' };
}

function groupsOf(metadata: FileMetaData, file: string): readonly ParquetGroup[] {
  let firstRow = 0;
  return metadata.row_groups.map((group, index) => {
    const rowCount = Number(group.num_rows);
    if (!Number.isSafeInteger(rowCount) || rowCount < 0 || rowCount > maxGroupRows) {
      throw new UserError('parquet/broken', `row group ${index} says it has ${group.num_rows} rows, expected at most ${maxGroupRows}`, { place: { file } });
    }
    // A damaged footer may lack what the types promise.
    const isWhole = group.columns.every(({ meta_data: column }) => column === undefined || Array.isArray(column.path_in_schema as unknown));
    if (!isWhole) throw new UserError('parquet/broken', `row group ${index} has a column without a name`, { place: { file } });
    const place = { firstRow, rowCount };
    firstRow += rowCount;
    return place;
  });
}

function checkColumnBytes(metadata: FileMetaData, group: number, names: readonly string[], file: string): void {
  for (const chunk of metadata.row_groups[group]!.columns) {
    const name = chunk.meta_data?.path_in_schema[0] ?? '';
    const bytes = Number(chunk.meta_data?.total_uncompressed_size ?? 0);
    if (names.includes(name) && bytes > maxColumnBytes) {
      throw new UserError('parquet/large-group', `row group ${group} holds ${Math.round(bytes / 1e6)} MB of ${JSON.stringify(name)} in one piece, more than ${Math.round(maxColumnBytes / 1e6)} MB`, {
        place: { file },
        hint: 'write it with smaller row groups, such as row_group_size=100_000 in pyarrow',
      });
    }
  }
}

/** Every decompressor behind a check of what the page header asks for. */
const guarded = Object.fromEntries(
  Object.entries(compressors).map(([codec, decompress]) => [
    codec,
    (input: Uint8Array, outputLength: number): Uint8Array => {
      if (!(outputLength >= 0) || outputLength > Math.max(pageFloorBytes, input.length * maxPageRatio)) throw new Error(`a page of ${input.length} bytes says it holds ${outputLength}: refused`);
      return (decompress as (input: Uint8Array, outputLength: number) => Uint8Array)(input, outputLength);
    },
  ]),
);

import { UserError } from '../base/errors.ts';

const usualNames = ['emb', 'embedding', 'embeddings', 'vector', 'vectors', 'vec', 'dense_vector', 'openai'];

/** The column that holds the vectors. @throws UserError when none is, or when several could be and none was chosen. */
export function chooseVectorColumn(columns: readonly { readonly name: string; readonly kind: string }[], wanted: string | undefined, file: string): string {
  const lists = columns.filter((column) => column.kind === 'list').map((column) => column.name);
  const there = columns.slice(0, 20).map((column) => JSON.stringify(column.name)).join(', ');
  if (wanted !== undefined) {
    if (lists.includes(wanted)) return wanted;
    throw new UserError('vectors/column', `has no list column ${JSON.stringify(wanted)}; there are ${there}`, { place: { file } });
  }
  const usual = usualNames.map((name) => lists.find((list) => list.toLowerCase() === name)).find((name) => name !== undefined);
  const found = usual ?? (lists.length === 1 ? lists[0] : undefined);
  if (found !== undefined) return found;
  throw new UserError('vectors/column', lists.length === 0 ? `has no column of vectors (lists of numbers); there are ${there}` : `has several list columns (${lists.join(', ')}): say which holds the vectors`, { place: { file } });
}

const rowsAChunk = 1024;

/** Rows [first, end) of a list column as chunks of float32. @throws UserError naming the row whose list is missing or of another width. */
export function* listToFloats(at: (row: number) => unknown, first: number, end: number, dims: number, file: string, column: string): Generator<Float32Array> {
  for (let start = first; start < end; start += rowsAChunk) {
    const stop = Math.min(start + rowsAChunk, end);
    const rows = new Float32Array((stop - start) * dims);
    for (let row = start; row < stop; row += 1) {
      const list = at(row) as ArrayLike<unknown> | null | undefined;
      if (list === null || list === undefined || list.length !== dims) {
        throw new UserError('vectors/width', `row ${row} of ${JSON.stringify(column)} has ${list?.length ?? 'no'} numbers, the first has ${dims}`, { place: { file } });
      }
      for (let d = 0; d < dims; d += 1) {
        const value = list[d];
        rows[(row - start) * dims + d] = typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : NaN;
      }
    }
    yield rows;
  }
}

/** Positions within one line; 32 bits only where it has more than 65,536 rows. */
export type Places = Uint16Array | Uint32Array;

export const MOST_NARROW_PLACES = 65_536;

/**
 * One query's candidates: every row among its best at any of the prefixes, to the depth wanted there (and a few that are as good as the last of them up to rounding).
 *
 * At a prefix only those matter that are among the best there or at a shorter one: a funnel holds no others. They are ranked among each other exactly as searches and re-ranks do it
 * (equal similarities by rising row), the best of the corpus first; where the others stand is left open.
 */
export interface PoolLine {
  readonly rows: Int32Array;
  /** Of the best at the last prefix, best first, to within rounding: as many as are wanted there, and all that are as good as the last of them up to 1e-6. */
  readonly similarities: Float32Array;
  /** `orders[p · rows.length + rank]`: places in `rows` by rank at the p-th prefix. */
  readonly orders: Places;
  /** The inverse: `ranks[p · rows.length + place]`. */
  readonly ranks: Places;
}

/** Places as narrow as the number of rows allows. */
export function placesFor(rowCount: number, length: number): Places {
  return rowCount > MOST_NARROW_PLACES ? new Uint32Array(length) : new Uint16Array(length);
}

/** A line from its rows and orders. @param full similarities at the last prefix, by place. @param depth how many are wanted there */
export function lineOf(rows: Int32Array, orders: Places, full: Float32Array, depth: number): PoolLine {
  const count = rows.length;
  const ranks = placesFor(count, orders.length);
  for (let base = 0; base < orders.length; base += count) for (let rank = 0; rank < count; rank += 1) ranks[base + orders[base + rank]!] = rank;
  return { rows, orders, ranks, similarities: bestOf(full, orders.subarray(orders.length - count), depth) };
}

const TIE = 1e-6;

/** The similarities of a line at its last prefix, from those by place and their order. */
export function bestOf(full: Float32Array, order: Places, depth: number): Float32Array {
  const limit = full[order[Math.min(depth, order.length) - 1]!]! - TIE;
  let count = 0;
  while (count < order.length && full[order[count]!]! >= limit) count += 1;
  const best = new Float32Array(count);
  for (let rank = 0; rank < count; rank += 1) best[rank] = full[order[rank]!]!;
  return best;
}

/**
 * Lines of several queries in one shared buffer, for another thread, which reads them when it hears of them: a message for each would cost more than the lines, and memory that has not
 * been used before more than to write to it.
 */
export interface PackedLines {
  readonly prefixCount: number;
  readonly buffer: SharedArrayBuffer;
  readonly lines: readonly { readonly query: number; readonly count: number; readonly best: number }[];
}

const BUFFER_BYTES = 4 * 2 ** 20;
/** Buffers that are kept from one sweep to the next. */
const KEPT_BUFFERS = 16;
const kept: SharedArrayBuffer[] = [];

/** Gathers lines and gives them on, a few megabytes at a time. They must have been read before the next packer of this thread is opened. */
export function openLinePacker(prefixCount: number, give: (packed: PackedLines) => void): { add(query: number, line: PoolLine): void; flush(): void } {
  let used = 0;
  let buffer: SharedArrayBuffer | undefined;
  let end = 0;
  let lines: { query: number; count: number; best: number }[] = [];
  const flush = (): void => {
    if (buffer !== undefined) give({ prefixCount, buffer, lines });
    buffer = undefined;
    end = 0;
    lines = [];
  };
  const nextBuffer = (sizeBytes: number): SharedArrayBuffer => {
    if (sizeBytes > BUFFER_BYTES) return new SharedArrayBuffer(sizeBytes);
    const next = kept[used] ?? new SharedArrayBuffer(BUFFER_BYTES);
    if (used < KEPT_BUFFERS) kept[used] = next;
    used += 1;
    return next;
  };
  return {
    add(query, line) {
      const about = { query, count: line.rows.length, best: line.similarities.length };
      const sizeBytes = lineBytes(about, prefixCount);
      if (buffer !== undefined && end + sizeBytes > buffer.byteLength) flush();
      buffer ??= nextBuffer(sizeBytes);
      const target = lineIn(buffer, end, about, prefixCount);
      target.rows.set(line.rows);
      target.similarities.set(line.similarities);
      target.orders.set(line.orders);
      target.ranks.set(line.ranks);
      lines.push(about);
      end += sizeBytes;
    },
    flush,
  };
}

export function unpackLines({ prefixCount, buffer, lines }: PackedLines, onLine: (query: number, line: PoolLine) => void): void {
  let at = 0;
  for (const about of lines) {
    onLine(about.query, lineIn(buffer, at, about, prefixCount));
    at += lineBytes(about, prefixCount);
  }
}

type LineSize = PackedLines['lines'][number];

/** Rows and similarities of four bytes; an order and a rank for each prefix and row, of two or four. */
function lineBytes({ count, best }: LineSize, prefixCount: number): number {
  return 4 * count + 4 * best + 2 * prefixCount * count * placesFor(count, 0).BYTES_PER_ELEMENT;
}

function lineIn(buffer: SharedArrayBuffer, at: number, { count, best }: LineSize, prefixCount: number): PoolLine {
  const places = count * prefixCount;
  const isWide = count > MOST_NARROW_PLACES;
  const placesAt = (address: number): Places => (isWide ? new Uint32Array(buffer, address, places) : new Uint16Array(buffer, address, places));
  const orders = at + 4 * count + 4 * best;
  return {
    rows: new Int32Array(buffer, at, count),
    similarities: new Float32Array(buffer, at + 4 * count, best),
    orders: placesAt(orders),
    ranks: placesAt(orders + places * (isWide ? 4 : 2)),
  };
}

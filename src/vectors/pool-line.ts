/** Positions within one line; 32 bits only where it has more than 65,536 rows. */
export type Places = Uint16Array | Uint32Array;

export const MOST_NARROW_PLACES = 65_536;

/**
 * One query's candidates: every row among its best at any of the prefixes, to the depth wanted there (and a few that are as good as the last of them up to rounding).
 *
 * At a prefix only those matter that are among the best there or at a shorter one: a funnel holds no others. They are ranked among each other exactly as searches and re-ranks do it
 * (equal similarities by rising row), the best of the corpus first; where the others stand is left open. At the last prefix, where a funnel ends, only the best are ranked.
 */
export interface PoolLine {
  readonly rows: Int32Array;
  /** `orders[p · rows.length + rank]`: places in `rows` by rank at the p-th prefix; not of the last one. */
  readonly orders: Places;
  /** The inverse: `ranks[p · rows.length + place]`. */
  readonly ranks: Places;
  /** Places of the best at the last prefix, by rank: as many as are wanted there, and all that are as good as the last of them up to 1e-6. */
  readonly best: Uint32Array;
  /** Theirs at the last prefix, exactly. */
  readonly similarities: Float32Array;
}

/** Places as narrow as the number of rows allows. */
export function placesFor(rowCount: number, length: number): Places {
  return rowCount > MOST_NARROW_PLACES ? new Uint32Array(length) : new Uint16Array(length);
}

/** The inverse of orders of `count` places each. */
export function ranksOf(orders: Places, count: number): Places {
  const ranks = placesFor(count, orders.length);
  for (let base = 0; base < orders.length; base += count) for (let rank = 0; rank < count; rank += 1) ranks[base + orders[base + rank]!] = rank;
  return ranks;
}

/**
 * Lines of several queries in one shared buffer, for another thread, which reads them when it hears of them: a message for each would cost more than the lines, and memory that has not
 * been used before more than to write to it.
 */
export interface PackedLines {
  /** Prefixes that have orders. */
  readonly orderCount: number;
  readonly buffer: SharedArrayBuffer;
  readonly lines: readonly { readonly query: number; readonly count: number; readonly bestCount: number }[];
}

const BUFFER_BYTES = 4 * 2 ** 20;
/** Buffers that are kept from one sweep to the next. */
const KEPT_BUFFERS = 16;
const kept: SharedArrayBuffer[] = [];

/** Gathers lines and gives them on, a few megabytes at a time. They must have been read before the next packer of this thread is opened. */
export function openLinePacker(orderCount: number, give: (packed: PackedLines) => void): { add(query: number, line: PoolLine): void; flush(): void } {
  let used = 0;
  let buffer: SharedArrayBuffer | undefined;
  let end = 0;
  let lines: { query: number; count: number; bestCount: number }[] = [];
  const flush = (): void => {
    if (buffer !== undefined) give({ orderCount, buffer, lines });
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
      const about = { query, count: line.rows.length, bestCount: line.best.length };
      const sizeBytes = lineBytes(about, orderCount);
      if (buffer !== undefined && end + sizeBytes > buffer.byteLength) flush();
      buffer ??= nextBuffer(sizeBytes);
      const target = lineIn(buffer, end, about, orderCount);
      target.rows.set(line.rows);
      target.best.set(line.best);
      target.similarities.set(line.similarities);
      target.orders.set(line.orders);
      target.ranks.set(line.ranks);
      lines.push(about);
      end += sizeBytes;
    },
    flush,
  };
}

export function unpackLines({ orderCount, buffer, lines }: PackedLines, onLine: (query: number, line: PoolLine) => void): void {
  let at = 0;
  for (const about of lines) {
    onLine(about.query, lineIn(buffer, at, about, orderCount));
    at += lineBytes(about, orderCount);
  }
}

type LineSize = PackedLines['lines'][number];

/** Rows, and places and similarities of the best, of four bytes; an order and a rank for each prefix and row, of two or four. */
function lineBytes({ count, bestCount }: LineSize, orderCount: number): number {
  return 4 * (count + 2 * bestCount) + 2 * orderCount * count * placesFor(count, 0).BYTES_PER_ELEMENT;
}

function lineIn(buffer: SharedArrayBuffer, at: number, { count, bestCount }: LineSize, orderCount: number): PoolLine {
  const places = count * orderCount;
  const isWide = count > MOST_NARROW_PLACES;
  const placesAt = (address: number): Places => (isWide ? new Uint32Array(buffer, address, places) : new Uint16Array(buffer, address, places));
  const best = at + 4 * count;
  const orders = best + 8 * bestCount;
  return {
    rows: new Int32Array(buffer, at, count),
    best: new Uint32Array(buffer, best, bestCount),
    similarities: new Float32Array(buffer, best + 4 * bestCount, bestCount),
    orders: placesAt(orders),
    ranks: placesAt(orders + places * (isWide ? 4 : 2)),
  };
}

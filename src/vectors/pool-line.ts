/** Positions within one line; 32 bits only where it has more than 65,536 rows. */
export type Places = Uint16Array | Uint32Array;

export const MOST_NARROW_PLACES = 65_536;

/**
 * One query's candidates: every row among its best at any of the prefixes, to the depth wanted there (and a few that are as good as the last of them up to rounding).
 *
 * At a prefix only those matter that are among the best there or at a shorter one: a funnel holds no others. These come first in `rows`, and are ranked among each other exactly as
 * searches and re-ranks do it (equal similarities by rising row), the best of the corpus first. At the last prefix, where a funnel ends, only the best are ranked.
 */
export interface PoolLine {
  readonly rows: Int32Array;
  /** By prefix, but for the last: how many of the first rows are ranked there. Rising. */
  readonly ends: ArrayLike<number>;
  /** The orders (places in `rows` by rank, ends[p] for the p-th prefix), one prefix after the other; then their inverses, the ranks by place, likewise. */
  readonly places: Places;
  /** Places of the best at the last prefix, by rank: as many as are wanted there, and all that are as good as the last of them up to 1e-6. */
  readonly best: Uint32Array;
  /** Theirs at the last prefix: where they are more than are wanted, exactly, else up to rounding. */
  readonly similarities: Float32Array;
}

/** Places as narrow as the number of rows allows. */
export function placesFor(rowCount: number, length: number): Places {
  return rowCount > MOST_NARROW_PLACES ? new Uint32Array(length) : new Uint16Array(length);
}

/** Orders, one prefix after the other, and their ranks after them. */
export function withRanks(orders: Places, ends: readonly number[], rowCount: number): Places {
  const places = placesFor(rowCount, 2 * orders.length);
  places.set(orders);
  let base = 0;
  for (const end of ends) {
    for (let rank = 0; rank < end; rank += 1) places[orders.length + base + orders[base + rank]!] = rank;
    base += end;
  }
  return places;
}

/** Memory that lines lie in, each with its rows and after them its places: two views of one buffer. */
export interface LineBlock {
  readonly rows: Int32Array;
  readonly places: Places;
}

/** Lines of several queries in a block of their own, one after the other from its beginning. Can be posted to another thread, the block's buffer moved. */
export interface PackedLines {
  readonly block: LineBlock;
  /** By line. */
  readonly queries: Int32Array;
  /** By line and prefix: how many rows are ranked there; at the last prefix all the line's rows. */
  readonly ends: Int32Array;
  /** By line: how many are the best at the last prefix. */
  readonly bestCounts: Int32Array;
  /** Places and similarities of these, of one line after the other. */
  readonly best: Uint32Array;
  readonly similarities: Float32Array;
}

/** What takes a pool's lines, each once, in any order. */
export interface LineSink {
  /** Copies the line. */
  add(query: number, line: PoolLine): void;
  /** Keeps the lines where they are. Their queries count from `first`. */
  adopt(packed: PackedLines, first: number): void;
}

const BLOCK_BYTES = 4 * 2 ** 20;
/** Lines differ in length. */
const SPARE = 1.25;

/**
 * Copies lines into blocks of a few megabytes and gives each on when it is full: nothing is moved again, and it does not matter how many lines there will be and how long they are.
 * @param expected about so many lines will come: a block is not larger than they need
 */
export function openLinePacker(expected: number, give: (packed: PackedLines) => void): { add(query: number, line: PoolLine): void; flush(): void } {
  let left = expected;
  let block: LineBlock = { rows: new Int32Array(0), places: new Uint16Array(0) };
  let endBytes = 0;
  let queries: number[] = [];
  let ends: number[] = [];
  let bestCounts: number[] = [];
  let best: number[] = [];
  let similarities: number[] = [];
  const flush = (): void => {
    if (queries.length === 0) return;
    give({ block, queries: Int32Array.from(queries), ends: Int32Array.from(ends), bestCounts: Int32Array.from(bestCounts), best: Uint32Array.from(best), similarities: Float32Array.from(similarities) });
    block = { rows: new Int32Array(0), places: new Uint16Array(0) };
    [queries, ends, bestCounts, best, similarities] = [[], [], [], [], []];
  };
  return {
    add(query, line) {
      const width = line.places.BYTES_PER_ELEMENT;
      const sizeBytes = 4 * line.rows.length + width * line.places.length;
      if (width !== block.places.BYTES_PER_ELEMENT || endBytes + sizeBytes > block.places.byteLength) {
        flush();
        const buffer = new ArrayBuffer(Math.max(sizeBytes, Math.min(BLOCK_BYTES, 4 * Math.ceil((SPARE * sizeBytes * left) / 4))));
        block = { rows: new Int32Array(buffer), places: width === 2 ? new Uint16Array(buffer) : new Uint32Array(buffer) };
        endBytes = 0;
      }
      block.rows.set(line.rows, endBytes / 4);
      block.places.set(line.places, (endBytes + 4 * line.rows.length) / width);
      endBytes += sizeBytes;
      left -= 1;
      queries.push(query);
      for (let p = 0; p < line.ends.length; p += 1) ends.push(line.ends[p]!);
      ends.push(line.rows.length);
      bestCounts.push(line.best.length);
      for (let i = 0; i < line.best.length; i += 1) {
        best.push(line.best[i]!);
        similarities.push(line.similarities[i]!);
      }
    },
    flush,
  };
}

/** The lines of a block, as views of it. */
export function unpackLines({ block, queries, ends, bestCounts, best, similarities }: PackedLines, onLine: (query: number, line: PoolLine) => void): void {
  const prefixCount = ends.length / queries.length;
  const width = block.places.BYTES_PER_ELEMENT;
  let at = 0;
  let firstBest = 0;
  queries.forEach((query, i) => {
    const own = ends.subarray(i * prefixCount, (i + 1) * prefixCount - 1);
    const count = ends[(i + 1) * prefixCount - 1]!;
    const places = (at + 4 * count) / width;
    const placeCount = 2 * own.reduce((sum, end) => sum + end, 0);
    const bestEnd = firstBest + bestCounts[i]!;
    onLine(query, {
      rows: block.rows.subarray(at / 4, at / 4 + count),
      ends: own,
      places: block.places.subarray(places, places + placeCount),
      best: best.subarray(firstBest, bestEnd),
      similarities: similarities.subarray(firstBest, bestEnd),
    });
    firstBest = bestEnd;
    at += 4 * count + width * placeCount;
  });
}

import { randomInt, seededRandom } from '../base/random.ts';
import { selectionCapacity, selectionSpareBytes, SELECTION_BYTES } from '../math/kernel.ts';
import { CHUNK_ROWS, type SweepBench } from './sweep-bench.ts';

/** With fewer queries the sample costs more than it saves. */
const LEAST_QUERIES = 24;
const MOST_SAMPLE_ROWS = 4096;
/** Of a small corpus a smaller part is looked at: the sample is multiplied besides. */
const LEAST_ROWS_EACH = 8;
/** The sample is held beside the vectors: wide ones get a smaller one. */
const SAMPLE_BYTES = 4 * 2 ** 20;

/**
 * A sample of rows that tells where a query's k-th best score will about lie: the score at `place` in the sample, chosen so that all
 * k are above it but once in about two thousand times. Rows below it need not be looked at; when too few are above, the query
 * is done anew without.
 */
export interface SweepSample {
  readonly rows: Int32Array;
  readonly place: number;
  /** Rows about to be above the guessed score. */
  readonly expectedAbove: number;
}

/** Undefined where a sample gains nothing. */
export function planSample(rowCount: number, dims: number, keep: number, queryCount: number): SweepSample | undefined {
  const sampleRows = Math.min(MOST_SAMPLE_ROWS, Math.floor(SAMPLE_BYTES / (4 * dims)), Math.floor(rowCount / LEAST_ROWS_EACH));
  const expected = (keep * sampleRows) / rowCount;
  const place = Math.ceil(expected + 3.3 * Math.sqrt(expected) + 2);
  const expectedAbove = (place * rowCount) / sampleRows;
  const lookedWithout = keep * (1 + Math.log(rowCount / keep));
  if (queryCount < LEAST_QUERIES || place > sampleRows / 4 || expectedAbove > 0.7 * lookedWithout) return undefined;
  const random = seededRandom(1);
  return { rows: Int32Array.from({ length: sampleRows }, () => randomInt(random, rowCount)), place, expectedAbove };
}

/** Bytes of the areas that selections of `count` queries in each of `bandCount` bands need. */
export function selectionAreas(count: number, bandCount: number, keep: number): { selections: number; keys: number; spare: number; rows: number; scores: number; sums: number } {
  return {
    selections: SELECTION_BYTES * count * bandCount,
    keys: 8 * selectionCapacity(keep) * count * bandCount,
    spare: selectionSpareBytes(keep),
    rows: 4 * keep,
    scores: 4 * keep,
    sums: 4 * (CHUNK_ROWS + 16),
  };
}

/** Address of the selection of a band's i-th query. */
export function selectionAt(bench: SweepBench, count: number, band: number, i: number): number {
  return bench.areas['selections']! + SELECTION_BYTES * (band * count + i);
}

/** Starts the selections of `count` queries in every band, above guessed scores where there are any. */
export function startSelections(bench: SweepBench, count: number, keep: number, guesses: readonly Float32Array[] | undefined): void {
  const { call } = bench.kernel;
  const capacity = selectionCapacity(keep);
  bench.bands.forEach((_, b) => {
    for (let i = 0; i < count; i += 1) {
      const selection = selectionAt(bench, count, b, i);
      call.selectionStart(selection, keep, capacity, bench.areas['keys']! + 8 * capacity * (b * count + i));
      if (guesses !== undefined) call.selectionGuess(selection, guesses[b]![i]!);
    }
  });
}

/** Scores of the place-th best rows of the sample, by band and query. The queries are placed already. */
export async function guessThresholds(bench: SweepBench, count: number, place: number, pause: () => Promise<void>): Promise<Float32Array[]> {
  const { kernel, bands, areas } = bench;
  startSelections(bench, count, place, undefined);
  await bench.multiplySample((rows, first) => {
    kernel.call.sweepChunk(bench.bandTable, bands.length, count, rows, first, areas['sums']!);
    return pause();
  });
  return bands.map((_, b) =>
    Float32Array.from({ length: count }, (_, i) => {
      const found = kernel.call.selectionFinish(selectionAt(bench, count, b, i), areas['rows']!, areas['scores']!, areas['spare']!);
      return kernel.floats(areas['scores']!, found)[place - 1] ?? -Infinity;
    }),
  );
}

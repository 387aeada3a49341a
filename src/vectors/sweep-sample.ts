import { randomInt, seededRandom } from '../base/random.ts';
import { selectionCapacity, selectionSpareBytes, SELECTION_BYTES } from '../math/kernel.ts';
import { CHUNK_ROWS, type SampleRows, type SweepBench } from './sweep-bench.ts';

/** With fewer queries the sample costs more than it saves. */
const LEAST_QUERIES = 24;
/** Rows of the sample that are to be among the wanted: with fewer the guess is vague, and more rows are looked at; with more the sample costs more than that. */
const SAMPLE_HITS = 26;
/** A query that finds too few costs a pass of its own over all rows: it is to be very rare. */
const DEVIATIONS = 4;
const LEAST_SAMPLE_ROWS = 1024;
const MOST_SAMPLE_ROWS = 4096;
/** Of a small corpus a smaller part is looked at: the sample is multiplied besides. */
const LEAST_ROWS_EACH = 8;
/** Where fewer rows are wanted than elsewhere, a part of the sample tells enough: so many rows, doubled until no more than this part of the most rows are about to be above the guess. */
const LEAST_PART_ROWS = 256;
const PART_ABOVE = 0.5;
/** The sample is held beside the vectors: wide ones get a smaller one. */
const SAMPLE_BYTES = 4 * 2 ** 20;

/**
 * A sample of rows that tells where a query's k-th best score will about lie: the score at a place in the sample, chosen so that all
 * k are above it but once in some twenty thousand times. Rows below it need not be looked at; when too few are above, the query
 * is done anew without.
 */
export interface SweepSample extends SampleRows {
  /** By prefix. */
  readonly places: readonly number[];
  /** By prefix: rows about to be above the guessed score. */
  readonly expectedAbove: readonly number[];
}

/**
 * @param keeps rows wanted at each prefix
 * @returns undefined where a sample gains nothing
 */
export function planSample(rowCount: number, dims: number, keeps: readonly number[], queryCount: number): SweepSample | undefined {
  const most = Math.max(...keeps);
  const enough = Math.max(LEAST_SAMPLE_ROWS, Math.ceil((SAMPLE_HITS * rowCount) / most));
  const sampleRows = Math.min(enough, MOST_SAMPLE_ROWS, Math.floor(SAMPLE_BYTES / (4 * dims)), Math.floor(rowCount / LEAST_ROWS_EACH));
  const places = keeps.map((keep) => placeIn(sampleRows, keep, rowCount));
  const mostAbove = (Math.max(...places) * rowCount) / sampleRows;
  const lookedWithout = most * (1 + Math.log(rowCount / most));
  if (queryCount < LEAST_QUERIES || Math.max(...places) > sampleRows / 4 || mostAbove > 0.7 * lookedWithout) return undefined;
  const random = seededRandom(1);
  const rows = Int32Array.from({ length: sampleRows }, () => randomInt(random, rowCount));
  const enoughFor = keeps.map((keep) => {
    let count = LEAST_PART_ROWS;
    while (count < sampleRows && placeIn(count, keep, rowCount) * rowCount > PART_ABOVE * mostAbove * count) count *= 2;
    return Math.min(count, sampleRows);
  });
  // What is added up for a prefix has to be there for all shorter ones.
  const counts = enoughFor.map((_, b) => Math.max(...enoughFor.slice(b)));
  // Each part rising: memory is read in its own order.
  for (const [b, count] of counts.entries()) rows.subarray(counts[b + 1] ?? 0, count).sort();
  const partPlaces = keeps.map((keep, b) => placeIn(counts[b]!, keep, rowCount));
  return { rows, counts, places: partPlaces, expectedAbove: partPlaces.map((place, b) => (place * rowCount) / counts[b]!) };
}

/** A place in a sample below which, but once in some twenty thousand times, the best `keep` of all rows end. */
function placeIn(sampleRows: number, keep: number, rowCount: number): number {
  const expected = (keep * sampleRows) / rowCount;
  return Math.ceil(expected + DEVIATIONS * Math.sqrt(expected) + 2);
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
export function startSelections(bench: SweepBench, count: number, keep: number, isGuessed: boolean): void {
  const { call } = bench.kernel;
  const capacity = selectionCapacity(keep);
  const guesses = bench.kernel.floats(bench.areas['guesses']!, count * bench.bands.length);
  bench.bands.forEach((_, b) => {
    for (let i = 0; i < count; i += 1) {
      const selection = selectionAt(bench, count, b, i);
      call.selectionStart(selection, keep, capacity, bench.areas['keys']! + 8 * capacity * (b * count + i));
      if (isGuessed) call.selectionGuess(selection, guesses[b * count + i]!);
    }
  });
}

/** Bytes of the areas that `guessThresholds` needs. */
export function sampleAreas(count: number, bandCount: number, sample: SweepSample | undefined): { guesses: number; samplePlaces: number; sampleSums: number; sampleCodes: number } {
  const rows = sample?.rows.length ?? 0;
  return { guesses: 4 * count * bandCount, samplePlaces: 8 * bandCount, sampleSums: 4 * (rows + 16), sampleCodes: 2 * (rows + 64) };
}

/** Writes scores that about the place-th best rows of the sample have to the area `guesses`, by band and query. The queries are placed already. */
export async function guessThresholds(bench: SweepBench, count: number, sample: SweepSample, pause: () => Promise<void>): Promise<void> {
  const { kernel, bands, areas } = bench;
  kernel.words(areas['samplePlaces']!, 2 * bands.length).set(sample.places.flatMap((place, b) => [place, sample.counts[b]!]));
  await bench.multiplySample((queries, first) => {
    kernel.call.guessChunk(
      bench.bandTable, bands.length, queries, areas['samplePlaces']!, areas['sampleSums']!, areas['sampleCodes']!, areas['guesses']! + 4 * first, count,
    );
    return pause();
  });
}

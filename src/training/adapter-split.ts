import { UserError } from '../base/errors.ts';
import { sampleWithoutReplacement, seededRandom } from '../base/random.ts';

/** Row numbers of three parts that share no row. */
export interface AdapterSplit {
  readonly train: Int32Array;
  /** Searched when a state of training is judged. */
  readonly validation: Int32Array;
  /** Searched for then. */
  readonly validationQueries: Int32Array;
}

export const MIN_ROWS = 200;
const VALIDATION_SHARE = 0.2;
const MAX_VALIDATION = 8000;
const MAX_QUERIES = 400;

/** Splits rows at random for training an adapter: four fifths (or all but 8,000) to learn from, the rest to judge by. @throws UserError below 200 rows. */
export function splitRows(count: number, seed: number): AdapterSplit {
  if (count < MIN_ROWS) throw new UserError('training/too-few-rows', `${count} rows are too few to train on, expected at least ${MIN_ROWS}`);
  const order = sampleWithoutReplacement(seededRandom(seed), count, count);
  const held = Math.min(MAX_VALIDATION, Math.floor(VALIDATION_SHARE * count));
  const queries = Math.min(MAX_QUERIES, Math.floor(held / 4));
  return { validationQueries: order.slice(0, queries), validation: order.slice(queries, held), train: order.slice(held) };
}

/** Some rows of a matrix, in the given order. */
export function takeRows(rows: Float32Array, dims: number, numbers: Int32Array, out: Float32Array = new Float32Array(numbers.length * dims)): Float32Array {
  numbers.forEach((row, place) => out.set(rows.subarray(row * dims, (row + 1) * dims), place * dims));
  return out;
}

/** @throws UserError unless the rows are whole. */
export function checkRows(rows: Float32Array, dims: number): void {
  if (!Number.isInteger(rows.length / dims)) throw new UserError('training/width', `${rows.length} numbers do not make whole rows of ${dims} dimensions`);
}

import { UserError } from '../../base/errors.ts';
import { sampleWithoutReplacement, seededRandom } from '../../base/random.ts';
import type { WorkOptions } from '../../base/progress.ts';
import { KEY_FIELD } from './collection-plan.ts';
import type { CollectionPlan } from './collection-plan.ts';
import type { MilvusContext } from './context.ts';
import { onLoaded } from './loaded.ts';
import { signBits, unitPrefix } from './vector-source.ts';
import type { VectorSource } from './vector-source.ts';

const SAMPLE_ROWS = 24;
/** Float32 goes there and back unchanged; half floats keep 11 bits. */
const TOLERANCE = { f32: 1e-6, f16: 1e-3, binary: 0 } as const;

/**
 * Reads a fixed sample of rows back and compares every number of every field with what was sent.
 * @throws UserError `milvus/verify` naming collection, row and field.
 */
export async function verifySample(context: MilvusContext, plan: CollectionPlan, source: VectorSource, work: WorkOptions = {}): Promise<void> {
  const { rowCount, fields } = plan.manifest;
  const picked = sampleWithoutReplacement(seededRandom(rowCount), rowCount, SAMPLE_ROWS);
  const rows = [...new Set([0, rowCount - 1, ...picked])];
  const found = await onLoaded(context, plan.name, work.signal, () =>
    context.milvus.query(
      { collection: plan.name, filter: `${KEY_FIELD} in [${rows.join(',')}]`, fields: [KEY_FIELD, ...fields.map((field) => field.name)], limit: rows.length },
      { signal: work.signal },
    ),
  );
  const byKey = new Map(found.map((row) => [Number(row[KEY_FIELD]), row]));
  const vector = new Float32Array(fields.reduce((most, field) => Math.max(most, field.dims), 0));
  const fail = (what: string): never => {
    throw new UserError('milvus/verify', `collection ${plan.name} at ${context.milvus.address}: ${what}`, { hint: 'drop the collection on the server and run again' });
  };
  for (const row of rows) {
    const stored = byKey.get(row);
    if (stored === undefined) return fail(`row ${row} is missing`);
    source.copyRow(row, vector);
    for (const field of fields) {
      const expected: ArrayLike<number> = field.precision === 'binary' ? signBits(vector, field.dims) : unitPrefix(vector, field.dims);
      const actual = numbersOf(stored[field.name]);
      if (actual.length !== expected.length) return fail(`row ${row} has ${actual.length} numbers in ${field.name}, expected ${expected.length}`);
      for (let j = 0; j < expected.length; j += 1) {
        if (!(Math.abs(actual[j]! - expected[j]!) <= TOLERANCE[field.precision])) return fail(`row ${row} holds ${actual[j]} at ${field.name}[${j}], expected ${expected[j]}`);
      }
    }
  }
}

function numbersOf(value: unknown): ArrayLike<number> {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return value as unknown as ArrayLike<number>;
  return [];
}

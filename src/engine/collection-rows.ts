import type { WorkOptions } from '../base/progress.ts';
import type { RowLint } from '../embedding/row-lint.ts';
import { readVectors } from '../stores/milvus/existing-rows.ts';
import { blockBoundaries, openVectorWriter } from '../vectors/vector-set.ts';
import type { VectorSet } from '../vectors/vector-set.ts';
import { readingContext } from './collection-corpus.ts';
import type { OpenCollection } from './collection-corpus.ts';
import type { OpenMilvus } from './milvus-connection.ts';

export interface CollectionRows {
  readonly vectors: VectorSet;
  /** Row-major, as they are in the collection; empty without held-out rows. */
  readonly heldOutVectors: Float32Array;
  readonly searchedKeys: readonly string[];
}

/** All vectors in one pass: those that are searched into the layout, those of held-out rows aside. */
export async function readRows(connection: OpenMilvus, collection: OpenCollection, heldOut: Int32Array | undefined, boundaries: readonly number[], lint: RowLint, memoryBytes: number | undefined, work: WorkOptions): Promise<CollectionRows> {
  const { keys, vectorField, view } = collection;
  const { dims } = vectorField;
  const place = new Map([...(heldOut ?? [])].map((row, query) => [row, query]));
  const rowOf = new Int32Array(keys.length);
  let rowCount = 0;
  for (let row = 0; row < keys.length; row += 1) if (!place.has(row)) rowOf[row] = rowCount++;
  const writer = openVectorWriter({ rowCount, dims, boundaries: blockBoundaries(dims, boundaries), memoryBytes, name: `${view.name}.${vectorField.name}` });
  const heldOutVectors = new Float32Array(place.size * dims);
  const vector = new Float32Array(dims);
  await readVectors(
    readingContext(connection),
    view,
    vectorField,
    keys,
    (index, values) => {
      const query = place.get(index);
      if (query !== undefined) {
        heldOutVectors.set(values, query * dims);
        return;
      }
      vector.set(values);
      lint.add(vector);
      writer.write(rowOf[index]!, vector);
    },
    work,
  );
  return { vectors: writer.finish(), heldOutVectors, searchedKeys: place.size === 0 ? keys : keys.filter((_, row) => !place.has(row)) };
}

import { throwIfCancelled } from '../../base/async.ts';
import type { WorkOptions } from '../../base/progress.ts';
import { KEY_FIELD } from './collection-plan.ts';
import type { MilvusContext } from './context.ts';
import { onLoaded } from './loaded.ts';
import { blocksOf, joined } from './row-ranges.ts';
import type { RowRange } from './row-ranges.ts';

const BLOCK_ROWS = 1_000;
/** Keys of one `id in [...]`. */
const KEYS_EACH = 1_000;

/**
 * Which blocks of rows are not there, told by their first and last row: rows are loaded in order, and a batch lies within a block or
 * spans whole ones. Cheap, and the count that follows would show a hole inside a block.
 */
export async function missingBlocks(context: MilvusContext, collection: string, rowCount: number, work: WorkOptions = {}): Promise<RowRange[]> {
  const blocks = blocksOf(rowCount, BLOCK_ROWS);
  const ends = [...new Set(blocks.flatMap((block) => [block.from, block.to - 1]))];
  const present = new Set<number>();
  for (let start = 0; start < ends.length; start += KEYS_EACH) {
    throwIfCancelled(work.signal);
    const keys = ends.slice(start, start + KEYS_EACH);
    for (const row of await presentKeys(context, collection, `${KEY_FIELD} in [${keys.join(',')}]`, keys.length, work)) present.add(row);
    work.onProgress?.({ phase: 'looking which rows Milvus has', done: Math.min(start + KEYS_EACH, ends.length), total: ends.length, unit: 'rows' });
  }
  return joined(blocks.filter((block) => !present.has(block.from) || !present.has(block.to - 1)));
}

/** Blocks in which any row is missing, or is there more than once: every key is read. For loads that were disturbed. */
export async function faultyBlocks(context: MilvusContext, collection: string, rowCount: number, work: WorkOptions = {}): Promise<RowRange[]> {
  const faulty: RowRange[] = [];
  for (const block of blocksOf(rowCount, BLOCK_ROWS)) {
    throwIfCancelled(work.signal);
    const filter = `${KEY_FIELD} >= ${block.from} and ${KEY_FIELD} < ${block.to}`;
    const size = block.to - block.from;
    const present = await presentKeys(context, collection, filter, size * 2, work);
    // Servers that keep duplicates hide them from queries; only the count shows them.
    const count = context.server.isLite ? present.size : await onLoaded(context, collection, work.signal, () => context.milvus.count(collection, { filter, signal: work.signal }));
    if (present.size !== size || count !== size) faulty.push(block);
    work.onProgress?.({ phase: 'checking every row in Milvus', done: block.to, total: rowCount, unit: 'rows' });
  }
  return joined(faulty);
}

async function presentKeys(context: MilvusContext, collection: string, filter: string, limit: number, work: WorkOptions): Promise<Set<number>> {
  const { signal } = work;
  const rows = await onLoaded(context, collection, signal, () => context.milvus.query({ collection, filter, fields: [KEY_FIELD], limit }, { signal }));
  return new Set(rows.map((row) => Number(row[KEY_FIELD])));
}

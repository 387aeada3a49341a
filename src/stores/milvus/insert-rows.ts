import { sleep, throwIfCancelled, yieldToLoop } from '../../base/async.ts';
import { CancelledError, UserError } from '../../base/errors.ts';
import type { WorkOptions } from '../../base/progress.ts';
import { KEY_FIELD } from './collection-plan.ts';
import type { CollectionPlan } from './collection-plan.ts';
import type { MilvusContext } from './context.ts';
import { faultOf, kindOf } from './faults.ts';
import type { RowRange } from './row-ranges.ts';
import { fieldValueOf } from './vector-source.ts';
import type { VectorSource } from './vector-source.ts';

const MOST_ROWS = 1_000;
const FEWEST_ROWS = 20;
/** gRPC messages of servers are limited (64 MiB and more), and a message queue behind them takes a few MB at once. */
const BATCH_BYTES = 8 * 2 ** 20;
const MOST_TRIES = 6;

export interface InsertOptions extends WorkOptions {
  readonly phase: string;
  /** Rows that are there already, for the progress. */
  readonly doneBefore: number;
  /** Replace rows that may be there, on servers where a second insert would double them. */
  readonly upsert: boolean;
}

export interface InsertOutcome {
  /** The server went away or a batch's fate was unknown: everything has to be counted. */
  readonly isDisturbed: boolean;
}

/**
 * Sends the rows of the ranges in order, one batch on the wire at a time: the next leaves when the server has acknowledged the last, and
 * batches shrink when it is overloaded or slow. A batch whose fate is unknown (the server died, a time-out) is sent again in the way
 * that cannot double a row.
 * @throws UserError `milvus/disk-full`, `milvus/unreachable` (after the connection's patience), `milvus/no-collection` …; CancelledError
 */
export async function insertRows(context: MilvusContext, plan: CollectionPlan, source: VectorSource, ranges: readonly RowRange[], options: InsertOptions): Promise<InsertOutcome> {
  const { milvus } = context;
  const { signal } = options;
  const total = plan.manifest.rowCount;
  const bytesEach = plan.manifest.fields.reduce((sum, field) => sum + field.dims * 4, 8);
  const mostRows = Math.max(1, Math.min(MOST_ROWS, Math.floor(BATCH_BYTES / bytesEach)));
  let batchRows = mostRows;
  let isDisturbed = false;
  let isInDoubt = false;
  let tries = 0;
  let done = options.doneBefore;
  options.onProgress?.({ phase: options.phase, done, total, unit: 'rows' });

  for (const range of ranges) {
    for (let at = range.from; at < range.to; ) {
      throwIfCancelled(signal);
      const count = Math.min(batchRows, range.to - at);
      const rows = rowsOf(plan, source, at, count);
      try {
        await milvus.insert(plan.name, rows, {
          // Milvus Lite overwrites by key; elsewhere a second insert of a key doubles the row.
          upsert: (options.upsert || isInDoubt) && !context.server.isLite,
          timeoutMs: context.times.insertMs,
          signal,
        });
      } catch (error) {
        if (error instanceof CancelledError || !(error instanceof UserError)) throw error;
        tries += 1;
        const kind = kindOf(error);
        switch (kind) {
          case 'unreachable':
          case 'starting':
            if (tries > MOST_TRIES) throw error;
            isInDoubt = isDisturbed = true;
            // Waits, with the connection's patience, until the server is back, and sees that the collection is still there.
            if ((await milvus.describe(plan.name, { signal })) === undefined) {
              throw faultOf({ code: 100, error_code: 'CollectionNotExists', reason: `collection ${plan.name} is gone` }, 'loading rows', milvus.address);
            }
            break;
          case 'timeout':
          case 'overloaded':
            if (tries > MOST_TRIES) throw error;
            isInDoubt = isDisturbed = true;
            batchRows = Math.max(Math.min(FEWEST_ROWS, mostRows), Math.floor(batchRows / 2));
            await sleep(Math.min(250 * 2 ** tries, 8_000), signal);
            break;
          case 'server':
            // A collection that is being dropped refuses in odd words; asked once more it says that it is gone.
            if (tries > 1) throw error;
            isInDoubt = isDisturbed = true;
            await sleep(250, signal);
            break;
          default:
            throw error;
        }
        continue;
      }
      at += count;
      done += count;
      tries = 0;
      isInDoubt = false;
      if (batchRows < mostRows) batchRows = Math.min(mostRows, batchRows + Math.ceil(batchRows / 4));
      options.onProgress?.({ phase: options.phase, done, total, unit: 'rows' });
      await yieldToLoop();
    }
  }
  return { isDisturbed };
}

function rowsOf(plan: CollectionPlan, source: VectorSource, from: number, count: number): Record<string, number | number[]>[] {
  const longest = plan.manifest.fields.reduce((most, field) => Math.max(most, field.dims), 0);
  const row = new Float32Array(longest);
  return Array.from({ length: count }, (_, index) => {
    source.copyRow(from + index, row);
    const out: Record<string, number | number[]> = { [KEY_FIELD]: from + index };
    for (const field of plan.manifest.fields) out[field.name] = fieldValueOf(row, field.dims, field.precision) as number[];
    return out;
  });
}

import type { RecordSource } from './records.ts';

/** Shards of one table as one source. Lines count within the shard; errors name the shard. */
export function joinRecords(folder: string, shards: readonly RecordSource[]): RecordSource {
  const sizeBytes = shards.reduce((sum, shard) => sum + shard.sizeBytes, 0);
  return {
    file: folder,
    format: shards[0]!.format,
    encoding: shards[0]!.encoding,
    sizeBytes,
    warnings: [`${shards.length} files are read one after the other`, ...new Set(shards.flatMap((shard) => shard.warnings))],
    columns: shards[0]!.columns,
    lineUnit: shards[0]!.lineUnit,
    async *batches(work = {}) {
      let before = 0;
      for (const shard of shards) {
        const start = before;
        for await (const batch of shard.batches({ ...work, onRead: (bytes) => work.onRead?.(start + bytes) })) yield batch.map((record) => ({ ...record, file: shard.file }));
        before += shard.sizeBytes;
      }
    },
  };
}

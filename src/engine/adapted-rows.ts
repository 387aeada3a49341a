import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { formatCount, formatPercent } from '../base/format.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { Embedder } from '../embedding/embedder.ts';
import { checkAdapterFits, readAdapter } from '../training/adapter-file.ts';
import type { Adapter } from '../training/adapter-file.ts';
import { applyAdapter } from '../training/apply-adapter.ts';

/** Reads the adapter that `--adapter` names, if any. @throws UserError when it is none, or was made for vectors of another width. */
export async function adapterFor(path: string | undefined, dims: number): Promise<Adapter | undefined> {
  if (path === undefined) return undefined;
  const adapter = await readAdapter(path);
  checkAdapterFits(adapter, dims, path);
  return adapter;
}

/** Turned at once: enough rows that opening the product costs nothing beside it. */
const TURN_ROWS = 8192;

/** Rows turned by the adapter, chunk by chunk; the same rows without one. */
export async function* adaptedRows(chunks: AsyncIterable<Float32Array>, dims: number, adapter: Adapter | undefined, work: WorkOptions = {}): AsyncGenerator<Float32Array> {
  if (adapter === undefined) {
    yield* chunks;
    return;
  }
  const buffer = new Float32Array(TURN_ROWS * dims);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; ) {
      const take = Math.min(chunk.length - start, buffer.length - filled);
      buffer.set(chunk.subarray(start, start + take), filled);
      filled += take;
      start += take;
      if (filled === buffer.length) {
        yield await applyAdapter(adapter, buffer, dims, { signal: work.signal });
        filled = 0;
      }
    }
  }
  if (filled > 0) yield await applyAdapter(adapter, buffer.subarray(0, filled), dims, { signal: work.signal });
}

/** The model with the adapter behind it: what it embeds is turned. */
export function adaptedEmbedder(embedder: Embedder, adapter: Adapter): Embedder {
  return { ...embedder, embed: async (texts, role, work) => applyAdapter(adapter, await embedder.embed(texts, role, work), embedder.card.dims, { signal: work?.signal }) };
}

/** Tells adapters apart: the beginning of the matrix' SHA-256. */
export function adapterHash({ matrix }: Adapter): string {
  return createHash('sha256').update(new Uint8Array(matrix.buffer, matrix.byteOffset, matrix.byteLength)).digest('hex').slice(0, 10);
}

/** What a report says of vectors that an adapter turned. */
export function adapterRemark(adapter: Adapter, path: string): string {
  const { prefixes, corpus, method, figures } = adapter.provenance;
  const kept = Object.entries(figures).find(([name]) => /^recall@\d+ (pca|adapter) /.test(name) && name.endsWith(` ${adapter.dims}`));
  const apart = kept === undefined || kept[1] > 0.9995 ? '' : `; of the untouched vectors' own these were ${formatPercent(kept[1])} when it was made`;
  return `vectors are turned by the adapter ${basename(path)} (${method}, trained on ${formatCount(corpus.count)} rows of ${corpus.name} for ${prefixes.join(', ')}); true neighbours are those of the turned vectors at full dimension${apart}`;
}

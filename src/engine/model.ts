import { join } from 'node:path';
import type { WorkOptions } from '../base/progress.ts';
import { embedCached } from '../embedding/cache.ts';
import type { Embedder } from '../embedding/embedder.ts';
import { openEmbedder } from '../embedding/open-embedder.ts';

export const STARTER_ID = 'starter';

/** The embedder that `--model` names: the bundled starter, a downloaded model's id, or a folder. @throws UserError when there is no such model. */
export function openModel(model: string | undefined, context: { readonly resourcesDir: string; readonly dataDir: string }, work: WorkOptions = {}): Promise<Embedder> {
  return openEmbedder(model ?? STARTER_ID, { modelsDir: join(context.dataDir, 'models'), resources: context.resourcesDir, signal: work.signal });
}

export interface EmbeddedTexts {
  /** Row-major chunks in order. */
  readonly rows: AsyncIterable<Float32Array>;
  readonly fromCache: boolean;
}

/** Embeds through the cache. Rows are read back chunk by chunk: a large corpus is never held twice. */
export async function embedTexts(embedder: Embedder, texts: readonly string[], role: 'document' | 'query', cacheDir: string, work: WorkOptions): Promise<EmbeddedTexts> {
  const cached = await embedCached(embedder, texts, role, cacheDir, work);
  async function* rows(): AsyncGenerator<Float32Array> {
    for await (const chunk of cached.chunks()) yield chunk.rows;
  }
  return { rows: rows(), fromCache: cached.fromCache };
}

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { showValue, UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { embedCached } from '../embedding/cache.ts';
import type { Embedder } from '../embedding/embedder.ts';
import { openLocalEmbedder } from '../embedding/local-embedder.ts';

export const STARTER_ID = 'starter';

/** The embedder that `--model` names: the bundled starter, a downloaded or local folder. @throws UserError when there is no such model. */
export async function openModel(model: string | undefined, context: { readonly resourcesDir: string; readonly dataDir: string }, work: WorkOptions = {}): Promise<Embedder> {
  if (model === undefined || model === STARTER_ID) {
    return openLocalEmbedder(join(context.resourcesDir, 'models', 'starter'), { id: STARTER_ID, signal: work.signal });
  }
  if (await isFolder(model)) return openLocalEmbedder(model, { signal: work.signal });
  const downloaded = join(context.dataDir, 'models', ...model.split('/'));
  if (/^[\w.-]+(\/[\w.-]+)?$/.test(model) && !model.includes('..') && (await isFolder(downloaded))) return openLocalEmbedder(downloaded, { id: model, signal: work.signal });
  throw new UserError('model/missing', `there is no model ${showValue(model)}: no folder of that name, and it is not downloaded`, { hint: 'models lists what there is' });
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
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

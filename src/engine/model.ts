import { join } from 'node:path';
import type { WorkOptions } from '../base/progress.ts';
import { embedCached, type TextSequence } from '../embedding/cache.ts';
import type { Embedder } from '../embedding/embedder.ts';
import { dtypeOf } from '../embedding/model-folder.ts';
import { openEmbedder } from '../embedding/open-embedder.ts';
import type { Recipe } from '../embedding/recipe.ts';

const STARTER_ID = 'starter';

/** What a run says of its model, besides which one. */
export interface ModelOptions {
  readonly dtype?: string | undefined;
  readonly documentPrompt?: string | undefined;
  readonly queryPrompt?: string | undefined;
}

/** The embedder that `--model` names: the bundled starter, a downloaded model's id, a folder, a server. @throws UserError when there is no such model. */
export async function openModel(model: string | undefined, options: ModelOptions, context: { readonly resourcesDir: string; readonly dataDir: string; readonly apiKey?: string | undefined }, work: WorkOptions = {}): Promise<Embedder> {
  return openEmbedder(model ?? STARTER_ID, { modelsDir: join(context.dataDir, 'models'), resources: context.resourcesDir, signal: work.signal, dtype: options.dtype === undefined ? undefined : dtypeOf(options.dtype), override: promptsOf(options), apiKey: context.apiKey });
}

function promptsOf({ documentPrompt, queryPrompt }: ModelOptions): Partial<Recipe> {
  return { ...(documentPrompt === undefined ? {} : { documentPrompt }), ...(queryPrompt === undefined ? {} : { queryPrompt }) };
}

export interface EmbeddedTexts {
  /** Row-major chunks in order. */
  readonly rows: AsyncIterable<Float32Array>;
  readonly fromCache: boolean;
}

/** Embeds through the cache. Rows are read back chunk by chunk: a large corpus is never held twice. */
export async function embedTexts(embedder: Embedder, texts: TextSequence, role: 'document' | 'query', cacheDir: string, work: WorkOptions): Promise<EmbeddedTexts> {
  const cached = await embedCached(embedder, texts, role, cacheDir, work);
  async function* rows(): AsyncGenerator<Float32Array> {
    for await (const chunk of cached.chunks()) yield chunk.rows;
  }
  return { rows: rows(), fromCache: cached.fromCache };
}

import type { Embedder } from '../../src/embedding/embedder.ts';
import { embedCached } from '../../src/embedding/cache.ts';

/** 60 blocks: each takes a few milliseconds, so that a kill can fall into any of them. */
export const killTexts = Array.from({ length: 60 * 1024 - 100 }, (_, row) => `text ${row}`);
const dims = 16;

export const killEmbedder: Embedder = {
  card: { id: 'kill', name: 'kill', dims, trainedDims: [], pooling: 'none', layerNorm: false, documentPrompt: '', queryPrompt: '', maxTokens: 1, revision: 'kill', warnings: [] },
  async embed(texts) {
    const out = new Float32Array(texts.length * dims);
    texts.forEach((text, row) => {
      for (let d = 0; d < dims; d += 1) out[row * dims + d] = Math.sin(Number(text.slice(5)) + d);
    });
    await new Promise((resolve) => setTimeout(resolve, 2));
    return out;
  },
  async close() {},
};

// As a process of its own: `node kill-child.mjs CACHE_DIR`; says "ready", then embeds.
const cacheDir = process.env['KILL_CHILD_CACHE'];
if (cacheDir !== undefined) {
  process.stdout.write('ready\n');
  const { npyPath } = await embedCached(killEmbedder, killTexts, 'document', cacheDir);
  process.stdout.write(`done ${npyPath}\n`);
}

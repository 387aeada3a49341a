import { join } from 'node:path';
import { sliceOf, throwIfCancelled } from '../base/async.ts';
import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { type DenseLayer, loadDense } from './dense.ts';
import type { Embedder, ModelCard } from './embedder.ts';
import { type Dtype, type ModelFolder, modelRevision, readModelFolder } from './model-folder.ts';
import { layerNormInPlace, normaliseInPlace, poolTokens } from './pooling.ts';
import type { Recipe } from './recipe.ts';
import { openTable } from './static-embedding.ts';
import type { Graph, TokenBatch, Tokenizer } from './transformers.ts';

export interface LocalOptions {
  /** Shown and kept in manifests; the folder's name unless given. */
  readonly id?: string | undefined;
  /** Number format of the weights; fp32 when there is one, else the best there is. */
  readonly dtype?: Dtype | undefined;
  /** What the catalogue knows better than the folder. */
  readonly override?: Partial<Recipe> | undefined;
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Tokenised at once; large enough for the sort by length to pay, small enough to yield in between. */
const tokeniseCount = 512;
/** Texts and padded tokens in a batch. Few tokens keep a transformer's activations in cache (MiniLM, 2 cores: 512 tokens 342 texts/s, 16 texts 326); a table wants few calls. */
const transformerBatch = 64;
const batchTokens = 512;
const staticBatch = 256;
const staticBatchTokens = 65536;

/** Opens a model folder as an embedder. @throws UserError naming the file that is missing or cannot be run. */
export async function openLocalEmbedder(folder: string, options: LocalOptions = {}): Promise<Embedder> {
  const model = await readModelFolder(folder, options);
  const { loadGraph, loadTokenizer } = await import('./transformers.ts');
  const open = async <T>(file: string, load: () => Promise<T>): Promise<T> => {
    try {
      return await load();
    } catch (error) {
      throw error instanceof UserError ? error : new UserError('embedding/cannot-load', `cannot be loaded: ${(error as Error).message.slice(0, 300)}`, { place: { file }, cause: error });
    }
  };
  const { weights } = model;
  const tokenizerFolder = weights.kind === 'table' ? join(weights.file, '..') : model.folder;
  const tokenizer = await open(join(tokenizerFolder, 'tokenizer.json'), () => loadTokenizer(tokenizerFolder));
  const dense = await Promise.all(model.dense.map((layer) => loadDense(layer)));
  const graph = await open(weights.file, () => (weights.kind === 'table' ? openTable(weights.file) : loadGraph(model.folder, { dtype: weights.dtype, subfolder: weights.subfolder, threads: options.threads ?? 2 })));
  const runner: Runner = { model, tokenizer, graph, dense };
  const dims = (await open(weights.file, () => embedBatch(runner, [tokenizer.encode(['probe'], model.recipe.maxTokens, model.specialTokens)[0]!], 0)))[0]!.length;
  const card: ModelCard = {
    id: options.id ?? model.name,
    name: model.name,
    dims,
    ...model.recipe,
    trainedDims: checkTrained(model.recipe.trainedDims, dims, model.folder),
    dtype: weights.kind === 'onnx' ? weights.dtype : 'fp32',
    revision: await modelRevision(model, options.signal),
    warnings: model.warnings,
  };
  let closed = false;
  return {
    card,
    embed: (texts, role, work) => {
      if (closed) throw new Error(`${card.name} is closed`);
      return embedAll(runner, dims, texts, role, work);
    },
    async close() {
      if (closed) return;
      closed = true;
      await graph.close();
    },
  };
}

interface Runner {
  readonly model: ModelFolder;
  readonly tokenizer: Tokenizer;
  readonly graph: Graph;
  readonly dense: readonly DenseLayer[];
}

async function embedAll(runner: Runner, dims: number, texts: readonly string[], role: 'document' | 'query', work: WorkOptions = {}): Promise<Float32Array> {
  const { model, tokenizer } = runner;
  const prompt = role === 'document' ? model.recipe.documentPrompt : model.recipe.queryPrompt;
  const pause = sliceOf(work.signal);
  const tokens: (readonly number[])[] = [];
  for (let start = 0; start < texts.length; start += tokeniseCount) {
    const slice = texts.slice(start, start + tokeniseCount).map((text) => (model.lowerCase ? (prompt + text).toLowerCase() : prompt + text));
    tokens.push(...tokenizer.encode(slice, model.recipe.maxTokens, model.specialTokens));
    await pause();
  }
  const excluded = model.excludesPrompt && prompt !== '' ? promptTokens(runner, prompt) : 0;
  const out = new Float32Array(texts.length * dims);
  // Longest first: little padding, and memory is at its highest at once rather than at the end.
  const order = tokens.map((_, row) => row).sort((a, b) => tokens[b]!.length - tokens[a]!.length || a - b);
  const [most, budget] = model.isStatic ? [staticBatch, staticBatchTokens] : [transformerBatch, batchTokens];
  for (let done = 0; done < order.length; ) {
    throwIfCancelled(work.signal);
    const longest = Math.max(1, tokens[order[done]!]!.length);
    const rows = order.slice(done, done + Math.max(1, Math.min(most, Math.floor(budget / longest))));
    const vectors = await embedBatch(runner, rows.map((row) => tokens[row]!), excluded);
    rows.forEach((row, index) => out.set(vectors[index]!, row * dims));
    done += rows.length;
    work.onProgress?.({ phase: role === 'document' ? 'embedding documents' : 'embedding queries', done, total: texts.length, unit: 'texts' });
    await pause();
  }
  return out;
}

/** Vectors of one batch, pooled, through the dense layers, layer-normed where the recipe says so, L2-normalised. */
async function embedBatch({ model, tokenizer, graph, dense }: Runner, tokens: readonly (readonly number[])[], excluded: number): Promise<Float32Array[]> {
  const batch = padBatch(tokens, tokenizer.padId);
  const output = await graph.run(batch);
  return tokens.map((ids, row) => {
    let vector: Float32Array;
    if (output.kind === 'sentences') vector = output.data.slice(row * output.dims, (row + 1) * output.dims);
    else {
      vector = new Float32Array(output.dims);
      const keep = new Uint8Array(batch.width);
      keep.fill(1, Math.min(excluded, ids.length), ids.length);
      poolTokens(output.data, row, batch.width, output.dims, keep, model.recipe.pooling, vector);
      // A graph that pools by itself has its dense layers inside.
      for (const layer of dense) vector = layer.apply(checkWidth(vector, layer, model.folder));
    }
    if (model.recipe.layerNorm) layerNormInPlace(vector);
    normaliseInPlace(vector);
    return vector;
  });
}

function padBatch(tokens: readonly (readonly number[])[], padId: number): TokenBatch {
  let width = 1;
  for (const ids of tokens) width = Math.max(width, ids.length);
  const ids = new BigInt64Array(tokens.length * width);
  const mask = new BigInt64Array(tokens.length * width);
  // The low halves of little-endian 64-bit numbers: a BigInt for each token took a fifth of a static model's time.
  const lowIds = new Int32Array(ids.buffer);
  const lowMask = new Int32Array(mask.buffer);
  for (let row = 0; row < tokens.length; row += 1) {
    const own = tokens[row]!;
    const start = row * width;
    for (let at = 0; at < own.length; at += 1) {
      lowIds[2 * (start + at)] = own[at]!;
      lowMask[2 * (start + at)] = 1;
    }
    for (let at = own.length; at < width; at += 1) lowIds[2 * (start + at)] = padId;
  }
  return { count: tokens.length, width, ids, mask };
}

/** How many tokens the prompt alone takes, without the closing special token: what sentence-transformers leaves out of the pooling. */
function promptTokens({ tokenizer, model }: Runner, prompt: string): number {
  const withSpecial = tokenizer.encode([prompt], model.recipe.maxTokens, true)[0]!.length;
  const without = tokenizer.encode([prompt], model.recipe.maxTokens, false)[0]!.length;
  return withSpecial - without >= 2 ? withSpecial - 1 : withSpecial;
}

function checkWidth(vector: Float32Array, layer: DenseLayer, folder: string): Float32Array {
  if (vector.length === layer.inDims) return vector;
  throw new UserError('embedding/bad-model', `a dense layer takes ${layer.inDims} dims, but gets ${vector.length}`, { place: { file: folder } });
}

function checkTrained(trained: readonly number[], dims: number, folder: string): readonly number[] {
  const beyond = trained.find((prefix) => prefix > dims);
  if (beyond !== undefined) throw new UserError('embedding/bad-model', `says it was trained for ${beyond} dims, but gives ${dims}`, { place: { file: folder } });
  return trained;
}

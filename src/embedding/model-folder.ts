import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { throwIfCancelled } from '../base/async.ts';
import { showValue, UserError } from '../base/errors.ts';
import type { Pooling } from './embedder.ts';
import { dimsListOf, type JsonObject, positiveOf, readJsonObject, stringOf } from './json-file.ts';
import type { Recipe } from './recipe.ts';
import { type DenseFile, readSentenceTransformers } from './sentence-transformers.ts';

/** Number formats of ONNX files and how their names end, as transformers.js and the hub's exports name them. */
export const dtypeSuffixes = {
  fp32: '',
  fp16: '_fp16',
  int8: '_int8',
  uint8: '_uint8',
  q8: '_quantized',
  q4: '_q4',
  q4f16: '_q4f16',
  bnb4: '_bnb4',
} as const;
export type Dtype = keyof typeof dtypeSuffixes;

/** Where the numbers come from: an ONNX graph, or the bare table of a sentence-transformers StaticEmbedding. */
export type Weights =
  | { readonly kind: 'onnx'; readonly file: string; readonly subfolder: string; readonly dtype: Dtype }
  | { readonly kind: 'table'; readonly file: string };

/** A model on this disk, as its own files describe it. */
export interface ModelFolder {
  readonly folder: string;
  readonly name: string;
  readonly modelType: string;
  readonly weights: Weights;
  readonly recipe: Recipe;
  readonly dense: readonly DenseFile[];
  readonly excludesPrompt: boolean;
  readonly lowerCase: boolean;
  /** [CLS], [SEP] and the like are put around each text. */
  readonly specialTokens: boolean;
  /** No layers above the token table: batches can be large. */
  readonly isStatic: boolean;
  readonly warnings: readonly string[];
}

/**
 * Reads everything a model folder says of itself: config.json, modules.json and what it names, tokenizer_config.json, funnelscope.json.
 * `override` (the catalogue) wins over funnelscope.json, which wins over sentence-transformers' files.
 * @throws UserError naming the one file that is missing or wrong.
 */
export async function readModelFolder(path: string, options: { readonly dtype?: Dtype | undefined; readonly override?: Partial<Recipe> | undefined } = {}): Promise<ModelFolder> {
  const folder = resolve(path);
  const info = await stat(folder).catch(() => undefined);
  if (info === undefined) throw new UserError('embedding/no-model', `there is no model folder ${showValue(folder, 200)}`);
  if (!info.isDirectory()) throw new UserError('embedding/no-model', 'is a file, expected a model folder with config.json, tokenizer.json and onnx/model.onnx', { place: { file: folder } });
  const config = await readJsonObject(folder, 'config.json');
  const st = await readSentenceTransformers(folder);
  const own = checkOwn((await readJsonObject(folder, 'funnelscope.json')) ?? {}, join(folder, 'funnelscope.json'));
  const tokenizer = (await readJsonObject(folder, 'tokenizer_config.json')) ?? {};
  const root = st?.kind === 'static' ? st.path : '';
  const weights = await findWeights(folder, st?.kind === 'static' ? st.path : undefined, options.dtype);
  if (config === undefined && weights.kind === 'onnx') throw missing(folder, 'config.json');
  if (!(await isFile(join(folder, root, 'tokenizer.json')))) throw missing(folder, join(root, 'tokenizer.json'));
  const modelType = stringOf(config?.['model_type']) ?? (st?.kind === 'static' ? 'static' : 'unknown');
  const isStatic = weights.kind === 'table' || modelType === 'model2vec' || modelType === 'static';
  const pooling = options.override?.pooling ?? own.pooling ?? st?.pooling;
  const warnings: string[] = [];
  if (pooling === undefined && !isStatic) warnings.push('the folder does not say how to pool (no 1_Pooling/config.json): the mean is used');
  const recipe: Recipe = {
    pooling: pooling ?? 'mean',
    layerNorm: options.override?.layerNorm ?? own.layerNorm ?? false,
    documentPrompt: options.override?.documentPrompt ?? own.documentPrompt ?? st?.documentPrompt ?? '',
    queryPrompt: options.override?.queryPrompt ?? own.queryPrompt ?? st?.queryPrompt ?? '',
    maxTokens: options.override?.maxTokens ?? own.maxTokens ?? st?.maxTokens ?? modelMaxTokens(config, tokenizer),
    trainedDims: options.override?.trainedDims ?? own.trainedDims ?? dimsListOf(config?.['matryoshka_dimensions']) ?? [],
    licence: options.override?.licence ?? own.licence ?? (await licenceOf(folder)),
  };
  if (weights.kind === 'onnx' && weights.dtype !== 'fp32' && !isStatic) warnings.push(`${weights.dtype} weights: vectors differ from fp32's by the quantisation's own loss`);
  return {
    folder,
    name: stringOf(own.name) ?? basename(folder),
    modelType,
    weights,
    recipe,
    dense: st?.dense ?? [],
    excludesPrompt: st?.excludesPrompt === true,
    lowerCase: st?.lowerCase === true,
    specialTokens: own.specialTokens ?? !isStatic,
    isStatic,
    warnings,
  };
}

/** sha256 over the weights, the tokenizer and the recipe: it changes whenever the vectors would. */
export async function modelRevision(model: ModelFolder, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const data = `${model.weights.file}_data`;
  const tokenizer = model.weights.kind === 'table' ? join(model.weights.file, '..', 'tokenizer.json') : join(model.folder, 'tokenizer.json');
  const files = [model.weights.file, ...((await isFile(data)) ? [data] : []), tokenizer, ...model.dense.map((layer) => layer.file)];
  for (const file of files) {
    hash.update(`\n${basename(file)}\n`);
    for await (const chunk of createReadStream(file, { highWaterMark: 4 * 1024 * 1024 })) {
      throwIfCancelled(signal);
      hash.update(chunk as Buffer);
    }
  }
  const { pooling, layerNorm, maxTokens } = model.recipe;
  hash.update(JSON.stringify([pooling, layerNorm, maxTokens, model.lowerCase, model.specialTokens, model.excludesPrompt, model.dense.map((layer) => [layer.inDims, layer.outDims, layer.activation])]));
  return hash.digest('hex');
}

async function findWeights(folder: string, tableFolder: string | undefined, dtype: Dtype | undefined): Promise<Weights> {
  const tried: Dtype[] = dtype === undefined ? ['fp32', 'fp16', 'q8', 'int8', 'uint8', 'q4'] : dtype === 'int8' ? ['int8', 'q8'] : dtype === 'q8' ? ['q8', 'int8'] : [dtype];
  for (const one of tried) {
    for (const subfolder of ['onnx', '']) {
      const file = join(folder, subfolder, `model${dtypeSuffixes[one]}.onnx`);
      if (await isFile(file)) return { kind: 'onnx', file, subfolder, dtype: one };
    }
  }
  if (tableFolder !== undefined) {
    const file = join(folder, tableFolder, 'model.safetensors');
    if (await isFile(file)) return { kind: 'table', file };
    throw missing(folder, join(tableFolder, 'model.safetensors'));
  }
  const wanted = `onnx/model${dtypeSuffixes[tried[0]!]}.onnx`;
  const hasTorch = (await isFile(join(folder, 'model.safetensors'))) || (await isFile(join(folder, 'pytorch_model.bin')));
  throw missing(folder, wanted, hasTorch ? 'it holds PyTorch weights only: export them with `optimum-cli export onnx --task feature-extraction`' : undefined);
}

/** Which number formats of its weights a model folder holds, and how large they are (a table of a static model is fp32). */
export async function weightsIn(folder: string): Promise<{ dtype: Dtype; sizeBytes: number }[]> {
  const found: { dtype: Dtype; sizeBytes: number }[] = [];
  for (const [dtype, suffix] of Object.entries(dtypeSuffixes) as [Dtype, string][]) {
    for (const subfolder of ['onnx', '']) {
      const file = join(folder, subfolder, `model${suffix}.onnx`);
      const size = (await stat(file).catch(() => undefined))?.size;
      if (size === undefined) continue;
      found.push({ dtype, sizeBytes: size + ((await stat(`${file}_data`).catch(() => undefined))?.size ?? 0) });
      break;
    }
  }
  return found;
}

/** @throws UserError for a name that is no number format. */
export function dtypeOf(name: string): Dtype {
  const found = (Object.keys(dtypeSuffixes) as Dtype[]).find((known) => known === name.toLowerCase());
  if (found === undefined) throw new UserError('embedding/dtype', `unknown number format ${showValue(name)}, expected one of ${Object.keys(dtypeSuffixes).join(', ')}`);
  return found;
}

function missing(folder: string, name: string, hint?: string): UserError {
  return new UserError('embedding/missing-file', `the model folder has no ${name}`, { place: { file: folder }, hint });
}

async function isFile(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isFile() === true;
}

interface OwnSettings extends Partial<Recipe> {
  readonly name?: string | undefined;
  readonly specialTokens?: boolean | undefined;
}

const poolings: readonly Pooling[] = ['mean', 'cls', 'last-token', 'none'];

/** funnelscope.json, each known key checked. */
function checkOwn(own: JsonObject, file: string): OwnSettings {
  const wrong = (key: string, expected: string): never => {
    throw new UserError('embedding/bad-model', `${JSON.stringify(key)} is ${showValue(own[key])}, expected ${expected}`, { place: { file } });
  };
  const text = (key: string): string | undefined => (own[key] === undefined ? undefined : (stringOf(own[key]) ?? wrong(key, 'text')));
  const flag = (key: string): boolean | undefined => (own[key] === undefined ? undefined : typeof own[key] === 'boolean' ? own[key] : wrong(key, 'true or false'));
  const pooling = text('pooling');
  return {
    name: text('name'),
    pooling: pooling === undefined ? undefined : (poolings.find((known) => known === pooling) ?? wrong('pooling', `one of ${poolings.join(', ')}`)),
    layerNorm: flag('layerNorm'),
    specialTokens: flag('specialTokens'),
    documentPrompt: text('documentPrompt'),
    queryPrompt: text('queryPrompt'),
    maxTokens: own['maxTokens'] === undefined ? undefined : (positiveOf(own['maxTokens']) ?? wrong('maxTokens', 'a positive number')),
    trainedDims: own['trainedDims'] === undefined ? undefined : (dimsListOf(own['trainedDims']) ?? wrong('trainedDims', 'a list of whole numbers')),
    licence: text('licence'),
  };
}

/** The tokenizer's limit and the position table's, whichever is smaller; Hugging Face writes 1e30 for "none". */
function modelMaxTokens(config: JsonObject | undefined, tokenizer: JsonObject): number {
  const limits = [tokenizer['model_max_length'], config?.['max_position_embeddings'], config?.['n_positions']]
    .map(positiveOf)
    .filter((limit): limit is number => limit !== undefined && limit < 1e9);
  return limits.length === 0 ? 512 : Math.min(...limits);
}

/** `license:` of the model card's front matter. */
async function licenceOf(folder: string): Promise<string | undefined> {
  const card = await readFile(join(folder, 'README.md'), 'utf8').catch(() => '');
  const front = /^---\r?\n([\s\S]*?)\r?\n---/.exec(card)?.[1] ?? '';
  return /^license:\s*["']?([\w.+-]+)/m.exec(front)?.[1];
}

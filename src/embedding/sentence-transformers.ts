import { join } from 'node:path';
import { showValue, UserError } from '../base/errors.ts';
import type { Pooling } from './embedder.ts';
import { type JsonObject, positiveOf, readJson, readJsonObject, stringOf } from './json-file.ts';

/** A linear layer after pooling: `x · Wᵀ + b`, then its activation. Weights are read when the model is opened. */
export interface DenseFile {
  readonly file: string;
  readonly inDims: number;
  readonly outDims: number;
  readonly bias: boolean;
  readonly activation: 'identity' | 'tanh' | 'relu' | 'gelu';
}

/** What a sentence-transformers folder says of itself; undefined fields where it is silent. */
export interface SentenceTransformersFolder {
  readonly kind: 'transformer' | 'static';
  /** Subfolder of the first module ('' for the folder itself). */
  readonly path: string;
  readonly pooling?: Pooling | undefined;
  /** The prompt's own tokens are left out of the pooling. */
  readonly excludesPrompt: boolean;
  readonly dense: readonly DenseFile[];
  readonly maxTokens?: number | undefined;
  readonly lowerCase: boolean;
  readonly documentPrompt?: string | undefined;
  readonly queryPrompt?: string | undefined;
}

const activations: Readonly<Record<string, DenseFile['activation']>> = { Identity: 'identity', Tanh: 'tanh', ReLU: 'relu', GELU: 'gelu' };

/**
 * Reads modules.json and what it names: 1_Pooling, Dense layers, sentence_bert_config.json, config_sentence_transformers.json.
 * @returns undefined when there is no modules.json. @throws UserError for a module that changes vectors in a way not built here.
 */
export async function readSentenceTransformers(folder: string): Promise<SentenceTransformersFolder | undefined> {
  const modules = await readJson(folder, 'modules.json');
  if (modules === undefined) return undefined;
  if (!Array.isArray(modules) || modules.length === 0 || !modules.every((module) => typeof module === 'object' && module !== null && !Array.isArray(module))) throw new UserError('embedding/bad-model', 'holds no list of modules', { place: { file: join(folder, 'modules.json') } });
  let kind: 'transformer' | 'static' = 'transformer';
  let path = '';
  let pooling: Pooling | undefined;
  let excludesPrompt = false;
  const dense: DenseFile[] = [];
  for (const module of modules as JsonObject[]) {
    const type = (stringOf(module['type']) ?? '').split('.').pop()!;
    const subfolder = stringOf(module['path']) ?? '';
    switch (type) {
      case 'StaticEmbedding':
        kind = 'static';
        path = subfolder;
        break;
      case 'Transformer':
        path = subfolder;
        break;
      case 'Pooling': {
        const config = (await readJsonObject(folder, join(subfolder, 'config.json'))) ?? {};
        pooling = poolingOf(config, join(folder, subfolder, 'config.json'));
        excludesPrompt = config['include_prompt'] === false;
        break;
      }
      case 'Dense':
        dense.push(await denseOf(folder, subfolder));
        break;
      case 'Normalize':
      case 'Dropout':
        break;
      default:
        throw new UserError('embedding/unsupported', `module ${showValue(type)} cannot be run here, expected Transformer, StaticEmbedding, Pooling, Dense or Normalize`, {
          place: { file: join(folder, 'modules.json') },
        });
    }
  }
  const settings = (await readJsonObject(folder, join(path, 'sentence_bert_config.json'))) ?? {};
  const prompts = ((await readJsonObject(folder, 'config_sentence_transformers.json')) ?? {})['prompts'];
  const prompt = (names: readonly string[]): string | undefined =>
    typeof prompts === 'object' && prompts !== null ? names.map((name) => stringOf((prompts as JsonObject)[name])).find((text) => text !== undefined) : undefined;
  return {
    kind,
    path,
    pooling: kind === 'static' ? 'mean' : pooling,
    excludesPrompt,
    dense,
    maxTokens: positiveOf(settings['max_seq_length']),
    lowerCase: settings['do_lower_case'] === true,
    documentPrompt: prompt(['document', 'passage', 'corpus']),
    queryPrompt: prompt(['query']),
  };
}

const poolingFlags: readonly (readonly [string, Pooling | string])[] = [
  ['pooling_mode_mean_tokens', 'mean'],
  ['pooling_mode_cls_token', 'cls'],
  ['pooling_mode_lasttoken', 'last-token'],
  ['pooling_mode_max_tokens', 'max'],
  ['pooling_mode_mean_sqrt_len_tokens', 'mean_sqrt_len'],
  ['pooling_mode_weightedmean_tokens', 'weightedmean'],
];

/** Old folders have one flag a mode, new ones (sentence-transformers 5.4) `pooling_mode: "mean"`. */
function poolingOf(config: JsonObject, file: string): Pooling {
  const named = config['pooling_mode'];
  const modes = typeof named === 'string' ? [named] : Array.isArray(named) ? (named as string[]) : poolingFlags.filter(([flag]) => config[flag] === true).map(([, mode]) => mode);
  const mode = modes.length === 1 ? modes[0] : undefined;
  if (mode === 'mean' || mode === 'cls') return mode;
  if (mode === 'lasttoken' || mode === 'last-token') return 'last-token';
  throw new UserError('embedding/unsupported', `pools by ${modes.join(' + ') || 'nothing'}, expected mean, cls or the last token`, { place: { file } });
}

async function denseOf(folder: string, subfolder: string): Promise<DenseFile> {
  const file = join(folder, subfolder, 'config.json');
  const config = await readJsonObject(folder, join(subfolder, 'config.json'));
  const inDims = positiveOf(config?.['in_features']);
  const outDims = positiveOf(config?.['out_features']);
  if (config === undefined || inDims === undefined || outDims === undefined) throw new UserError('embedding/bad-model', 'is missing or does not give in_features and out_features', { place: { file } });
  const name = (stringOf(config['activation_function']) ?? 'Identity').split('.').pop()!;
  const activation = activations[name];
  if (activation === undefined) throw new UserError('embedding/unsupported', `activation ${showValue(name)} is not built here, expected one of ${Object.keys(activations).join(', ')}`, { place: { file } });
  return { file: join(folder, subfolder, 'model.safetensors'), inDims, outDims, bias: config['bias'] !== false, activation };
}

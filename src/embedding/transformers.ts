import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AutoModel, AutoTokenizer, env, LogLevel, PreTrainedTokenizer, Tensor } from '@xenova/transformers';
import { readJsonObject } from './json-file.ts';
import type { Dtype } from './model-folder.ts';

// The only file that knows transformers.js. It never reaches for the network: models are folders on this disk.
env.allowRemoteModels = false;
env.useFSCache = false;
env.useWasmCache = false;
env.logLevel = LogLevel.ERROR;

/** Turns texts into token numbers. */
export interface Tokenizer {
  readonly padId: number;
  /** Token numbers of each text, special tokens included when asked for, cut to `maxTokens`. */
  encode(texts: readonly string[], maxTokens: number, specialTokens: boolean): readonly (readonly number[])[];
}

/** A padded batch: `count × width`, row-major; padding on the right. */
export interface TokenBatch {
  readonly count: number;
  readonly width: number;
  readonly ids: BigInt64Array<ArrayBuffer>;
  readonly mask: BigInt64Array<ArrayBuffer>;
}

/** What a graph gave: one vector a text (`count × dims`), or one a token (`count × width × dims`). */
export interface GraphOutput {
  readonly kind: 'sentences' | 'tokens';
  readonly dims: number;
  readonly data: Float32Array;
}

export interface Graph {
  run(batch: TokenBatch): Promise<GraphOutput>;
  close(): Promise<void>;
}

/** Text beyond this is not tokenised: a token is hardly ever longer than 256 characters, and a book need not be read for its first page. */
const charsPerToken = 256;
const charsAlways = 1_000_000;

export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  // Static models of sentence-transformers come without tokenizer_config.json, which AutoTokenizer insists on.
  const bare = (await readJsonObject(folder, 'tokenizer_config.json')) === undefined;
  const tokenizer = bare
    ? new PreTrainedTokenizer(JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8')) as object, {})
    : await AutoTokenizer.from_pretrained(folder, { local_files_only: true });
  const tokens = (texts: readonly string[], specialTokens: boolean): number[][] =>
    (tokenizer([...texts], { padding: false, truncation: false, add_special_tokens: specialTokens, return_tensor: false }) as unknown as { input_ids: number[][] }).input_ids;
  // transformers.js cuts the closing special token off with the rest; the model was trained with it, so it is put back.
  const closing = closingTokens(tokens(['a'], true)[0]!, tokens(['a'], false)[0]!);
  return {
    padId: typeof tokenizer.pad_token_id === 'number' ? tokenizer.pad_token_id : 0,
    encode(texts, maxTokens, specialTokens) {
      if (texts.length === 0) return [];
      const maxChars = Math.max(charsAlways, charsPerToken * maxTokens);
      const end = specialTokens ? closing : [];
      return tokens(
        texts.map((text) => (text.length > maxChars ? text.slice(0, maxChars) : text)),
        specialTokens,
      ).map((ids) => (ids.length <= maxTokens ? ids : [...ids.slice(0, Math.max(0, maxTokens - end.length)), ...end]));
    },
  };
}

/** The special tokens after a text: what follows `bare` inside `full`. */
function closingTokens(full: readonly number[], bare: readonly number[]): readonly number[] {
  for (let start = 0; start + bare.length <= full.length; start += 1) {
    if (bare.every((id, index) => full[start + index] === id)) return full.slice(start + bare.length);
  }
  return [];
}

/** Opens an ONNX graph. Model types that transformers.js does not know run as a plain encoder. */
export async function loadGraph(folder: string, options: { readonly dtype: Dtype; readonly subfolder: string; readonly threads: number }): Promise<Graph> {
  const model = await AutoModel.from_pretrained(folder, {
    local_files_only: true,
    dtype: options.dtype,
    device: 'cpu',
    subfolder: options.subfolder,
    session_options: { intraOpNumThreads: options.threads, interOpNumThreads: 1, extra: { session: { intra_op: { allow_spinning: '0' } } } },
  });
  const session = Object.values(model.sessions as Record<string, { inputNames: readonly string[] }>)[0];
  const wantsOffsets = session?.inputNames.includes('offsets') === true;
  return {
    async run(batch) {
      const outputs = (await (wantsOffsets ? runBag(session, batch) : model(tensorsOf(batch)))) as Record<string, { dims: readonly number[]; type: string; data: unknown }>;
      const found = pickOutput(outputs);
      const data = floats(found.tensor.data, found.name);
      const dims = found.tensor.dims.at(-1) ?? 0;
      for (const tensor of Object.values(outputs)) (tensor as { dispose?: () => void }).dispose?.();
      return { kind: found.tensor.dims.length === 2 ? 'sentences' : 'tokens', dims, data };
    },
    async close() {
      await model.dispose();
    },
  };
}

function tensorsOf(batch: TokenBatch): Record<string, Tensor> {
  const shape = [batch.count, batch.width];
  return { input_ids: new Tensor('int64', batch.ids, shape), attention_mask: new Tensor('int64', batch.mask, shape) };
}

/** model2vec's export takes all tokens in one row, and where each text begins. */
async function runBag(session: unknown, batch: TokenBatch): Promise<unknown> {
  const ids: bigint[] = [];
  const offsets: bigint[] = [];
  for (let row = 0; row < batch.count; row += 1) {
    offsets.push(BigInt(ids.length));
    for (let at = row * batch.width; at < (row + 1) * batch.width; at += 1) if (batch.mask[at] === 1n) ids.push(batch.ids[at]!);
  }
  const feeds = { input_ids: new Tensor('int64', BigInt64Array.from(ids), [ids.length]).ort_tensor, offsets: new Tensor('int64', BigInt64Array.from(offsets), [offsets.length]).ort_tensor };
  return (session as { run(feeds: unknown): Promise<unknown> }).run(feeds);
}

/** A graph that pools by itself says so with `sentence_embedding`; else its hidden states are pooled here. */
function pickOutput(outputs: Record<string, { dims: readonly number[]; data: unknown }>): { name: string; tensor: { dims: readonly number[]; data: unknown } } {
  for (const name of ['sentence_embedding', 'embeddings', 'last_hidden_state', 'token_embeddings']) {
    const tensor = outputs[name];
    if (tensor !== undefined) return { name, tensor };
  }
  const [name, tensor] = Object.entries(outputs).find(([, candidate]) => candidate.dims?.length === 2 || candidate.dims?.length === 3) ?? [];
  if (name === undefined || tensor === undefined) throw new Error(`the graph gives ${Object.keys(outputs).join(', ')}, none of which are vectors`);
  return { name, tensor };
}

function floats(data: unknown, name: string): Float32Array {
  if (data instanceof Float32Array) return data;
  if (data instanceof Uint16Array) throw new Error(`output ${name} is float16; export the graph with float32 outputs`);
  throw new Error(`output ${name} is ${Object.prototype.toString.call(data)}, expected float32`);
}

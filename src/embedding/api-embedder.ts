import { createHash } from 'node:crypto';
import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { ApiUsage } from '../contract/dataset.ts';
import { type CatalogueEntry, findServed, recipeOf } from './catalogue.ts';
import type { Embedder, ModelCard } from './embedder.ts';
import { checkServerUrl, fetchPatiently, type RetryOptions } from './http-retry.ts';
import { layerNormInPlace, normaliseInPlace } from './pooling.ts';
import { createRateGate, type RateGate } from './rate-gate.ts';
import type { Recipe } from './recipe.ts';
import { estimateTokens } from './token-estimate.ts';

export interface ApiOptions {
  /** Shown and kept in manifests; the server's name for the model unless given. */
  readonly id?: string | undefined;
  /** `https://api.openai.com/v1`, `http://127.0.0.1:11434/v1` …; `/v1` is added to an address without a path. */
  readonly baseUrl: string;
  /** The server's name for the model. */
  readonly model: string;
  /** Sent as a bearer token; never part of an error or of the card. */
  readonly apiKey?: string | undefined;
  /** Prompts, trained prefixes, token limit and price; the catalogue's where it knows the model. */
  readonly recipe?: Partial<Recipe> | undefined;
  readonly dollarsPerMillionTokens?: number | undefined;
  /** At most this many texts and (estimated) tokens in one request, this many requests at once. */
  readonly batchTexts?: number;
  readonly batchTokens?: number;
  readonly inFlight?: number;
  readonly retry?: Omit<RetryOptions, 'signal' | 'onRetry'> | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ApiEmbedder extends Embedder {
  usage(): ApiUsage;
}

/**
 * Opens an OpenAI-compatible `/embeddings` endpoint (OpenAI, Ollama, llama.cpp, vLLM, TEI, LM Studio). Always asks for the full size, which
 * every server understands, and leaves the cutting to us. The dimension is learnt from a first, one-word request.
 * @throws UserError for a refused key, an unknown model, an answer that is not one vector of the same length for each text.
 */
export async function openApiEmbedder(options: ApiOptions): Promise<ApiEmbedder> {
  const url = checkServerUrl(options.baseUrl);
  const base = url.href.replace(/\/$/, '') + (url.pathname === '/' ? '/v1' : '');
  const tally = { requestCount: 0, retryCount: 0, textCount: 0, tokenCount: 0, isExact: true };
  const gate = createRateGate();
  const call = (texts: readonly string[], signal: AbortSignal | undefined): Promise<Float32Array[]> => request(base, options, texts, { tally, gate }, signal);
  const dims = (await call(['probe'], options.signal))[0]!.length;
  const known = findServed(options.model, dims);
  const price = options.dollarsPerMillionTokens ?? (known?.where === 'api' ? known.dollarsPerMillionTokens : undefined);
  const recipe: Recipe = { ...servedRecipe(known), ...withoutUndefined(options.recipe ?? {}) };
  const card: ModelCard = {
    id: options.id ?? options.model,
    name: `${options.model} at ${url.host}`,
    dims,
    ...recipe,
    trainedDims: recipe.trainedDims.filter((prefix) => prefix <= dims),
    ...(price === undefined ? {} : { dollarsPerMillionTokens: price }),
    revision: createHash('sha256').update(JSON.stringify([base, options.model, dims])).digest('hex'),
    warnings: [`texts are sent to ${url.host}`, ...(known?.where === 'hub' ? [`taken for ${known.id} by its name and its ${dims} dims: prompts${known.layerNorm ? ', layer-norm' : ''} and trained prefixes are that model’s`] : [])],
  };
  return {
    card,
    embed: (texts, role, work) => embedAll(texts.map((text) => cut((role === 'document' ? card.documentPrompt : card.queryPrompt) + text, card.maxTokens)), card, role, options, call, work),
    usage: () => ({ ...tally, dollars: price === undefined ? undefined : (tally.tokenCount / 1e6) * price }),
    async close() {},
  };
}

/** What a served model needs of us: the server pools and normalises, prompts and layer-norm it leaves to the caller. */
function servedRecipe(known: CatalogueEntry | undefined): Recipe {
  const none: Recipe = { pooling: 'none', layerNorm: false, documentPrompt: '', queryPrompt: '', maxTokens: 8192, trainedDims: [] };
  return known === undefined ? none : { ...recipeOf(known), pooling: 'none' };
}

function withoutUndefined(recipe: Partial<Recipe>): Partial<Recipe> {
  return Object.fromEntries(Object.entries(recipe).filter(([, value]) => value !== undefined));
}

type Call = (texts: readonly string[], signal: AbortSignal | undefined) => Promise<Float32Array[]>;

async function embedAll(texts: readonly string[], { dims, layerNorm }: ModelCard, role: 'document' | 'query', options: ApiOptions, call: Call, work: WorkOptions = {}): Promise<Float32Array> {
  const out = new Float32Array(texts.length * dims);
  const batches = batchesOf(texts, options.batchTexts ?? 128, options.batchTokens ?? 50_000);
  // The first failure stops the other lanes.
  const stop = new AbortController();
  const signal = work.signal === undefined ? stop.signal : AbortSignal.any([work.signal, stop.signal]);
  let next = 0;
  let done = 0;
  const lane = async (): Promise<void> => {
    while (next < batches.length) {
      const rows = batches[next++]!;
      const vectors = await call(rows.map((row) => texts[row]!), signal);
      rows.forEach((row, index) => {
        const vector = vectors[index]!;
        if (vector.length !== dims) throw new UserError('api/length', `the server gave ${vector.length} numbers for a text, ${dims} before`);
        // A layer-norm does not mind that the server has normalised already: it takes out any scale.
        if (layerNorm) layerNormInPlace(vector);
        normaliseInPlace(vector);
        out.set(vector, row * dims);
      });
      done += rows.length;
      work.onProgress?.({ phase: role === 'document' ? 'embedding documents' : 'embedding queries', done, total: texts.length, unit: 'texts' });
    }
  };
  const lanes = Array.from({ length: Math.min(options.inFlight ?? 4, batches.length) }, () => lane().catch((error: unknown) => {
    stop.abort();
    throw error;
  }));
  const results = await Promise.allSettled(lanes);
  // The others only report that they were stopped.
  const failures = results.filter((result) => result.status === 'rejected').map((result) => result.reason as Error);
  const first = failures.find((error) => error.name !== 'CancelledError') ?? failures[0];
  if (first !== undefined) throw first;
  return out;
}

/** Row numbers in order, cut where texts or tokens reach their limit. Empty texts, which servers refuse, go as one space. */
function batchesOf(texts: readonly string[], maxTexts: number, maxTokens: number): number[][] {
  const batches: number[][] = [];
  let tokens = Infinity;
  texts.forEach((text, row) => {
    const count = estimateTokens(text);
    const last = batches.at(-1);
    if (last === undefined || last.length >= maxTexts || tokens + count > maxTokens) {
      batches.push([row]);
      tokens = count;
    } else {
      last.push(row);
      tokens += count;
    }
  });
  return batches;
}

/** Cuts a text that is surely too long for the server; the estimate is on the high side for Latin text. */
function cut(text: string, maxTokens: number): string {
  const tokens = estimateTokens(text);
  return tokens <= maxTokens ? text : text.slice(0, Math.floor((text.length * maxTokens) / tokens));
}

interface Tally {
  requestCount: number;
  retryCount: number;
  textCount: number;
  tokenCount: number;
  isExact: boolean;
}

/** Long runs at a low limit meet it all the time. */
const limitTries = 30;
/** A server that is not there is told at once: nothing is lost yet. */
const firstTries = { tries: 2, firstWaitMs: 500 };

async function request(base: string, options: ApiOptions, texts: readonly string[], { tally, gate }: { tally: Tally; gate: RateGate }, signal: AbortSignal | undefined): Promise<Float32Array[]> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (options.apiKey !== undefined && options.apiKey !== '') headers['authorization'] = `Bearer ${options.apiKey}`;
  const body = JSON.stringify({ model: options.model, input: texts.map((text) => (text.trim() === '' ? ' ' : text)), encoding_format: 'float' });
  const onRetry = (reason: string, waitMs: number): void => {
    tally.retryCount += 1;
    if (reason === 'status 429') gate.hold(waitMs);
  };
  await gate.pass(signal);
  const response = await fetchPatiently(`${base}/embeddings`, { method: 'POST', headers, body }, { limitTries, ...(tally.requestCount === 0 ? firstTries : {}), ...options.retry, signal, onRetry });
  gate.heard(response.headers, texts.reduce((sum, one) => sum + estimateTokens(one), 0));
  tally.requestCount += 1;
  const text = await response.text();
  if (!response.ok) throw refusal(response.status, text, base, options);
  let answer: { data?: unknown; usage?: { prompt_tokens?: unknown; total_tokens?: unknown } };
  try {
    answer = JSON.parse(text) as typeof answer;
  } catch (error) {
    throw new UserError('api/bad-answer', `${base} answered with something that is not JSON: ${JSON.stringify(text.slice(0, 80))}`, { cause: error });
  }
  const counted = answer.usage?.total_tokens ?? answer.usage?.prompt_tokens;
  if (typeof counted === 'number' && counted > 0) tally.tokenCount += counted;
  else {
    tally.isExact = false;
    tally.tokenCount += texts.reduce((sum, one) => sum + estimateTokens(one), 0);
  }
  tally.textCount += texts.length;
  return vectorsOf(answer.data, texts.length, base);
}

/** One vector a text, by `index`: servers may answer out of order. Checks count, repeats, lengths and finiteness. */
function vectorsOf(data: unknown, count: number, base: string): Float32Array[] {
  const fail = (message: string): never => {
    throw new UserError('api/bad-answer', `${base} ${message}`);
  };
  if (!Array.isArray(data) || data.length !== count) fail(`gave ${Array.isArray(data) ? data.length : 'no'} vectors for ${count} texts`);
  const vectors: Float32Array[] = [];
  (data as { index?: unknown; embedding?: unknown }[]).forEach((item, position) => {
    const index = typeof item?.index === 'number' ? item.index : position;
    if (!Number.isInteger(index) || index < 0 || index >= count || vectors[index] !== undefined) fail(`gave index ${String(index)} ${vectors[index] === undefined ? `for ${count} texts` : 'twice'}`);
    const vector = floatsOf(item?.embedding) ?? fail(`gave an embedding that is ${typeof item?.embedding}, expected numbers`);
    const wrong = vector.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) fail(`gave ${vector[wrong]} at dimension ${wrong} of text ${index}`);
    if (vector.length === 0 || vector.length !== (vectors.find((other) => other !== undefined)?.length ?? vector.length)) fail(`gave a vector of ${vector.length} numbers beside others of another length`);
    vectors[index] = vector;
  });
  return vectors;
}

/** Numbers, or base64 of float32, which some servers send whatever was asked for. */
function floatsOf(embedding: unknown): Float32Array | undefined {
  if (Array.isArray(embedding)) return Float32Array.from(embedding, (value) => (typeof value === 'number' ? value : NaN));
  if (typeof embedding !== 'string') return undefined;
  const bytes = Buffer.from(embedding, 'base64');
  if (bytes.length === 0 || bytes.length % 4 !== 0) return undefined;
  return Float32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(4 * at));
}

function refusal(status: number, text: string, base: string, options: ApiOptions): UserError {
  let message = text;
  try {
    const parsed = JSON.parse(text) as { error?: { message?: unknown } | string; message?: unknown; detail?: unknown };
    const told = typeof parsed.error === 'string' ? parsed.error : (parsed.error?.message ?? parsed.message ?? parsed.detail);
    if (typeof told === 'string') message = told;
  } catch {
    // Not JSON: the text itself is what there is.
  }
  const { apiKey } = options;
  const safe = (apiKey === undefined || apiKey === '' ? message : message.replaceAll(apiKey, '•••')).replace(/\b(sk|hf)-?[\w-]{8,}/g, '•••').replace(/\s+/g, ' ').slice(0, 300);
  const hint = status === 401 || status === 403 ? 'check the key' : status === 404 ? `is there a model ${JSON.stringify(options.model)} on this server?` : status === 429 ? 'the rate limit or the quota is used up' : undefined;
  return new UserError('api/refused', `${base} answers ${status}: ${safe === '' ? 'no message' : safe}`, { hint });
}

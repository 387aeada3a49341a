import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomNormal, seededRandom } from '../../src/base/random.ts';
import type { Embedder, ModelCard } from '../../src/embedding/embedder.ts';

export const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'a', 'cat', 'dog', 'sat', 'on', 'the', 'mat', 'query', 'document', ':', '##s', '.'];

/** tokenizer.json of a lower-casing WordPiece tokenizer with [CLS] … [SEP]. */
export function tinyTokenizer(): object {
  const special = (content: string, id: number): object => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: vocabulary.slice(0, 4).map((content, id) => special(content, id)),
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '[CLS]', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '[SEP]', type_id: 0 } }],
      pair: [{ SpecialToken: { id: '[CLS]', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '[SEP]', type_id: 0 } }],
      special_tokens: { '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] }, '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] } },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])) },
  };
}

/** A .safetensors file of float32 tensors. */
export function safetensors(tensors: Readonly<Record<string, { shape: readonly number[]; data: Float32Array }>>): Buffer {
  let offset = 0;
  const header: Record<string, unknown> = {};
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, (offset += data.byteLength)] };
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...Object.values(tensors).map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength))]);
}

/** Writes a sentence-transformers StaticEmbedding folder; gives its table (vocabulary × dims). */
export async function writeStaticModel(folder: string, dims: number, extra: Readonly<Record<string, string | Uint8Array>> = {}): Promise<Float32Array> {
  const random = seededRandom(5);
  const table = Float32Array.from({ length: vocabulary.length * dims }, () => randomNormal(random));
  const files: Record<string, string | Uint8Array> = {
    'modules.json': JSON.stringify([{ idx: 0, name: '0', path: '', type: 'sentence_transformers.models.StaticEmbedding' }]),
    'tokenizer.json': JSON.stringify(tinyTokenizer()),
    'tokenizer_config.json': JSON.stringify({ tokenizer_class: 'BertTokenizer', pad_token: '[PAD]', unk_token: '[UNK]' }),
    'model.safetensors': safetensors({ 'embedding.weight': { shape: [vocabulary.length, dims], data: table } }),
    ...extra,
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return table;
}

/** An embedder that needs no model: a hash of the text seeds its vector. `calls` counts texts. */
export function hashEmbedder(dims: number, options: { readonly onTexts?: (texts: readonly string[]) => Promise<void> | void; readonly revision?: string } = {}): Embedder & { readonly calls: () => number } {
  let calls = 0;
  const card: ModelCard = {
    id: 'hash',
    name: 'hash',
    dims,
    trainedDims: [],
    pooling: 'none',
    layerNorm: false,
    documentPrompt: '',
    queryPrompt: 'q: ',
    maxTokens: 512,
    revision: options.revision ?? 'r1',
    warnings: [],
  };
  return {
    card,
    calls: () => calls,
    async embed(texts, role, work) {
      await options.onTexts?.(texts);
      const out = new Float32Array(texts.length * dims);
      texts.forEach((text, row) => {
        const random = seededRandom([...(role === 'query' ? card.queryPrompt : card.documentPrompt) + text].reduce((hash, char) => Math.imul(hash ^ char.codePointAt(0)!, 16777619), 7));
        for (let d = 0; d < dims; d += 1) out[row * dims + d] = randomNormal(random);
      });
      calls += texts.length;
      work?.onProgress?.({ phase: 'embedding documents', done: texts.length, total: texts.length, unit: 'texts' });
      return out;
    },
    async close() {},
  };
}

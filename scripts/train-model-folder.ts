import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QuantisedTable } from '../src/training/quantise-table.ts';
import { tableModel } from '../src/training/table-onnx.ts';

export const MAX_TOKENS = 512;

export interface StarterFolder {
  readonly table: QuantisedTable;
  readonly dims: number;
  readonly trainedDims: readonly number[];
  /** tokenizer.json as an object, already without padding and truncation. */
  readonly tokenizer: object;
  readonly card: string;
}

/** Writes a model folder that transformers.js, sentence-transformers' file layout and Funnelscope all recognise. */
export function writeStarterFolder(folder: string, { table, dims, trainedDims, tokenizer, card }: StarterFolder): void {
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  mkdirSync(join(folder, '1_Pooling'), { recursive: true });
  const json = (name: string, value: unknown): void => writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
  writeFileSync(join(folder, 'onnx', 'model.onnx'), tableModel(table, dims, { licence: 'Apache-2.0', source: 'scripts/train-starter.ts' }));
  writeFileSync(join(folder, 'tokenizer.json'), `${JSON.stringify(tokenizer)}\n`);
  json('tokenizer_config.json', {
    tokenizer_class: 'BertTokenizer',
    do_lower_case: true,
    tokenize_chinese_chars: true,
    strip_accents: null,
    unk_token: '[UNK]',
    sep_token: '[SEP]',
    pad_token: '[PAD]',
    cls_token: '[CLS]',
    mask_token: '[MASK]',
    model_max_length: MAX_TOKENS,
  });
  json('config.json', {
    // A type that transformers.js does not know runs as a plain encoder, which is all that a table needs.
    model_type: 'static',
    architectures: ['StaticEmbedding'],
    hidden_size: dims,
    vocab_size: table.scales.length,
    max_position_embeddings: MAX_TOKENS,
    pad_token_id: 0,
    matryoshka_dimensions: trainedDims,
  });
  json('modules.json', [
    { idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' },
    { idx: 1, name: '1', path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
    { idx: 2, name: '2', path: '2_Normalize', type: 'sentence_transformers.models.Normalize' },
  ]);
  json('1_Pooling/config.json', {
    word_embedding_dimension: dims,
    pooling_mode_cls_token: false,
    pooling_mode_mean_tokens: true,
    pooling_mode_max_tokens: false,
    pooling_mode_mean_sqrt_len_tokens: false,
  });
  json('funnelscope.json', {
    name: 'Funnelscope starter',
    trainedDims,
    pooling: 'mean',
    specialTokens: true,
    layerNorm: false,
    documentPrompt: '',
    queryPrompt: '',
    maxTokens: MAX_TOKENS,
    licence: 'Apache-2.0',
  });
  writeFileSync(join(folder, 'README.md'), card);
}

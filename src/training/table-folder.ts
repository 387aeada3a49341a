import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.ts';
import type { QuantisedTable } from './quantise-table.ts';
import { tableModel } from './table-onnx.ts';

export interface TableFolder {
  readonly name: string;
  readonly table: QuantisedTable;
  readonly dims: number;
  /** Rising. */
  readonly trainedDims: readonly number[];
  readonly maxTokens: number;
  /** [CLS] and [SEP] are put around each text and pooled with it. */
  readonly specialTokens: boolean;
  /** tokenizer.json and tokenizer_config.json as they are to stand in the folder. */
  readonly tokenizer: string;
  readonly tokenizerConfig: string;
  /** README.md. */
  readonly card: string;
  readonly licence?: string | undefined;
}

/** Writes a static embedding as a model folder: transformers.js' files, sentence-transformers' module list, and funnelscope.json. */
export async function writeTableFolder(folder: string, parts: TableFolder): Promise<void> {
  const { table, dims, trainedDims, maxTokens, licence } = parts;
  await mkdir(join(folder, 'onnx'), { recursive: true });
  await mkdir(join(folder, '1_Pooling'), { recursive: true });
  const write = (name: string, data: string | Uint8Array): Promise<void> => writeFileAtomic(join(folder, name), data);
  const json = (name: string, value: unknown): Promise<void> => write(name, `${JSON.stringify(value, null, 2)}\n`);
  await write('onnx/model.onnx', tableModel(table, dims, licence === undefined ? {} : { licence }));
  await write('tokenizer.json', parts.tokenizer);
  await write('tokenizer_config.json', parts.tokenizerConfig);
  await json('config.json', {
    // A type that transformers.js does not know runs as a plain encoder, which is all that a table needs.
    model_type: 'static',
    architectures: ['StaticEmbedding'],
    hidden_size: dims,
    vocab_size: table.scales.length,
    max_position_embeddings: maxTokens,
    pad_token_id: 0,
    matryoshka_dimensions: trainedDims,
  });
  await json('modules.json', [
    { idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' },
    { idx: 1, name: '1', path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
    { idx: 2, name: '2', path: '2_Normalize', type: 'sentence_transformers.models.Normalize' },
  ]);
  await json('1_Pooling/config.json', {
    word_embedding_dimension: dims,
    pooling_mode_cls_token: false,
    pooling_mode_mean_tokens: true,
    pooling_mode_max_tokens: false,
    pooling_mode_mean_sqrt_len_tokens: false,
  });
  await json('funnelscope.json', {
    name: parts.name,
    trainedDims,
    pooling: 'mean',
    specialTokens: parts.specialTokens,
    layerNorm: false,
    documentPrompt: '',
    queryPrompt: '',
    maxTokens,
    ...(licence === undefined ? {} : { licence }),
  });
  await write('README.md', parts.card);
}

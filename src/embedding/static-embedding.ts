import { UserError } from '../base/errors.ts';
import { readSafetensors } from './safetensors.ts';
import type { Graph } from './transformers.ts';

/** sentence-transformers' StaticEmbedding without ONNX: the mean of its table's rows. @throws UserError when the file holds no table. */
export async function openTable(file: string): Promise<Graph> {
  const tensors = await readSafetensors(file, (name) => name === 'embedding.weight' || name === 'embeddings');
  const table = tensors.get('embedding.weight') ?? tensors.get('embeddings');
  if (table === undefined || table.shape.length !== 2) throw new UserError('embedding/bad-weights', 'holds no embedding.weight of two dimensions', { place: { file } });
  const [rowCount, dims] = table.shape as [number, number];
  return {
    async run({ count, width, ids, mask }) {
      const data = new Float32Array(count * dims);
      for (let row = 0; row < count; row += 1) {
        let used = 0;
        for (let at = row * width; at < (row + 1) * width && mask[at] === 1n; at += 1) {
          const id = Number(ids[at]);
          if (id >= rowCount) throw new UserError('embedding/bad-weights', `has ${rowCount} rows, but the tokenizer gives token ${id}`, { place: { file } });
          used += 1;
          for (let d = 0; d < dims; d += 1) data[row * dims + d] = data[row * dims + d]! + table.data[id * dims + d]!;
        }
        for (let d = 0; d < dims && used > 0; d += 1) data[row * dims + d] = data[row * dims + d]! / used;
      }
      return { kind: 'sentences', dims, data };
    },
    async close() {},
  };
}

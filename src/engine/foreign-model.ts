import type { WorkOptions } from '../base/progress.ts';
import { documentText } from '../corpus/corpus.ts';
import type { Corpus } from '../corpus/corpus.ts';
import type { Embedder } from '../embedding/embedder.ts';
import { prefixCosine } from '../stores/milvus/prefix-cosine.ts';
import { copyRow } from '../vectors/vector-set.ts';
import type { VectorSet } from '../vectors/vector-set.ts';

const COMPARED = 8;
/** Half floats and other runtimes keep well above it, other models far below. */
const SAME_MODEL = 0.9;

/** Embeds a few documents and holds them against the collection's vectors: with another model than the one that made it no query means anything. */
export async function foreignModelWarning(corpus: Corpus, vectors: VectorSet, embedder: Embedder | undefined, field: string, work: WorkOptions): Promise<string[]> {
  if (embedder === undefined) return [];
  const rows = corpus.ids.map((_, row) => row).filter((row) => documentText(corpus, row).trim() !== '').slice(0, COMPARED);
  if (rows.length === 0) return [];
  const own = new Float32Array(vectors.dims);
  const cosines: number[] = [];
  const fresh = await embedder.embed(rows.map((row) => documentText(corpus, row)), 'document', { signal: work.signal });
  rows.forEach((row, i) => {
    copyRow(vectors, row, own);
    cosines.push(prefixCosine(own, fresh.subarray(i * vectors.dims, (i + 1) * vectors.dims), vectors.dims));
  });
  const median = cosines.sort((a, b) => a - b)[cosines.length >> 1]!;
  if (median >= SAME_MODEL) return [];
  return [`${embedder.card.name} gives other vectors for the texts of ${field} (median cosine ${median.toFixed(2)} of ${rows.length} compared): is it the model, the prompt and the text field that the collection was made with?`];
}

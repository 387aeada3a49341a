import type { Finding } from '../contract/dataset.ts';
import { findInCatalogue, findServed } from './catalogue.ts';
import type { Embedder, ModelCard } from './embedder.ts';

/** Prefixes that will be searched, against those that were trained. */
export function lintDims(card: Pick<ModelCard, 'name' | 'dims' | 'trainedDims'>, wanted: readonly number[]): readonly Finding[] {
  const shorter = wanted.filter((dims) => dims < card.dims);
  if (shorter.length === 0) return [];
  if (card.trainedDims.length === 0) {
    return [{ code: 'not-matryoshka', severity: 'warning', message: `${card.name} was not trained for prefixes, or does not say so`, advice: 'expect prefixes to lose more (at a third of the dims about 12 % of nDCG against 2 %); measure, or choose a Matryoshka model' }];
  }
  const least = card.trainedDims[0]!;
  const below = shorter.filter((dims) => dims < least);
  const between = shorter.filter((dims) => dims >= least && !card.trainedDims.includes(dims));
  const trained = card.trainedDims.join(', ');
  const findings: Finding[] = [];
  if (below.length > 0) findings.push({ code: 'dims-below-trained', severity: 'warning', message: `${card.name} was trained down to ${least} dims; ${below.join(', ')} ${below.length === 1 ? 'is' : 'are'} below`, advice: `quality falls quickly there; trained are ${trained}` });
  if (between.length > 0) findings.push({ code: 'dims-between-trained', severity: 'note', message: `${between.join(', ')} ${between.length === 1 ? 'is' : 'are'} between trained prefixes (${trained})`, advice: 'a trained prefix of about the same size is usually better' });
  return findings;
}

/** A model's recipe against the catalogue's, and texts that carry the prompt already. */
export function lintRecipe(card: ModelCard, texts: readonly string[], role: 'document' | 'query'): readonly Finding[] {
  const findings: Finding[] = [];
  const known = findInCatalogue(card.id) ?? findServed(card.id, card.dims) ?? findServed(card.name, card.dims);
  if (known !== undefined && known.where === 'hub') {
    if (known.pooling !== card.pooling && card.pooling !== 'none') findings.push({ code: 'wrong-pooling', severity: 'error', message: `${card.name} pools by ${card.pooling}, its card says ${known.pooling}`, advice: `set "pooling": "${known.pooling}" in funnelscope.json` });
    if (known.layerNorm && !card.layerNorm) findings.push({ code: 'layer-norm-missing', severity: 'error', message: `${card.name} needs a layer-norm before a prefix is taken`, advice: 'set "layerNorm": true in funnelscope.json' });
    for (const key of ['documentPrompt', 'queryPrompt'] as const) {
      if (known[key] !== '' && card[key] === '') findings.push({ code: 'prompt-missing', severity: 'error', message: `${card.name} is used without its ${key === 'queryPrompt' ? 'query' : 'document'} prompt ${JSON.stringify(known[key])}`, advice: `give it: ${key === 'queryPrompt' ? '--query-prompt' : '--document-prompt'}, the field on the Model screen, or "${key}" in the model folder’s funnelscope.json` });
    }
  }
  const prompt = (role === 'document' ? card.documentPrompt : card.queryPrompt).trim();
  const carrying = prompt === '' ? 0 : texts.filter((text) => text.startsWith(prompt)).length;
  if (texts.length > 0 && carrying > texts.length / 2) {
    findings.push({ code: 'prompt-twice', severity: 'error', message: `${carrying} of ${texts.length} texts begin with ${JSON.stringify(prompt)} already, and it is put before them again`, advice: `take the prompt out of the texts, or give an empty one (${role === 'document' ? '--document-prompt' : '--query-prompt'} "", or the field on the Model screen)` });
  }
  return findings;
}

/** The metric of an index that somebody else built, against vectors as they are. */
export function lintMetric(metric: string, isNormalised: boolean): readonly Finding[] {
  switch (metric.toUpperCase()) {
    case 'COSINE':
      return [];
    case 'IP':
      return isNormalised ? [] : [{ code: 'metric-mismatch', severity: 'error', message: 'the index compares by inner product, and the vectors are not normalised: long vectors win', advice: 'build the index with COSINE, or normalise the vectors' }];
    case 'L2':
      return isNormalised
        ? [{ code: 'metric-l2', severity: 'note', message: 'the index compares by L2 distance; on normalised vectors its order is that of the cosine, its scores are not', advice: 'nothing for the ranking; use COSINE to get similarities' }]
        : [{ code: 'metric-mismatch', severity: 'error', message: 'the index compares by L2 distance, and the vectors are not normalised: its order is not that of the cosine', advice: 'build the index with COSINE, or normalise the vectors' }];
    default:
      return [{ code: 'metric-mismatch', severity: 'error', message: `the index compares by ${metric}, expected COSINE, IP or L2 for embeddings`, advice: 'build the index with COSINE' }];
  }
}

/** Texts with the similarities that the model's own code gives for them. */
export interface ModelExample {
  readonly query: string;
  readonly documents: readonly string[];
  /** Cosine of the query with each document. */
  readonly similarities: readonly number[];
  /** How far fp32 weights may be off, where the numbers were published by others, rounded and from other hardware; 2e-3 unless given. */
  readonly tolerance?: number | undefined;
}

/** Embeds a model's example and compares: the one test that notices any wrong pooling, prompt or layer-norm. Quantised weights, and servers that do not say what theirs are, get a wider tolerance. */
export async function selfTest(embedder: Embedder, example: ModelExample, tolerance = embedder.card.dtype === 'fp32' ? (example.tolerance ?? 2e-3) : 5e-2): Promise<readonly Finding[]> {
  const query = await embedder.embed([example.query], 'query');
  const documents = await embedder.embed(example.documents, 'document');
  const { dims } = embedder.card;
  const worst = example.similarities
    .map((expected, row) => {
      let dot = 0;
      for (let d = 0; d < dims; d += 1) dot += query[d]! * documents[row * dims + d]!;
      return { row, expected, dot, gap: Math.abs(dot - expected) };
    })
    .sort((a, b) => b.gap - a.gap)[0];
  if (worst === undefined || worst.gap <= tolerance) return [];
  return [
    {
      code: 'self-test',
      severity: 'error',
      message: `${embedder.card.name} gives ${worst.dot.toFixed(4)} for its example ${JSON.stringify(example.documents[worst.row]!.slice(0, 40))}, expected ${worst.expected.toFixed(4)}`,
      advice: 'pooling, prompts, layer-norm or the weights differ from what the model was trained with',
    },
  ];
}

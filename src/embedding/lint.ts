import { randomInt, seededRandom } from '../base/random.ts';
import { catalogue, findInCatalogue } from './catalogue.ts';
import type { Embedder, ModelCard } from './embedder.ts';

/** Something about embeddings that a user should know, and what to do about it. */
export interface Finding {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'note';
  readonly message: string;
  readonly advice: string;
}

/** Rows to look at: count × dims, as they come (not normalised by us). */
export interface RowSample {
  readonly rows: Float32Array;
  readonly dims: number;
}

/** Rounding of float16 storage included. */
const normTolerance = 2e-3;

/** Looks at the numbers themselves: non-finite, zero and constant rows, norms, cut prefixes, collapsed directions. */
export function lintRows({ rows, dims }: RowSample): readonly Finding[] {
  const count = dims === 0 ? 0 : Math.floor(rows.length / dims);
  if (count === 0) return [];
  const norms: number[] = [];
  const bad: number[] = [];
  let zero = 0;
  let constant = 0;
  for (let row = 0; row < count; row += 1) {
    const vector = rows.subarray(row * dims, (row + 1) * dims);
    let squares = 0;
    let isConstant = dims > 1;
    for (let d = 0; d < dims; d += 1) {
      squares += vector[d]! * vector[d]!;
      isConstant &&= vector[d] === vector[0];
    }
    if (!Number.isFinite(squares)) bad.push(row);
    else if (squares === 0) zero += 1;
    else {
      norms.push(Math.sqrt(squares));
      if (isConstant) constant += 1;
    }
  }
  const findings: Finding[] = [];
  const say = (code: string, severity: Finding['severity'], message: string, advice: string): number => findings.push({ code, severity, message, advice });
  if (bad.length > 0) say('not-finite', 'error', `${bad.length} of ${count} rows hold NaN or infinity, the first is row ${bad[0]}`, 'embed these texts again; an fp16 model that overflows needs fp32');
  if (zero > 0) say('zero-rows', 'warning', `${zero} of ${count} rows are zero`, 'look for empty texts; a zero vector is as far from everything');
  if (constant > 0) say('constant-rows', 'warning', `${constant} of ${count} rows have the same number in every dimension`, 'these are placeholders, not embeddings: embed the texts again');
  findings.push(...lintNorms(norms, count));
  findings.push(...lintSpread(rows, dims, count));
  return findings;
}

/** Norms of 1; of anything; or all below 1 and scattered, as a prefix has that was cut and not normalised again. */
function lintNorms(norms: readonly number[], count: number): readonly Finding[] {
  const off = norms.filter((norm) => Math.abs(norm - 1) > normTolerance);
  if (off.length === 0) return [];
  const least = Math.min(...norms.slice(0, 100_000));
  const most = Math.max(...norms.slice(0, 100_000));
  const range = `norms go from ${least.toPrecision(3)} to ${most.toPrecision(3)}`;
  if (norms.length >= 10 && most <= 1 + normTolerance && off.length > 0.9 * norms.length && most - least > 0.005) {
    return [{ code: 'prefix-not-normalised', severity: 'warning', message: `all ${norms.length} rows are shorter than 1 (${range}): a prefix that was cut and not normalised again?`, advice: 'normalise after cutting; here it is done, elsewhere scores would shrink and rankings by inner product change' }];
  }
  return [{ code: 'not-normalised', severity: 'note', message: `${off.length} of ${count} rows do not have length 1 (${range})`, advice: 'they are normalised here; an index with the inner product (IP) needs them normalised too' }];
}

const pairCount = 2000;

/** Random pairs that are all nearly the same direction: the sign of a wrong pooling, or of raw hidden states. */
function lintSpread(rows: Float32Array, dims: number, count: number): readonly Finding[] {
  if (count < 20) return [];
  const random = seededRandom(1);
  let sum = 0;
  let used = 0;
  for (let pair = 0; pair < pairCount; pair += 1) {
    const a = randomInt(random, count) * dims;
    const b = randomInt(random, count) * dims;
    if (a === b) continue;
    let dot = 0;
    let aa = 0;
    let bb = 0;
    for (let d = 0; d < dims; d += 1) {
      dot += rows[a + d]! * rows[b + d]!;
      aa += rows[a + d]! * rows[a + d]!;
      bb += rows[b + d]! * rows[b + d]!;
    }
    const cosine = dot / Math.sqrt(aa * bb);
    if (!Number.isFinite(cosine)) continue;
    sum += cosine;
    used += 1;
  }
  const mean = sum / Math.max(1, used);
  if (used === 0 || mean < 0.9) return [];
  return [{ code: 'collapsed', severity: 'warning', message: `random pairs have a mean similarity of ${mean.toFixed(3)}: everything looks alike`, advice: 'check the pooling (CLS or mean?), the layer-norm and the prompts against the model’s card' }];
}

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
  const known = findInCatalogue(card.id) ?? catalogue.find((entry) => entry.name.split(' ')[0]!.toLowerCase() === card.name.toLowerCase());
  if (known !== undefined && known.where === 'hub') {
    if (known.pooling !== card.pooling && card.pooling !== 'none') findings.push({ code: 'wrong-pooling', severity: 'error', message: `${card.name} pools by ${card.pooling}, its card says ${known.pooling}`, advice: `set "pooling": "${known.pooling}" in funnelscope.json` });
    if (known.layerNorm && !card.layerNorm) findings.push({ code: 'layer-norm-missing', severity: 'error', message: `${card.name} needs a layer-norm before a prefix is taken`, advice: 'set "layerNorm": true in funnelscope.json' });
    for (const key of ['documentPrompt', 'queryPrompt'] as const) {
      if (known[key] !== '' && card[key] === '') findings.push({ code: 'prompt-missing', severity: 'error', message: `${card.name} is used without its ${key === 'queryPrompt' ? 'query' : 'document'} prompt ${JSON.stringify(known[key])}`, advice: `set "${key}" in funnelscope.json` });
    }
  }
  const prompt = (role === 'document' ? card.documentPrompt : card.queryPrompt).trim();
  const carrying = prompt === '' ? 0 : texts.filter((text) => text.startsWith(prompt)).length;
  if (texts.length > 0 && carrying > texts.length / 2) {
    findings.push({ code: 'prompt-twice', severity: 'error', message: `${carrying} of ${texts.length} texts begin with ${JSON.stringify(prompt)} already, and it is put before them again`, advice: 'take the prompt out of the texts, or set it to "" in funnelscope.json' });
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
}

/** Embeds a model's example and compares: the one test that notices any wrong pooling, prompt or layer-norm. Quantised weights get a wider tolerance. */
export async function selfTest(embedder: Embedder, example: ModelExample, tolerance = embedder.card.dtype === undefined || embedder.card.dtype === 'fp32' ? 2e-3 : 5e-2): Promise<readonly Finding[]> {
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

/** What the card of the starter model tells. All figures are MRR@10 at each prefix, in the order of `prefixes`. */
export interface CardFacts {
  readonly dims: number;
  readonly prefixes: readonly number[];
  readonly settings: Readonly<Record<string, number>>;
  readonly pairCounts: Readonly<Record<string, number>>;
  readonly documentCount: number;
  readonly queryCount: number;
  readonly test: readonly number[];
  readonly unquantised: readonly number[];
  readonly dev: readonly number[];
  /** The teacher's: at its full size first, then cut to each prefix. */
  readonly teacher: readonly number[];
}

/** The README.md of the model folder. */
export function modelCard(facts: CardFacts): string {
  const { dims, prefixes, test, unquantised, dev, teacher } = facts;
  const rows = prefixes.map((prefix, i) => `| ${prefix} | ${f(test[i]!)} | ${f(unquantised[i]!)} | ${f(dev[i]!)} | ${f(teacher[i + 1]!)} |`);
  return `---
license: apache-2.0
language: en
library_name: transformers.js
pipeline_tag: feature-extraction
tags: [matryoshka, static-embedding, sentence-similarity]
matryoshka_dims: [${[...prefixes].reverse().join(', ')}]
funnelscope:
  pooling: mean
  layer_norm: false
  document_prompt: ""
  query_prompt: ""
---

# Funnelscope starter

A small English Matryoshka embedding that works offline: a text's vector is the mean of ${dims}-dimensional rows of a table, one row for
each of BERT's 30,522 WordPiece tokens. No attention, no layers: order and context of words are not seen. It embeds thousands of texts a
second on one core and is there so that the program has something real to measure from the first minute. For decisions about
your system use the model that you will run.

**Prefixes it was trained for:** ${prefixes.join(', ')}. Take the first dimensions, then normalise again. No prompts. Mean pooling over the
attention mask, [CLS] and [SEP] included; no layer-norm.

## Held-out figures

Which definition belongs to a word? ${n(facts.queryCount)} words of WordNet (\`sample:wordnet\`) that were kept out of training, with the words' own example
sentences; all ${n(facts.documentCount)} definitions compete; MRR@10 of the first right definition.

| dimensions | this model | before 8-bit | other words (dev) | all-MiniLM-L6-v2 cut to it |
|---:|---:|---:|---:|---:|
${rows.join('\n')}

The teacher at its full 384 dimensions reaches ${f(teacher[0]!)}. Definitions themselves were seen in training, together with other words than the
held-out ones. The settings were chosen on the dev words. On text unlike dictionary definitions the teacher is much the better model.

## How it was made

\`npx tsx scripts/train-starter.ts\`, seeded, about seven minutes on two cores (a few more where the processor
has no bfloat16 for the teacher's vectors); another machine's figures differ by about 0.001. Each row starts as
all-MiniLM-L6-v2's vector of that token by itself (PCA to ${dims}, weighted by token frequency; frequent tokens start small). Then training on
WordNet 3.1 pairs (${Object.entries(facts.pairCounts).map(([kind, count]) => `${n(count)} ${kind}`).join('; ')}) with
L = Σ over prefixes of the cross-entropy of finding the partner within the batch; ${facts.settings.teacherShare! * 100} % of the target is spread as the teacher's own
similarities say. Adam. ${Object.entries(facts.settings).map(([key, value]) => `${key} ${value}`).join(', ')}.
Rows are stored as 8-bit integers with one scale a row.

## Licence

Apache-2.0. Made from WordNet 3.1 (Princeton University, its licence is in \`samples/wordnet/LICENSE-WordNet.txt\`), the vocabulary of
bert-base-uncased (Apache-2.0) and vectors of sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0).
`;
}

function f(value: number): string {
  return value.toFixed(3);
}

function n(value: number): string {
  return value.toLocaleString('en');
}

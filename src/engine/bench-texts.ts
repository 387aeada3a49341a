import { stat } from 'node:fs/promises';
import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import type { QuerySource } from '../contract/dataset.ts';
import { documentTexts } from '../corpus/corpus.ts';
import type { Corpus, QuerySet } from '../corpus/corpus.ts';
import { ownQueryFiles, readQuerySet } from '../corpus/query-set.ts';
import { readCorpus } from '../corpus/read-corpus.ts';
import { searchedCorpus } from '../corpus/searched-corpus.ts';
import { findInCatalogue } from '../embedding/catalogue.ts';
import type { BenchRequest } from './bench-request.ts';
import { describeEstimate, estimateEmbedding } from './cost-estimate.ts';

/** The corpus and the queries of a request. @throws UserError before anything is embedded where they do not fit. */
export async function readTexts(request: BenchRequest, context: { readonly resourcesDir: string }, work: WorkOptions): Promise<{ corpus: Corpus; querySet: QuerySet }> {
  const path = request.corpus!;
  const corpus = await readCorpus(path, { ...request.read, resources: context.resourcesDir }, work);
  if (request.k > corpus.ids.length) throw new UserError('bench/k', `k = ${request.k} is more than the ${corpus.ids.length} documents there are`);
  const source = await querySourceOf(request, corpus, context);
  return { corpus, querySet: await readQuerySet(source, corpus, { corpusPath: path, resources: context.resourcesDir, seed: request.seed }, work) };
}

/** What embedding this request's texts through its API would cost at most, in one line. Nothing is sent. @throws UserError for models that are no API. */
export async function estimateBench(request: BenchRequest, context: { readonly resourcesDir: string }, work: WorkOptions): Promise<string> {
  const model = request.model ?? '';
  const known = findInCatalogue(model);
  if (known?.where !== 'api' && !/^https?:/i.test(model)) throw new UserError('cli/arguments', `--estimate is for models behind an API; ${model === '' ? 'the starter' : model} runs on this computer and costs nothing`);
  if (request.corpus === undefined) throw new UserError('cli/arguments', '--estimate needs --corpus');
  const { corpus, querySet } = await readTexts(request, context, work);
  const prompts = { documentPrompt: request.documentPrompt ?? '', queryPrompt: request.queryPrompt ?? '', dollarsPerMillionTokens: known?.dollarsPerMillionTokens };
  return describeEstimate(estimateEmbedding(documentTexts(searchedCorpus(corpus, querySet)), querySet.texts, prompts), known?.name ?? model);
}

const DEFAULT_HELD_OUT = 500;

/** `--queries` is a path or a number; without it the corpus' own queries, else held-out rows. */
async function querySourceOf(request: BenchRequest, corpus: Corpus, context: { readonly resourcesDir: string }): Promise<QuerySource> {
  const own = await ownQueryFiles(request.corpus!, context.resourcesDir);
  const { queries, seed } = request;
  if (queries !== undefined && !/^\d+$/.test(queries)) {
    return { kind: 'file', path: queries, ...(request.qrels === undefined ? {} : { qrelsPath: request.qrels }) };
  }
  const count = queries === undefined ? undefined : Number(queries);
  if (count === 0) throw new UserError('cli/arguments', '--queries 0: expected at least one query');
  if (request.qrels !== undefined) {
    if (own === undefined) throw new UserError('cli/arguments', '--qrels needs the queries that it judges: give --queries PATH');
    await stat(request.qrels).catch(() => undefined);
    return { kind: 'file', path: own.queries, qrelsPath: request.qrels, ...(count === undefined ? {} : { limit: count }) };
  }
  if (own !== undefined) return { kind: 'own', seed, ...(count === undefined ? {} : { limit: count }) };
  return { kind: 'held-out', count: count ?? Math.max(1, Math.min(DEFAULT_HELD_OUT, Math.floor(corpus.ids.length / 5))), seed };
}

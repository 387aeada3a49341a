import { formatBytes, formatCount, formatDate, formatList, formatNumber, formatRate } from '../../base/format.ts';
import type { Report } from '../../contract/report.ts';
import { tableOf, words, type Table } from '../section.ts';
import { storeResults } from '../store-results.ts';

/** What was measured, with what, on what: everything a reader needs to judge the numbers. */
export function methodTable(report: Report): Table {
  const { corpus, queries, model, machine } = report;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['corpus', `${corpus.name}: ${formatCount(corpus.count)} documents${corpus.format === undefined ? '' : `, ${corpus.format}`}`],
    ...collectionFacts(report),
    ['corpus content', corpus.contentHash],
    ['empty, duplicated documents', corpus.emptyCount === undefined && corpus.duplicateCount === undefined ? undefined : `${formatCount(corpus.emptyCount ?? 0)}, ${formatCount(corpus.duplicateCount ?? 0)}`],
    ['queries', `${queries.name}: ${formatCount(queries.count)}, ${queries.withQrels === 0 ? 'no qrels' : `${formatCount(queries.withQrels)} with qrels`}`],
    ['model', `${model.name}${model.revision === undefined ? '' : ` (${model.revision})`}, ${model.dims} dims${model.trainedDims.length === 0 ? '' : `, trained for ${formatList([...model.trainedDims].sort((a, b) => a - b).map(String))}`}`],
    ['pooling, number format', model.pooling === undefined ? undefined : [model.pooling, model.dtype].filter(Boolean).join(', ')],
    ['document prompt', model.documentPrompt === undefined || model.documentPrompt === '' ? undefined : JSON.stringify(model.documentPrompt)],
    ['query prompt', model.queryPrompt === undefined || model.queryPrompt === '' ? undefined : JSON.stringify(model.queryPrompt)],
    ['model licence', model.licence],
    ['embedding', model.embedding === undefined ? undefined : model.embedding.fromCache ? `${formatCount(model.embedding.documents)} documents from the cache` : `${formatCount(model.embedding.documents)} documents, ${formatRate(model.embedding.textsPerSecond, 'texts')}`],
    ...storeResults(report).map((store, index): readonly [string, string] => [index === 0 ? 'store' : 'beside it', `${store.label}, head ${store.head.index} ${store.head.precision}${paramWords(store.head.params)}`]),
    ['k', String(report.k)],
    ['seed', String(report.seed)],
    ['machine', `${machine.cpu}, ${machine.cores} cores, ${formatBytes(machine.memoryBytes)}, ${machine.os}, Node ${machine.node}`],
    ['when', `${formatDate(report.createdAt)}, Funnelscope ${report.version}`],
  ];
  return tableOf('What was measured', [words('what'), words('value')], facts.filter((fact): fact is [string, string] => fact[1] !== undefined));
}

/** A collection of the user's: where it is, what its fields are, what was measured where. */
function collectionFacts(report: Report): readonly (readonly [string, string])[] {
  const { collection, count } = report.corpus;
  if (collection === undefined) return [];
  const fields = [`key ${collection.keyField}`, ...(collection.idField === collection.keyField ? [] : [`id ${collection.idField}`]), ...(collection.titleField === undefined ? [] : [`title ${collection.titleField}`]), ...(collection.textField === undefined ? [] : [`text ${collection.textField}`])];
  return [
    ['collection', `${collection.name} on ${collection.server}, only read: ${formatCount(count)} of ${formatCount(collection.rows)} rows searched; ${formatList(fields)}`],
    ...collection.vectorFields.map((field): readonly [string, string] => [
      'vector field',
      `${field.collection}.${field.field}: ${field.dims} dims, ${field.type}, ${field.index === undefined ? 'no index' : `${field.index} by ${field.metric ?? 'its default'}`}`,
    ]),
    ...collection.measured.map((sentence): readonly [string, string] => ['measured', sentence]),
  ];
}

function paramWords(params: Readonly<Record<string, number>> | undefined): string {
  const words = Object.entries(params ?? {}).map(([name, value]) => `${name} ${formatNumber(value)}`);
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}

import { UserError } from '../base/errors.ts';
import type { ReadOptions } from '../contract/dataset.ts';
import { arrowRecords } from './arrow.ts';
import { findBeirFiles } from './beir.ts';
import { firstBytes, statOrExplain } from './byte-source.ts';
import type { ChunkOptions } from './chunking.ts';
import { delimitedRecords } from './delimited.ts';
import { checkChunks, documentPattern, documentRecords } from './document-files.ts';
import { joinRecords } from './joined-records.ts';
import { jsonArrayRecords } from './json-array.ts';
import { jsonLinesRecords } from './json-lines.ts';
import { parquetRecords } from './parquet.ts';
import { linesAsRecords, listFiles } from './plain-text.ts';
import type { RecordSource } from './records.ts';
import { openText, type TextSource } from './text-stream.ts';

/** Formats that can be asked for by name (`ReadOptions.format`). */
const corpusFormats = ['jsonl', 'json', 'csv', 'tsv', 'txt', 'parquet', 'arrow', 'beir', 'folder'] as const;
export type CorpusFormat = (typeof corpusFormats)[number];

/** How files are read, and into what pieces documents are cut (files of their own format only when `chunks` is given). */
export interface RecordOptions extends ReadOptions {
  readonly chunks?: ChunkOptions | undefined;
}

/** Opens whatever lies at a path as records: tells the format by first bytes, name and content unless `options.format` says it. */
export async function openRecords(path: string, options: RecordOptions = {}): Promise<RecordSource> {
  const info = await statOrExplain(path);
  if (options.chunks !== undefined) checkChunks(options.chunks);
  if (info.isDirectory()) return openFolder(path, options);
  const format = options.format === undefined ? undefined : knownFormat(options.format, path);
  if (format === undefined && /\.(md|markdown|html?|xhtml|pdf)$/i.test(path)) return documentRecords(path, [path], path.toLowerCase().endsWith('.pdf') ? 'pdf' : /\.(md|markdown)$/i.test(path) ? 'markdown' : 'html', options.chunks);
  const table = await tableFormat(path);
  if (table === 'parquet') return parquetRecords(path);
  if (table === 'arrow') return arrowRecords(path);
  const source = await openText(path, options.encoding);
  switch (format ?? formatOf(path, source)) {
    case 'jsonl':
      return jsonLinesRecords(source);
    case 'json':
      return jsonArrayRecords(source);
    case 'tsv':
      return delimitedRecords(source, { delimiter: options.delimiter ?? '\t', header: options.header });
    case 'csv':
      return delimitedRecords(source, { delimiter: options.delimiter, header: options.header });
    case 'txt':
      return linesAsRecords(source);
    default:
      throw new UserError('corpus/format', `is a file, but format ${JSON.stringify(options.format)} is a folder's`, { place: { file: path } });
  }
}

async function openFolder(path: string, options: RecordOptions): Promise<RecordSource> {
  const beir = options.format === undefined || options.format === 'beir' ? await findBeirFiles(path) : undefined;
  if (beir?.corpus !== undefined) {
    const records = await openRecords(beir.corpus, { idColumn: '_id', textColumn: 'text', ...options, format: 'jsonl' });
    return { ...records, format: 'beir' };
  }
  const documents = await listFiles(path, documentPattern);
  if (documents.length > 0) return documentRecords(path, documents, 'folder', options.chunks);
  // Shards of one table, as data sets are published: train-00000-of-00002.parquet …
  for (const pattern of [/\.parquet$/i, /\.(arrow|feather)$/i, /\.(jsonl|ndjson)(\.gz|\.zst)?$/i]) {
    const shards = await listFiles(path, pattern);
    if (shards.length > 0) return joinRecords(path, await Promise.all(shards.map((shard) => openRecords(shard, options))));
  }
  throw new UserError('corpus/empty-folder', 'holds nothing to read, expected corpus.jsonl (BEIR), text, Markdown, HTML or PDF files, or shards of Parquet, Arrow or JSONL', { place: { file: path } });
}

function knownFormat(format: string, file: string): CorpusFormat {
  const found = corpusFormats.find((known) => known === format.toLowerCase());
  if (found === undefined) throw new UserError('corpus/format', `unknown format ${JSON.stringify(format)}, expected one of ${corpusFormats.join(', ')}`, { place: { file } });
  return found;
}

const vectorMagics: readonly (readonly [string, string])[] = [
  ['\x93NUMPY', 'a NumPy array'],
  ['\x89HDF\r\n', 'an HDF5 file'],
];

/** Binary tables by their first bytes (an Arrow stream, which has none of its own, by its name). @throws UserError for files of bare vectors. */
async function tableFormat(file: string): Promise<'parquet' | 'arrow' | undefined> {
  const head = (await firstBytes(file, 8)).toString('latin1');
  const vectors = vectorMagics.find(([mark]) => head.startsWith(mark));
  if (vectors !== undefined) throw new UserError('corpus/vectors', `is ${vectors[1]}: vectors, not text`, { place: { file }, hint: 'open it as vectors (--vectors)' });
  if (head.startsWith('PAR1')) return 'parquet';
  if (head.startsWith('ARROW1') || (head.startsWith('\xff\xff\xff\xff') && /\.(arrow|arrows|feather|ipc)$/i.test(file))) return 'arrow';
  const named = /\.(parquet|arrow|arrows|feather|ipc)$/i.exec(file)?.[1];
  if (named === undefined) return undefined;
  throw new UserError('corpus/wrong-magic', `is named like a ${named.toLowerCase()} file but begins with ${JSON.stringify(head.slice(0, 4))}`, { place: { file } });
}

/** By extension, then by content: a `.json` with an object a line is JSONL, a `.txt` stays text. */
function formatOf(path: string, source: TextSource): CorpusFormat {
  const name = path.toLowerCase().replace(/\.(gz|zst)$/, '');
  const start = source.head.trimStart();
  if (/\.(jsonl|ndjson|jsonlines)$/.test(name)) return 'jsonl';
  if (name.endsWith('.json')) return start.startsWith('{') && isJsonLines(start, source.isWhole) ? 'jsonl' : 'json';
  if (/\.(tsv|tab)$/.test(name)) return 'tsv';
  if (name.endsWith('.csv')) return 'csv';
  if (/\.(txt|text)$/.test(name)) return 'txt';
  if (start.startsWith('[')) return 'json';
  if (start.startsWith('{')) return isJsonLines(start, source.isWhole) ? 'jsonl' : 'json';
  return 'txt';
}

/** An object that is complete on the first line, or a first line too long to be seen whole. */
function isJsonLines(start: string, isWhole: boolean): boolean {
  const end = start.indexOf('\n');
  const line = (end < 0 ? start : start.slice(0, end)).trim();
  if (end < 0 && !isWhole) return true;
  try {
    const value = JSON.parse(line) as Record<string, unknown>;
    // One object alone that holds an array of documents is a JSON file.
    return end >= 0 && start.slice(end).trim() !== '' ? true : !Object.values(value).some((cell) => Array.isArray(cell) && typeof cell[0] === 'object');
  } catch {
    return false;
  }
}

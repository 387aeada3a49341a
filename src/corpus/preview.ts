import { resourcesDir } from '../base/resources.ts';
import type { CorpusPreview, ReadOptions } from '../contract/dataset.ts';
import { guessRecords } from './collect.ts';
import { guessColumns } from './columns.ts';
import { openRecords } from './open-records.ts';
import { ownQueryFiles } from './query-set.ts';
import { cellOf, type RecordSource, type SourceRecord } from './records.ts';
import { samplePath } from './sample.ts';
import { WrongEncodingError } from './text-stream.ts';

const shownRows = 20;
const shownChars = 300;

/** What a corpus looks like before it is read: format, columns with guesses, first rows. Reads only the beginning of the file. */
export async function previewCorpus(path: string, options: ReadOptions & { readonly resources?: string | undefined } = {}): Promise<CorpusPreview> {
  const resources = options.resources ?? resourcesDir();
  const file = path.startsWith('sample:') ? await samplePath(path, resources) : path;
  const { source, records, readBytes, remark } = await open(file, options);
  const guesses = guessColumns(source, records.slice(0, guessRecords), options);
  const own = await ownQueryFiles(file, resources);
  const warnings = [...(remark === undefined ? [] : [remark]), ...source.warnings];
  const text = guesses.find((guess) => guess.role === 'text')?.name;
  const empty = text === undefined ? 0 : records.filter((record) => showCell(cellOf(record, text)).trim() === '').length;
  if (empty > 0) warnings.push(`${empty} of the first ${records.length} texts are empty`);
  return {
    path,
    format: source.format,
    encoding: source.encoding,
    delimiter: source.delimiter,
    header: source.header,
    sizeBytes: source.sizeBytes,
    columns: guesses.map(({ name, role, reason }) => ({ name, role, reason })),
    rows: records.slice(0, shownRows).map((record) => guesses.map((guess) => showCell(cellOf(record, guess.name)))),
    estimatedCount: readBytes <= 0 ? undefined : Math.max(records.length, Math.round((records.length / readBytes) * source.sizeBytes)),
    hasQueries: own !== undefined,
    hasQrels: own !== undefined && own.qrels.size > 0,
    warnings,
  };
}

interface Opened {
  readonly source: RecordSource;
  readonly records: readonly SourceRecord[];
  /** Bytes on disk that held `records`; 0 when that cannot be told. */
  readonly readBytes: number;
  /** Why it was not read as it was asked to be. */
  readonly remark?: string | undefined;
}

async function open(file: string, options: ReadOptions): Promise<Opened> {
  try {
    const source = await openRecords(file, options);
    const records: SourceRecord[] = [];
    let readBytes = 0;
    // A whole batch is what the bytes read so far amount to, but for the read-ahead of the stream.
    for await (const batch of source.batches({ onRead: (bytes) => (readBytes = bytes) })) {
      records.push(...batch);
      if (records.length >= shownRows) break;
    }
    return { source, records, readBytes };
  } catch (error) {
    if (!(error instanceof WrongEncodingError)) throw error;
    return { ...(await open(file, { ...options, encoding: error.encoding })), remark: `line ${error.line} is not valid UTF-8; read as ${error.encoding}` };
  }
}

function showCell(cell: unknown): string {
  if (cell === undefined || cell === null) return '';
  const text = typeof cell === 'string' ? cell : Array.isArray(cell) ? `[${cell.length} values]` : typeof cell === 'object' ? '{…}' : String(cell);
  return text.length > shownChars ? `${text.slice(0, shownChars - 1)}…` : text;
}

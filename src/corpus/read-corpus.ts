import { basename, resolve } from 'node:path';
import { resourcesDir } from '../base/resources.ts';
import type { WorkOptions } from '../base/progress.ts';
import { collectCorpus } from './collect.ts';
import type { Corpus } from './corpus.ts';
import { openRecords, type RecordOptions } from './open-records.ts';
import { samplePath } from './sample.ts';
import { WrongEncodingError } from './text-stream.ts';

export interface CorpusOptions extends RecordOptions {
  /** Shown to the user; the file's or folder's name unless given. */
  readonly name?: string | undefined;
  /** Stop after this many documents. */
  readonly limit?: number | undefined;
  /** Texts beyond this many characters lie in a temporary file; an eighth of the heap unless given. */
  readonly memoryChars?: number | undefined;
  /** The folder that has `samples/`. */
  readonly resources?: string | undefined;
}

/**
 * Reads a corpus: JSONL, JSON, CSV, TSV, TXT (each also .gz or .zst), a folder of text files, a BEIR folder, or `sample:NAME`.
 * @throws UserError in one line with file, line and column for anything wrong with the input.
 */
export async function readCorpus(path: string, options: CorpusOptions = {}, work: WorkOptions = {}): Promise<Corpus> {
  const file = path.startsWith('sample:') ? await samplePath(path, options.resources ?? resourcesDir()) : path;
  const name = options.name ?? (path.startsWith('sample:') ? path : basename(resolve(path)));
  try {
    return await collectCorpus(await openRecords(file, options), { ...options, name }, work);
  } catch (error) {
    if (!(error instanceof WrongEncodingError)) throw error;
    // The head was ASCII, and something else came later: read it again in the encoding that was found there.
    const corpus = await collectCorpus(await openRecords(file, { ...options, encoding: error.encoding }), { ...options, name }, work);
    return { ...corpus, stats: { ...corpus.stats, warnings: [`line ${error.line} is not valid UTF-8; the file was read as ${error.encoding}`, ...corpus.stats.warnings] } };
  }
}

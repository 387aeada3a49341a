import { stat } from 'node:fs/promises';
import { basename, extname, relative, sep } from 'node:path';
import { sliceOf } from '../base/async.ts';
import { UserError } from '../base/errors.ts';
import { chunkSections, type ChunkOptions, type Section } from './chunking.ts';
import { htmlText } from './html.ts';
import { markdownSections } from './markdown.ts';
import { pdfSections } from './pdf.ts';
import { readWhole } from './plain-text.ts';
import { fieldsOf, type RecordSource, type SourceRecord } from './records.ts';

/** Files that are documents by themselves. */
export const documentPattern = /\.(txt|text|md|markdown|html?|xhtml|pdf)$/i;
const chunkedPattern = /\.(md|markdown|html?|xhtml|pdf)$/i;

/**
 * Text, Markdown, HTML and PDF files as documents. Text files are a document each; the others are cut by headings (PDF: pages) and length, as is
 * everything when `chunks` is given. The id is the path inside `folder`, with `#2`, `#3` … for further pieces of a file.
 */
export async function documentRecords(folder: string, files: readonly string[], format: string, chunks?: ChunkOptions): Promise<RecordSource> {
  let sizeBytes = 0;
  for (const file of files) sizeBytes += (await stat(file)).size;
  return {
    file: folder,
    format,
    sizeBytes,
    warnings: files.some((file) => chunkedPattern.test(file)) ? ['Markdown, HTML and PDF files are cut into pieces by headings, pages and length'] : [],
    columns: ['id', 'title', 'text'],
    lineUnit: 'row',
    async *batches(work = {}) {
      const pause = sliceOf(work.signal);
      let row = 0;
      let read = 0;
      for (const file of files) {
        const name = files.length === 1 && folder === file ? basename(file) : relative(folder, file).split(sep).join('/');
        const documents = await documentsOf(file, name, chunks, work.signal);
        read += (await stat(file)).size;
        work.onRead?.(read);
        yield documents.map(({ id, title, text }): SourceRecord => ({ line: (row += 1), fields: fieldsOf(['id', 'title', 'text'], [id, title, text]) }));
        await pause();
      }
    },
  };
}

interface FileDocument {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

async function documentsOf(file: string, name: string, chunks: ChunkOptions | undefined, signal: AbortSignal | undefined): Promise<readonly FileDocument[]> {
  const stem = basename(name, extname(name));
  const { title, sections } = await sectionsOf(file, stem, signal);
  if (!chunkedPattern.test(name) && chunks === undefined) return [{ id: name, title, text: sections.map((section) => section.text).join('\n') }];
  return chunkSections(sections, chunks).map(({ headings, text }, index) => ({
    id: index === 0 ? name : `${name}#${index + 1}`,
    title: headings[0] === title ? headings.join(' › ') : [title, ...headings].join(' › '),
    text,
  }));
}

async function sectionsOf(file: string, stem: string, signal: AbortSignal | undefined): Promise<{ title: string; sections: readonly Section[] }> {
  if (/\.pdf$/i.test(file)) return { title: stem, sections: await pdfSections(file, signal) };
  const text = await readWhole(file);
  if (/\.(html?|xhtml)$/i.test(file)) {
    const page = htmlText(text);
    return { title: page.title === '' ? stem : page.title, sections: page.sections };
  }
  if (/\.(md|markdown)$/i.test(file)) {
    const sections = markdownSections(text);
    return { title: sections.find((section) => section.headings.length > 0)?.headings[0] ?? stem, sections };
  }
  return { title: stem, sections: [{ headings: [], text }] };
}

/** @throws UserError when a chunk length from outside makes no sense. */
export function checkChunks(chunks: ChunkOptions): ChunkOptions {
  if (!Number.isInteger(chunks.maxChars) || chunks.maxChars < 20) throw new UserError('corpus/chunks', `pieces of ${chunks.maxChars} characters are too short, expected at least 20`);
  if (!Number.isInteger(chunks.overlapChars) || chunks.overlapChars < 0 || chunks.overlapChars > chunks.maxChars / 2) {
    throw new UserError('corpus/chunks', `an overlap of ${chunks.overlapChars} characters does not fit pieces of ${chunks.maxChars}, expected at most half of them`);
  }
  return chunks;
}

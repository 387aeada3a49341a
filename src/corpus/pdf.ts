import { readFile, stat } from 'node:fs/promises';
import { throwIfCancelled } from '../base/async.ts';
import { CancelledError, UserError } from '../base/errors.ts';
import type { Section } from './chunking.ts';

const maxPdfBytes = 512 * 1024 * 1024;
const maxPages = 20_000;

type PdfJs = typeof import('pdfjs-dist/legacy/build/pdf.mjs');

/** The text of a PDF, a section a page. Scanned pages have none. @throws UserError for damaged or locked files. */
export async function pdfSections(file: string, signal?: AbortSignal): Promise<readonly Section[]> {
  const { size } = await stat(file);
  if (size > maxPdfBytes) throw new UserError('corpus/large-document', `has ${size} bytes, more than the ${maxPdfBytes} a PDF may have`, { place: { file } });
  const { getDocument, VerbosityLevel } = await loadPdfJs();
  const data = new Uint8Array(await readFile(file));
  const loading = getDocument({ data, isEvalSupported: false, useWorkerFetch: false, disableFontFace: true, useSystemFonts: false, stopAtErrors: false, verbosity: VerbosityLevel.ERRORS });
  try {
    const document = await loading.promise;
    const sections: Section[] = [];
    for (let number = 1; number <= Math.min(document.numPages, maxPages); number += 1) {
      throwIfCancelled(signal);
      const page = await document.getPage(number);
      const { items } = await page.getTextContent();
      const text = joinItems(items as readonly TextItem[]);
      if (text !== '') sections.push({ headings: [`page ${number}`], text });
      page.cleanup();
    }
    return sections;
  } catch (error) {
    if (error instanceof CancelledError || error instanceof UserError) throw error;
    const { name, message } = error as Error;
    const what = name === 'PasswordException' ? 'is locked with a password' : `is not a PDF that can be read: ${message.slice(0, 200)}`;
    throw new UserError('corpus/bad-pdf', what, { place: { file }, cause: error });
  } finally {
    await loading.destroy();
  }
}

interface TextItem {
  readonly str?: string;
  readonly hasEOL?: boolean;
}

/** Lines as the page has them; words that a line end splits with a hyphen are joined. */
function joinItems(items: readonly TextItem[]): string {
  const text = items.map((item) => (item.str ?? '') + (item.hasEOL === true ? '\n' : '')).join('');
  return text.replace(/(\p{Ll})-\n(\p{Ll})/gu, '$1$2').replace(/[^\S\n]+/g, ' ').replace(/ ?\n ?/g, '\n').replace(/\n{3,}/g, '\n\n').trim();
}

let loaded: Promise<PdfJs> | undefined;

/** pdf.js, with its worker in this thread and without the drawing it would look for. */
function loadPdfJs(): Promise<PdfJs> {
  loaded ??= (async () => {
    const scope = globalThis as Record<string, unknown>;
    // Only drawing needs these; without them pdf.js fails to load in Node, or complains on stderr.
    for (const name of ['DOMMatrix', 'ImageData', 'Path2D']) scope[name] ??= class {};
    // @ts-expect-error: the worker has no types; found in this global, it needs no file to be fetched.
    scope['pdfjsWorker'] ??= await import('pdfjs-dist/legacy/build/pdf.worker.mjs');
    return import('pdfjs-dist/legacy/build/pdf.mjs');
  })();
  return loaded;
}

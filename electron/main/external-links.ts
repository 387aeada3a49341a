import { parseUrl } from './own-page.ts';

/** The sites the program links to: model pages, papers, documentation, licences. */
const allowedHosts: readonly string[] = ['huggingface.co', 'arxiv.org', 'milvus.io', 'github.com', 'wordnet.princeton.edu', 'www.apache.org', 'creativecommons.org', 'opensource.org'];

/** The address to hand to the system's browser, or undefined for everything that is not on the list. */
export function allowedExternalUrl(url: unknown): string | undefined {
  if (typeof url !== 'string' || url.length > 2000) return undefined;
  const parsed = parseUrl(url);
  if (parsed === undefined || parsed.protocol !== 'https:' || parsed.port !== '' || parsed.username !== '' || parsed.password !== '') return undefined;
  return allowedHosts.includes(parsed.hostname) ? parsed.href : undefined;
}

import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';

export interface StaticFile {
  readonly path: string;
  readonly mimeType: string;
}

const mimeTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

/**
 * Every file of the built page by the path it is asked for ("/index.html", "/assets/main-4f2a.js"), listed once. Both hosts serve only what
 * stands in this list, so that no request can name a file outside: there is no joining of paths that could escape. Links are left out.
 */
export async function listStaticFiles(root: string): Promise<ReadonlyMap<string, StaticFile>> {
  const files = new Map<string, StaticFile>();
  async function walk(folder: string, prefix: string): Promise<void> {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await walk(path, `${prefix}${entry.name}/`);
      const mimeType = mimeTypes[extname(entry.name)];
      if (entry.isFile() && mimeType !== undefined) files.set(`${prefix}${entry.name}`, { path, mimeType });
    }
  }
  await walk(root, '/');
  return files;
}

/** The file a request's path names; "/" is the page. Undefined for all else: what is not listed does not exist. */
export function findStaticFile(files: ReadonlyMap<string, StaticFile>, urlPath: string): StaticFile | undefined {
  let path: string;
  try {
    path = decodeURIComponent(urlPath);
  } catch {
    return undefined;
  }
  return files.get(path === '/' ? '/index.html' : path);
}

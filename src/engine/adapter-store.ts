import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../base/errors.ts';
import type { AdapterEntry, AdapterFormat } from '../contract/adapter.ts';
import { exportAdapterNpy, exportAdapterOnnx, readAdapter, writeAdapter } from '../training/adapter-file.ts';
import type { Adapter } from '../training/adapter-file.ts';

const ID = /^[a-z0-9-]{1,80}$/;
const EXTENSION = '.fsa';
const MIME = 'application/octet-stream';

/** The file of a kept adapter. @throws UserError for what is no id. */
export function adapterPathOf(folder: string, adapterId: string): string {
  if (!ID.test(adapterId)) throw new UserError('adapters/id', `${JSON.stringify(adapterId)} is not the id of an adapter`);
  return join(folder, `${adapterId}${EXTENSION}`);
}

/** Keeps an adapter under a new id. */
export async function saveAdapter(folder: string, adapter: Adapter): Promise<AdapterEntry> {
  await mkdir(folder, { recursive: true });
  const adapterId = `${adapter.provenance.createdAt.slice(0, 19).replace(/[^0-9]/g, '')}-${randomBytes(4).toString('hex')}`;
  const path = adapterPathOf(folder, adapterId);
  await writeAdapter(path, adapter);
  return entryOf(adapterId, path, adapter);
}

/** All kept adapters, newest first. Files that are none are left out, not touched. */
export async function listAdapters(folder: string): Promise<AdapterEntry[]> {
  const files = await readdir(folder).catch(() => []);
  const ids = files.filter((file) => file.endsWith(EXTENSION)).map((file) => file.slice(0, -EXTENSION.length));
  const entries = await Promise.all(
    ids.map(async (adapterId) => {
      try {
        const path = adapterPathOf(folder, adapterId);
        return entryOf(adapterId, path, await readAdapter(path));
      } catch {
        return undefined;
      }
    }),
  );
  return entries.filter((entry) => entry !== undefined).sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}

/** @throws UserError when there is no such adapter. */
export async function deleteAdapter(folder: string, adapterId: string): Promise<void> {
  const path = adapterPathOf(folder, adapterId);
  await readAdapter(path);
  await rm(path, { force: true });
}

/** The bytes of a kept adapter: its own file, the matrix for NumPy, or an ONNX model. */
export async function exportAdapter(folder: string, adapterId: string, format: AdapterFormat): Promise<{ readonly fileName: string; readonly mimeType: string; readonly bytes: Uint8Array }> {
  const path = adapterPathOf(folder, adapterId);
  const adapter = await readAdapter(path);
  const { model, corpus } = adapter.provenance;
  const fileName = `adapter-${`${model.id}-${corpus.name}`.replace(/^.*[\\/]/, '').replace(/[^\w.-]+/g, '-')}.${format}`;
  if (format === 'fsa') return { fileName, mimeType: MIME, bytes: await readFile(path) };
  const temporary = join(folder, `.${adapterId}.${randomBytes(4).toString('hex')}.${format}`);
  try {
    await (format === 'npy' ? exportAdapterNpy : exportAdapterOnnx)(temporary, adapter);
    return { fileName, mimeType: MIME, bytes: await readFile(temporary) };
  } finally {
    await rm(temporary, { force: true });
  }
}

function entryOf(adapterId: string, path: string, { dims, provenance }: Adapter): AdapterEntry {
  const { method, prefixes, model, corpus, createdAt } = provenance;
  return { adapterId, dims, method, prefixes: [...prefixes], model: model.id, corpus: corpus.name, rowCount: corpus.count, createdAt, path };
}

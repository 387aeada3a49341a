import type { AdapterEntry, AdapterFormat } from '../../src/contract/adapter.ts';
import { into, patchSession } from './app.ts';
import type { App } from './app.ts';

export function loadAdapters(app: App): Promise<unknown> {
  return into(app, 'adapters', () => app.client.call('adapters.list', {}));
}

/** Keeps a copy of an adapter file and chooses it. Rejects with what is wrong with the file. */
export async function addAdapter(app: App, path: string): Promise<AdapterEntry> {
  const entry = await app.client.call('adapters.add', { path });
  await loadAdapters(app);
  return entry;
}

/** Forgets an adapter; what was embedded with it stays as it is. */
export async function deleteAdapter(app: App, adapterId: string): Promise<void> {
  await app.client.call('adapters.delete', { adapterId });
  if (app.session.get().adapterId === adapterId) patchSession(app, { adapterId: undefined, dims: undefined });
  await loadAdapters(app);
}

/** Writes an adapter through the host's save dialog. @returns the file's name, undefined when the user cancelled. */
export async function exportAdapter(app: App, adapterId: string, format: AdapterFormat): Promise<string | undefined> {
  const { fileName, mimeType, base64 } = await app.client.call('adapters.export', { adapterId, format });
  return app.host.saveFile({ fileName, mimeType, data: Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)) });
}

/** What an adapter is called in a list. */
export function adapterName({ method, corpus, prefixes }: AdapterEntry): string {
  const kind = method === 'pca' ? 'PCA' : method === 'preserve' ? 'trained' : method === 'identity' ? 'as it is' : 'trained on pairs';
  return `${kind} on ${corpus}, for ${prefixes.join(', ')}`;
}

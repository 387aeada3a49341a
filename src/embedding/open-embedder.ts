import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { showValue, UserError } from '../base/errors.ts';
import { resourcesDir } from '../base/resources.ts';
import { catalogue, findInCatalogue, recipeOf } from './catalogue.ts';
import type { Embedder } from './embedder.ts';
import { type LocalOptions, openLocalEmbedder } from './local-embedder.ts';

export interface OpenOptions extends Omit<LocalOptions, 'id'> {
  /** Where downloaded models lie: `modelsDir/OWNER/NAME`. */
  readonly modelsDir?: string | undefined;
  /** The folder that has `models/starter`. */
  readonly resources?: string | undefined;
}

/**
 * Opens what `--model` names: `starter`, the id of a catalogue model that has been downloaded, or a model folder. Never touches the network.
 * @throws UserError for an unknown name (with those that are known), a model that is not here yet, or a folder that cannot be run.
 */
export async function openEmbedder(spec: string, options: OpenOptions = {}): Promise<Embedder> {
  if (await isFolder(spec)) return openLocalEmbedder(spec, options);
  const entry = findInCatalogue(spec);
  if (entry === undefined) {
    const looksLikePath = /^[./\\~]|^[a-z]:|[/\\].*[/\\]/i.test(spec);
    if (looksLikePath) return openLocalEmbedder(spec, options);
    throw new UserError('embedding/unknown-model', `unknown model ${showValue(spec)}, expected a model folder or one of ${catalogue.map((known) => known.id).join(', ')}`);
  }
  switch (entry.where) {
    case 'bundled':
      // The starter's own folder says what it is: it is trained in this repository.
      return openLocalEmbedder(join(options.resources ?? resourcesDir(), 'models', entry.id), { ...options, id: entry.id });
    case 'hub': {
      const folder = options.modelsDir === undefined ? undefined : modelFolderOf(entry.id, options.modelsDir);
      if (folder === undefined || !(await isFolder(folder))) {
        throw new UserError('embedding/not-downloaded', `${entry.id} is not on this computer`, { hint: 'download it first, or give a model folder' });
      }
      return openLocalEmbedder(folder, { ...options, id: entry.id, override: { ...recipeOf(entry), ...options.override } });
    }
    case 'api':
      throw new UserError('embedding/api', `${entry.id} is an API, which needs an address and a key`);
  }
}

/** Where a hub model lies under `modelsDir`. */
export function modelFolderOf(id: string, modelsDir: string): string {
  return join(modelsDir, ...id.split('/'));
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { showValue, UserError } from '../base/errors.ts';
import { resourcesDir } from '../base/resources.ts';
import { openApiEmbedder } from './api-embedder.ts';
import { catalogue, findInCatalogue, recipeOf } from './catalogue.ts';
import type { Embedder } from './embedder.ts';
import { type LocalOptions, openLocalEmbedder } from './local-embedder.ts';

export interface OpenOptions extends Omit<LocalOptions, 'id'> {
  /** Where downloaded models lie: `modelsDir/OWNER/NAME`. */
  readonly modelsDir?: string | undefined;
  /** The folder that has `models/starter`. */
  readonly resources?: string | undefined;
  /** For servers; `FUNNELSCOPE_API_KEY` (and for OpenAI's own `OPENAI_API_KEY`) of the environment unless given. */
  readonly apiKey?: string | undefined;
}

const openAiUrl = 'https://api.openai.com/v1';

/**
 * Opens what `--model` names: `starter`, the id of a catalogue model that has been downloaded, a model folder, or a server
 * (`http://127.0.0.1:11434/v1#nomic-embed-text`, `openai/text-embedding-3-small`). Only servers are reached over the network.
 * @throws UserError for an unknown name (with those that are known), a model that is not here yet, or a folder that cannot be run.
 */
export async function openEmbedder(spec: string, options: OpenOptions = {}): Promise<Embedder> {
  if (/^https?:\/\//i.test(spec)) {
    const [baseUrl, model] = splitServer(spec);
    return openApiEmbedder({ baseUrl, model, apiKey: options.apiKey ?? process.env['FUNNELSCOPE_API_KEY'], recipe: options.override, signal: options.signal });
  }
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
      if (folder === undefined || !(await isDownloaded(folder))) {
        throw new UserError('embedding/not-downloaded', `${entry.id} is not on this computer`, { hint: `download it first: \`models download ${entry.id}\`, or the Model screen; or give a model folder` });
      }
      return openLocalEmbedder(folder, { ...options, id: entry.id, override: { ...recipeOf(entry), ...options.override } });
    }
    case 'api': {
      const apiKey = options.apiKey ?? process.env['OPENAI_API_KEY'] ?? process.env['FUNNELSCOPE_API_KEY'];
      if (apiKey === undefined || apiKey === '') throw new UserError('embedding/no-key', `${entry.id} needs a key`, { hint: 'set OPENAI_API_KEY, or keep the key in the app' });
      return openApiEmbedder({ baseUrl: openAiUrl, id: entry.id, model: entry.id.replace(/^openai\//, ''), apiKey, recipe: options.override, signal: options.signal });
    }
  }
}

/** `http://host:port/v1#model`: the address and the server's name for the model. */
function splitServer(spec: string): readonly [string, string] {
  const at = spec.indexOf('#');
  if (at < 0 || at === spec.length - 1) throw new UserError('embedding/no-server-model', `${showValue(spec)} names no model, expected ADDRESS#MODEL such as http://127.0.0.1:11434/v1#nomic-embed-text`);
  return [spec.slice(0, at), spec.slice(at + 1)];
}

/** Where a hub model lies under `modelsDir`. */
export function modelFolderOf(id: string, modelsDir: string): string {
  return join(modelsDir, ...id.split('/'));
}

/** A download's last step is the recipe: without it some of the files are missing. */
export async function isDownloaded(folder: string): Promise<boolean> {
  return (await stat(join(folder, 'funnelscope.json')).catch(() => undefined))?.isFile() === true;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

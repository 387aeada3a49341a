import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { UserError } from '../base/errors.ts';
import type { WorkOptions } from '../base/progress.ts';
import { type CatalogueEntry, recipeOf } from './catalogue.ts';
import { downloadFile, type DownloadOptions } from './file-download.ts';
import { type Dtype, dtypeSuffixes } from './model-folder.ts';
import { modelFolderOf } from './open-embedder.ts';

export interface HubOptions {
  readonly modelsDir: string;
  readonly dtype?: Dtype | undefined;
  /** Branch, tag or commit. */
  readonly revision?: string | undefined;
  /** Where the hub is; another mirror, or a server in a test. */
  readonly baseUrl?: string | undefined;
  /** For gated models. Sent to the hub only, never to where it redirects. */
  readonly token?: string | undefined;
  readonly retry?: DownloadOptions['retry'];
}

/** Another hub and a token for gated models, as Hugging Face's own tools take them: HF_ENDPOINT, HF_TOKEN. */
export function hubOfEnvironment(environment: NodeJS.ProcessEnv = process.env): Pick<HubOptions, 'baseUrl' | 'token'> {
  return { baseUrl: environment['HF_ENDPOINT'] || undefined, token: environment['HF_TOKEN'] || undefined };
}

const required = ['config.json', 'tokenizer.json', 'tokenizer_config.json'] as const;
const optional = ['special_tokens_map.json', 'modules.json', '1_Pooling/config.json', 'sentence_bert_config.json'] as const;

/**
 * Downloads a catalogue model into `modelsDir/OWNER/NAME`: small files first, then the weights. Interrupted downloads go on where they stopped;
 * each file is checked against the hub's checksum before it gets its name. The model counts as there once the weights have theirs.
 * @returns the model folder. @throws UserError for a model without a repository, a missing file, a gated model, a wrong checksum, no connection.
 */
export async function downloadModel(entry: CatalogueEntry, options: HubOptions, work: WorkOptions = {}): Promise<string> {
  if (entry.repository === undefined) throw new UserError('embedding/no-repository', `${entry.id} cannot be downloaded: ${entry.where === 'api' ? 'it is an API' : 'it ships with the app'}`);
  const dtype = options.dtype ?? 'fp32';
  const sizes = entry.sizes ?? {};
  if (sizes[dtype] === undefined) throw new UserError('embedding/no-dtype', `${entry.id} has no ${dtype} weights, expected one of ${Object.keys(sizes).join(', ')}`);
  const weights = `onnx/model${dtypeSuffixes[dtype]}.onnx`;
  const files = [
    ...required.map((path) => ({ path, isOptional: false })),
    ...optional.map((path) => ({ path, isOptional: true })),
    ...(entry.externalData?.includes(dtype) === true ? [{ path: `${weights}_data`, isOptional: false }] : []),
    { path: weights, isOptional: false },
  ];
  const folder = modelFolderOf(entry.id, options.modelsDir);
  const base = `${(options.baseUrl ?? 'https://huggingface.co').replace(/\/$/, '')}/${entry.repository}/resolve/${encodeURIComponent(options.revision ?? 'main')}`;
  let doneBytes = 0;
  let commit: string | undefined;
  for (const { path, isOptional } of files) {
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    const there = await stat(target).catch(() => undefined);
    if (there !== undefined) {
      doneBytes += there.size;
      continue;
    }
    const done = doneBytes;
    const total = Math.max(sizes[dtype] ?? 0, done);
    const report = (bytes: number): void => work.onProgress?.({ phase: `downloading ${entry.name}`, done: done + bytes, total: Math.max(total, done + bytes), unit: 'bytes' });
    const file = await downloadFile(`${base}/${path}`, target, { token: options.token, isOptional, retry: options.retry, signal: work.signal, onBytes: report });
    doneBytes += file?.sizeBytes ?? 0;
    commit ??= file?.commit;
  }
  // The folder then opens right by its path too, without the catalogue.
  await writeFileAtomic(join(folder, 'funnelscope.json'), `${JSON.stringify({ id: entry.id, name: entry.name, repository: entry.repository, commit, ...recipeOf(entry) }, null, 2)}\n`);
  return folder;
}

/** Removes a downloaded model, unfinished parts too. */
export async function removeModel(id: string, modelsDir: string): Promise<void> {
  await rm(modelFolderOf(id, modelsDir), { recursive: true, force: true });
}

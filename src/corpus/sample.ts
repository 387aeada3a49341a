import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { showValue, UserError } from '../base/errors.ts';
import type { Sample } from '../contract/dataset.ts';
import { sampleSchema } from '../contract/dataset.ts';

/** The folder of `sample:NAME`. @throws UserError that lists the samples there are. */
export async function samplePath(spec: string, resources: string): Promise<string> {
  const name = spec.replace(/^sample:/, '');
  const folder = join(resources, 'samples', name);
  if (/^[\w.-]+$/.test(name) && !name.startsWith('.') && (await stat(folder).catch(() => undefined))?.isDirectory() === true) return folder;
  const names = (await listSamples(resources)).map((sample) => `sample:${sample.name}`);
  throw new UserError('corpus/no-sample', `there is no sample ${showValue(name)}, expected ${names.length === 0 ? 'one under samples/, which is empty' : `one of ${names.join(', ')}`}`);
}

/** The samples under `resources/samples`, as their sample.json tells. Folders without a readable one are left out. */
export async function listSamples(resources: string): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  for (const entry of (await readdir(join(resources, 'samples'), { withFileTypes: true }).catch(() => [])).sort((a, b) => a.name.localeCompare(b.name))) {
    if (!entry.isDirectory()) continue;
    const folder = join(resources, 'samples', entry.name);
    try {
      const told = JSON.parse(await readFile(join(folder, 'sample.json'), 'utf8')) as Record<string, unknown>;
      const sizeBytes = typeof told['sizeBytes'] === 'number' ? told['sizeBytes'] : await folderSize(folder);
      samples.push(sampleSchema.parse({ ...told, name: entry.name, queryCount: told['queryCount'] ?? told['queries'], sizeBytes }));
    } catch {
      continue;
    }
  }
  return samples;
}

async function folderSize(folder: string): Promise<number> {
  let size = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) size += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return size;
}

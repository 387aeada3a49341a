import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { describeError } from '../../src/base/errors.ts';

const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** A folder of its own that goes away after the test file. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'funnelscope-test-'));
  folders.push(folder);
  return folder;
}

/** Writes files (by path inside a new folder) and gives that folder. */
export async function filesIn(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await tempFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** The one line a failing call shows the user, with the folder's name cut off. */
export async function lineOf(call: Promise<unknown>, folder = ''): Promise<string> {
  try {
    await call;
  } catch (error) {
    const line = describeError(error);
    expect(line).not.toContain('\n');
    return folder === '' ? line : line.replaceAll(`${folder}/`, '');
  }
  throw new Error('expected the call to fail');
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { pathsOfArguments } from '../../electron/main/opened-paths.ts';
import { tempFolder } from '../fixtures/temp-folder.ts';

it('opens existing files of the command line, relative to where it was typed, and no switches', () => {
  const argv = ['/opt/funnelscope', '--no-sandbox', 'package.json', './README', '/no/such/file', '.'];
  expect(pathsOfArguments(argv, process.cwd(), true)).toEqual([`${process.cwd()}/package.json`]);
  expect(pathsOfArguments(['/opt/electron', 'package.json', 'package.json'], process.cwd(), false)).toEqual([`${process.cwd()}/package.json`]);
});

it('takes the address by which a desktop names a file, with spaces and umlauts, and none of another machine', async () => {
  const path = join(await tempFolder(), 'two words, ä.jsonl');
  await writeFile(path, '');
  expect(pathsOfArguments(['/opt/funnelscope', pathToFileURL(path).href, 'file://server/share/x', 'file:///no/such', 'file:%zz'], '/', true)).toEqual([path]);
});

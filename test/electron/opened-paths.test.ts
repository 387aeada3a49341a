import { expect, it } from 'vitest';
import { pathsOfArguments } from '../../electron/main/opened-paths.ts';

it('opens existing files of the command line, relative to where it was typed, and no switches', () => {
  const argv = ['/opt/funnelscope', '--no-sandbox', 'package.json', './README', '/no/such/file', '.'];
  expect(pathsOfArguments(argv, process.cwd(), true)).toEqual([`${process.cwd()}/package.json`]);
  expect(pathsOfArguments(['/opt/electron', 'package.json', 'package.json'], process.cwd(), false)).toEqual([`${process.cwd()}/package.json`]);
});

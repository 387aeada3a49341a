import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { benchOptions } from '../../src/cli/arguments.ts';
import { documents, root } from './fenced-commands.ts';

describe('the reference of the command line', () => {
  it('has every option of bench and tune, and none besides', () => {
    const text = readFileSync(join(root, 'docs/cli.md'), 'utf8');
    const table = text.slice(text.indexOf('| option |'), text.indexOf('## tune'));
    const told = [...table.matchAll(/`--([a-z-]+)/g)].map(([, name]) => name!);
    expect(told.sort()).toEqual(Object.keys(benchOptions).filter((name) => name !== 'help').sort());
  });
});

describe('the documents', () => {
  it.each(documents())('%s names only files that are there', (file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const links = [...text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, link]) => link!);
    expect(links.filter((link) => !existsSync(join(root, dirname(file), link)))).toEqual([]);
    const paths = [...text.matchAll(/`((?:src|test|scripts|renderer|electron|docs|bench|models|samples)\/[\w./-]+\.\w+)`/g)].map(([, path]) => path!);
    expect(paths.filter((path) => !path.includes('NNNN') && !existsSync(join(root, path)))).toEqual([]);
  });
});

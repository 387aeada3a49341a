import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { documents, root } from './fenced-commands.ts';

describe('the documents', () => {
  it.each(documents())('%s names only files that are there', (file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const links = [...text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, link]) => link!);
    expect(links.filter((link) => !existsSync(join(root, dirname(file), link)))).toEqual([]);
    const paths = [...text.matchAll(/`((?:src|test|scripts|renderer|electron|docs|bench|models|samples)\/[\w./-]+\.\w+)`/g)].map(([, path]) => path!);
    expect(paths.filter((path) => !path.includes('NNNN') && !existsSync(join(root, path)))).toEqual([]);
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const file = new URL('../../docs/security.md', import.meta.url);
const text = readFileSync(fileURLToPath(file), 'utf8');

describe('docs/security.md', () => {
  it('has one row for each of the twenty items', () => {
    const numbers = [...text.matchAll(/^\| (\d+) \|/gm)].map(([, number]) => Number(number));
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  it('names only files that are there', () => {
    const links = [...text.matchAll(/\]\((\.\.?\/[^)#]+)\)/g)].map(([, link]) => link!);
    expect(links.length).toBeGreaterThan(40);
    expect(links.filter((link) => !existsSync(new URL(link, file)))).toEqual([]);
  });
});

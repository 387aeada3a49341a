import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { documentText } from '../../src/corpus/corpus.ts';
import { readCorpus } from '../../src/corpus/read-corpus.ts';
import { createRowIndex } from '../../src/corpus/row-index.ts';
import { createTextColumn } from '../../src/corpus/text-column.ts';
import { filesIn, tempFolder } from '../fixtures/temp-folder.ts';

describe('texts that do not fit into memory', () => {
  test('a corpus whose texts lie in a file is the same corpus', async () => {
    const lines = Array.from({ length: 3000 }, (_, row) => JSON.stringify({ id: row, title: `T${row % 7}`, text: `text ${row % 1500} ü😀 ${'x'.repeat(row % 50)}` }));
    const file = join(await filesIn({ 'c.jsonl': lines.join('\n') }), 'c.jsonl');
    const inMemory = await readCorpus(file);
    const spilled = await readCorpus(file, { memoryChars: 1000 });
    expect({ ...spilled, texts: [...spilled.texts], titles: spilled.titles!.slice() }).toEqual(inMemory);
    expect(documentText(spilled, 2999)).toBe(documentText(inMemory, 2999));
    expect(spilled.texts.length).toBe(3000);
    expect(Array.isArray(spilled.texts)).toBe(true);
    expect(spilled.texts.filter((text) => text.startsWith('text 7 '))).toHaveLength(2);
    expect(spilled.texts[3000]).toBeUndefined();
    expect(spilled.texts.at(-1)).toBe(inMemory.texts.at(-1));
  });

  test('any texts, read in any order while more are pushed', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 40 }), { minLength: 1, maxLength: 60 }), fc.integer({ min: 0, max: 300 }), fc.infiniteStream(fc.nat()), (texts, memoryChars, picks) => {
        const column = createTextColumn(memoryChars);
        texts.forEach((text, row) => {
          column.push(text);
          const pick = picks.next().value % (row + 1);
          expect(column.at(pick)).toBe(texts[pick]);
        });
        expect([...column.finish()]).toEqual(texts);
      }),
      { numRuns: 50 },
    );
  });

  test('a file three times the heap opens', { timeout: 180_000 }, async () => {
    const folder = await tempFolder();
    const file = join(folder, 'large.jsonl');
    const out = createWriteStream(file);
    const body = 'the quick brown fox jumps over the lazy dog '.repeat(40);
    for (let row = 0; row < 70_000; row += 1) if (!out.write(`${JSON.stringify({ _id: `document-${row}`, text: `${row} ${body}` })}\n`)) await new Promise<void>((resolve) => out.once('drain', () => resolve()));
    out.end();
    await finished(out);
    const script = join(folder, 'read.mjs');
    await build({
      stdin: { contents: `import { readCorpus } from ${JSON.stringify(join(import.meta.dirname, '../../src/corpus/read-corpus.ts'))}; const c = await readCorpus(process.argv[2]); console.log(JSON.stringify([c.ids.length, c.texts[69999].slice(0, 20), c.stats.duplicateCount]));`, resolveDir: import.meta.dirname, loader: 'ts' },
      outfile: script, bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      nodePaths: [join(import.meta.dirname, '../../node_modules')],
    });
    // 129 MB of text.
    const run = spawnSync(process.execPath, ['--max-old-space-size=42', script, file], { encoding: 'utf8' });
    expect(run.stderr).toBe('');
    expect(JSON.parse(run.stdout)).toEqual([70_000, '69999 the quick brow', 0]);
  });
});

test('a row index finds the first row of any key', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 3 }), { maxLength: 3000 }), (keys) => {
      const index = createRowIndex((row, key) => keys[row] === key);
      keys.forEach((key, row) => {
        const first = keys.indexOf(key);
        expect(index.findOrAdd(key, row)).toBe(first === row ? -1 : first);
      });
    }),
    { numRuns: 20 },
  );
});

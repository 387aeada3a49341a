import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitText } from '../../src/corpus/chunking.ts';
import { htmlText } from '../../src/corpus/html.ts';
import { markdownSections } from '../../src/corpus/markdown.ts';
import { readCorpus } from '../../src/corpus/read-corpus.ts';
import { filesIn, lineOf } from '../fixtures/temp-folder.ts';
import { tinyPdf } from './tiny-pdf.ts';

describe('cutting text', () => {
  test('at paragraphs, then sentences, then words, then anywhere', () => {
    expect(splitText('One two.\n\nThree four.', { maxChars: 12, overlapChars: 0 })).toEqual(['One two.', 'Three four.']);
    expect(splitText('One two. Three four. Five.', { maxChars: 20, overlapChars: 0 })).toEqual(['One two. Three four.', 'Five.']);
    expect(splitText('one two three four', { maxChars: 9, overlapChars: 0 })).toEqual(['one two', 'three', 'four']);
    expect(splitText('abcdefghij', { maxChars: 4, overlapChars: 0 })).toEqual(['abcd', 'efgh', 'ij']);
  });

  test('repeats the end of a piece at the beginning of the next', () => {
    expect(splitText('A one. B two. C three. D four.', { maxChars: 16, overlapChars: 8 })).toEqual(['A one. B two.', 'B two. C three.', 'D four.']);
  });

  test('any text: no piece is empty or too long, every word is kept in order, surrogate pairs stay whole', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'bc', ' ', '.', '\n', '\n\n', '! ', '。', '😀', 'ü'), maxLength: 300 });
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 60 }), (source, maxChars) => {
        const pieces = splitText(source, { maxChars, overlapChars: 0 });
        for (const piece of pieces) {
          expect(piece.trim().length).toBeGreaterThan(0);
          expect(piece.length).toBeLessThanOrEqual(maxChars);
          expect(Buffer.from(piece, 'utf8').toString('utf8')).toBe(piece);
        }
        expect(pieces.join('').replace(/\s/g, '')).toBe(source.replace(/\s/g, ''));
      }),
    );
  });

  test('any text with overlap: pieces stay short enough and begin with what ended the one before, or with something new', () => {
    fc.assert(
      fc.property(fc.lorem({ mode: 'sentences', maxCount: 12 }), fc.integer({ min: 40, max: 200 }), (source, maxChars) => {
        const pieces = splitText(source, { maxChars, overlapChars: Math.floor(maxChars / 3) });
        for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(maxChars);
        const words = new Set(pieces.flatMap((piece) => piece.split(/\s+/)));
        for (const word of source.trim().split(/\s+/)) expect(words.has(word)).toBe(true);
      }),
    );
  });
});

describe('Markdown', () => {
  test('sections have the path of their headings; code fences and front matter make none', () => {
    const text = '---\ntitle: x\n---\nintro\n\n# A #\none\n## B\n```\n# not a heading\n```\ntwo\n\nSetext\n---\nthree\n# C\n\n- item\n---\nfour';
    expect(markdownSections(text)).toEqual([
      { headings: [], text: 'intro' },
      { headings: ['A'], text: 'one' },
      { headings: ['A', 'B'], text: '```\n# not a heading\n```\ntwo' },
      { headings: ['A', 'Setext'], text: 'three' },
      { headings: ['C'], text: '- item\n---\nfour' },
    ]);
  });

  test('any Markdown keeps its words', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('# a', '## b', 'text', '', '```', '~~~~', '---', '===', '    code', '> quote', '#no', '####### seven')), (lines) => {
        const sections = markdownSections(lines.join('\n'));
        const kept = sections.map(({ text }) => text).join('\n');
        const body = lines[0] === '---' ? [] : lines.filter((line) => line === 'text');
        expect(kept.split('\n').filter((line) => line === 'text').length).toBeLessThanOrEqual(lines.filter((line) => line === 'text').length);
        // A line of text may become a Setext heading; then it stands in a path.
        const inPaths = sections.flatMap(({ headings }) => headings).filter((heading) => heading === 'text').length;
        if (!lines.includes('---') && !lines.includes('===')) expect(kept.split('\n').filter((line) => line === 'text').length + inPaths).toBe(body.length);
      }),
    );
  });
});

describe('HTML', () => {
  test('visible text by heading; scripts, styles and navigation are left out; entities are read', () => {
    const page = htmlText(
      '<!doctype html><html><head><title>The &amp; title</title><style>p{}</style></head><body><nav>menu</nav><!-- > no --><h1>One</h1><p>first <b>bold</b>&nbsp;text</p><script>if (a < b) "</h1>"</script>' +
        '<ul><li>x</li><li>y</li></ul><h2>Two <i>deep</i></h2><div title="a > b">a &lt; b &#228; &#x1F600; &bogus; 1 < 2</div><h1>Three</h1>end',
    );
    expect(page).toEqual({
      title: 'The & title',
      sections: [
        { headings: ['One'], text: 'first bold text\n\nx\ny' },
        { headings: ['One', 'Two deep'], text: 'a < b ä 😀 &bogus; 1 < 2' },
        { headings: ['Three'], text: 'end' },
      ],
    });
  });

  test('broken markup loses nothing that follows and takes no long time', () => {
    expect(htmlText('<p>a<b>b</p>c <unclosed').sections).toEqual([{ headings: [], text: 'ab\n\nc' }]);
    expect(htmlText('<script>never closed').sections).toEqual([]);
    expect(htmlText('<div>'.repeat(200_000) + 'deep').sections).toEqual([{ headings: [], text: 'deep' }]);
    expect(htmlText('<'.repeat(200_000)).sections[0]!.text.length).toBe(200_000);
    expect(htmlText('&#0;&#xD800;&#1114112;&__proto__;').sections[0]!.text).toBe('\ufffd\ufffd\ufffd&__proto__;');
  });

  test('any text: the reader ends, and gives no angle brackets of known tags', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('<p>', '</p>', '<h1>', '</h1>', '<script>', '</script>', 'text', '<', '>', '"', "'", '=', '<!--', '-->', '&', ';', '<title>', '</title>', '<a href="'), { maxLength: 60 }), (parts) => {
        const { sections, title } = htmlText(parts.join(''));
        for (const { text } of [...sections, { text: title }]) expect(typeof text).toBe('string');
      }),
    );
  });
});

describe('document files', () => {
  test('HTML pages and PDFs in a folder become titled pieces', async () => {
    const folder = await filesIn({ 'a.html': '<title>Page</title><h1>Page</h1><p>hello</p><h2>More</h2>there', 'b.pdf': tinyPdf(['First page text', 'Second page']) });
    expect(await readCorpus(folder)).toMatchObject({
      ids: ['a.html', 'a.html#2', 'b.pdf', 'b.pdf#2'],
      titles: ['Page', 'Page › More', 'b › page 1', 'b › page 2'],
      texts: ['hello', 'there', 'First page text', 'Second page'],
    });
  });

  test('one file alone, and text files cut when it is asked for', async () => {
    const folder = await filesIn({ 'only.md': '# T\nbody', 'sub/long.txt': 'One two. Three four. Five six. Seven.' });
    expect(await readCorpus(join(folder, 'only.md'))).toMatchObject({ ids: ['only.md'], titles: ['T'], texts: ['body'], stats: { format: 'markdown' } });
    expect((await readCorpus(join(folder, 'sub'), { chunks: { maxChars: 20, overlapChars: 0 } })).texts).toEqual(['One two. Three four.', 'Five six. Seven.']);
    expect(await lineOf(readCorpus(join(folder, 'sub'), { chunks: { maxChars: 20, overlapChars: 11 } }))).toBe('an overlap of 11 characters does not fit pieces of 20, expected at most half of them');
  });

  test('a damaged or empty PDF is one line', async () => {
    const folder = await filesIn({ 'x.pdf': '%PDF-1.4 nothing here', 'y.pdf': '' });
    expect(await lineOf(readCorpus(join(folder, 'x.pdf')), folder)).toMatch(/^x\.pdf: is not a PDF that can be read: /);
    expect(await lineOf(readCorpus(join(folder, 'y.pdf')), folder)).toMatch(/^y\.pdf: /);
  });
});

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { QuerySource } from '../../src/contract/dataset.ts';
import { readQuerySet } from '../../src/corpus/query-set.ts';
import { readCorpus } from '../../src/corpus/read-corpus.ts';
import { searchedCorpus } from '../../src/corpus/searched-corpus.ts';
import { filesIn, lineOf } from '../fixtures/temp-folder.ts';

const documents = ['d1', 'd2', 'd3', 'd4'].map((_id, row) => JSON.stringify({ _id, title: `Title ${row}`, text: `text ${row}` })).join('\n');
const queries = ['q1', 'q2', 'q3'].map((_id) => JSON.stringify({ _id, text: `query ${_id}` })).join('\n');
const beir = { 'corpus.jsonl': documents, 'queries.jsonl': queries, 'qrels/test.tsv': 'query-id\tcorpus-id\tscore\nq3\td1\t2\nq1\td4\t1\nq1\td2\t0\n', 'qrels/dev.tsv': 'query-id\tcorpus-id\tscore\nq2\td2\t1\n' };

async function open(files: Record<string, string>, source: QuerySource | ((folder: string) => QuerySource), options = {}): Promise<Awaited<ReturnType<typeof readQuerySet>>> {
  const folder = await filesIn(files);
  return readQuerySet(typeof source === 'function' ? source(folder) : source, await readCorpus(folder), { corpusPath: folder, ...options });
}

describe('queries of a BEIR folder', () => {
  test('only queries with qrels are used, the test split first', async () => {
    const set = await open(beir, { kind: 'own' });
    expect(set).toMatchObject({ ids: ['q1', 'q3'], texts: ['query q1', 'query q3'], warnings: ['1 of 3 queries have no judgement and are left out'] });
    expect(set.qrels).toEqual([new Map([[3, 1], [1, 0]]), new Map([[0, 2]])]);
    expect((await open(beir, { kind: 'own' }, { split: 'dev' })).ids).toEqual(['q2']);
  });

  test('a limit draws seeded queries and keeps qrels with them', async () => {
    const one = await open(beir, { kind: 'own', limit: 1, seed: 3 });
    expect(one.ids).toHaveLength(1);
    expect(one.qrels![0]).toEqual(one.ids[0] === 'q1' ? new Map([[3, 1], [1, 0]]) : new Map([[0, 2]]));
    expect((await open(beir, { kind: 'own', limit: 1, seed: 3 })).contentHash).toBe(one.contentHash);
  });
});

describe('queries from files', () => {
  test('a text file has a query a line; TREC qrels refer to the line number', async () => {
    const files = { ...beir, 'own.txt': 'first\nsecond\n', 'own.qrels': '1 0 d1 1\n2 0 d9 1\n2 0 d3 3\n' };
    const set = await open(files, (folder) => ({ kind: 'file', path: join(folder, 'own.txt'), qrelsPath: join(folder, 'own.qrels') }));
    expect(set).toMatchObject({ ids: ['1', '2'], texts: ['first', 'second'], qrels: [new Map([[0, 1]]), new Map([[2, 3]])] });
    expect(set.warnings).toEqual(['1 of 3 judgements name documents that are not in the corpus; they do not count']);
  });

  test.each<[string, string, string]>([
    ['a line of another shape', 'q1 d1\n', 'own.tsv:1: is "q1 d1", expected query-id, corpus-id and score separated by tabs (BEIR) or "qid 0 docid grade" (TREC)'],
    ['a fractional grade', 'query-id\tcorpus-id\tscore\nq1\td1\t0.5\n', 'own.tsv:2: the grade is "0.5", expected a whole number such as 0 or 1'],
    ['contradicting grades', 'q1\td1\t1\nq1\td1\t2\n', 'own.tsv:2: query q1 and document d1 have grade 2, but 1 in line 1'],
    ['foreign documents', 'q1\tx1\t1\n', 'own.tsv: none of its documents is in corpus: it names "x1", the corpus has ids such as "d1"'],
    ['foreign queries', 'x\td1\t1\n', 'own.tsv: judges none of the queries: it names "x", the queries have ids such as "q1"'],
  ])('qrels: %s', async (_, qrels, expected) => {
    const folder = await filesIn({ ...beir, 'own.tsv': qrels });
    const corpus = { ...(await readCorpus(folder)), name: 'corpus' };
    const source: QuerySource = { kind: 'file', path: join(folder, 'queries.jsonl'), qrelsPath: join(folder, 'own.tsv') };
    expect(await lineOf(readQuerySet(source, corpus), folder)).toBe(expected);
  });

  test('an empty query is refused', async () => {
    const folder = await filesIn({ ...beir, 'own.jsonl': '{"id":"1","text":"a"}\n{"id":"2","text":" "}' });
    expect(await lineOf(readQuerySet({ kind: 'file', path: join(folder, 'own.jsonl') }, await readCorpus(folder)), folder)).toBe(
      'own.jsonl: query "2" (number 2) is empty, expected text',
    );
  });
});

describe('queries made of the corpus', () => {
  test('held-out rows are seeded, rising, and are not searched', async () => {
    const folder = await filesIn(beir);
    const corpus = await readCorpus(folder);
    const set = await readQuerySet({ kind: 'held-out', count: 2, seed: 7 }, corpus);
    const rows = [...set.heldOutRows!];
    expect(rows).toEqual([...rows].sort((a, b) => a - b));
    expect(set.texts).toEqual(rows.map((row) => `Title ${row}\ntext ${row}`));
    const searched = searchedCorpus(corpus, set);
    expect(searched.ids).toEqual(corpus.ids.filter((_, row) => !rows.includes(row)));
    expect(searched.titles).toHaveLength(2);
    expect(searched.contentHash).not.toBe(corpus.contentHash);
    expect(await readQuerySet({ kind: 'held-out', count: 2, seed: 7 }, corpus)).toEqual(set);
  });

  test('a corpus whose texts lie in a file is not read into memory for it', async () => {
    const folder = await filesIn(beir);
    const inMemory = await readCorpus(folder);
    const spilled = await readCorpus(folder, { memoryChars: 1 });
    const set = await readQuerySet({ kind: 'held-out', count: 2, seed: 7 }, inMemory);
    const expected = searchedCorpus(inMemory, set);
    const searched = searchedCorpus(spilled, set);
    // A view has no elements of its own.
    expect(Object.keys(searched.texts)).toEqual([]);
    expect(Object.keys(expected.texts)).toHaveLength(2);
    expect({ ...searched, texts: [...searched.texts], titles: [...searched.titles!] }).toEqual(expected);
  });

  test('something must be left to search', async () => {
    const corpus = { ...(await readCorpus(await filesIn(beir))), name: 'c' };
    expect(await lineOf(readQuerySet({ kind: 'held-out', count: 4 }, corpus))).toBe('asks for 4 queries, but c has 4 documents that are not empty and some must be left to search');
  });

  test('titles become queries whose answer is their own text, and titles are hidden from the documents', async () => {
    const corpus = await readCorpus(await filesIn(beir));
    const set = await readQuerySet({ kind: 'titles', count: 2, seed: 1 }, corpus);
    set.texts.forEach((title, index) => {
      const row = corpus.titles!.indexOf(title);
      expect(set.qrels![index]).toEqual(new Map([[row, 1]]));
    });
    expect(searchedCorpus(corpus, set)).toMatchObject({ ids: corpus.ids, titles: undefined });
  });

  test('typed queries are numbered', async () => {
    expect(await readQuerySet({ kind: 'typed', texts: [' hello ', 'world'] }, await readCorpus(await filesIn(beir)))).toMatchObject({ ids: ['q1', 'q2'], texts: ['hello', 'world'] });
  });
});

import { describe, expect, it } from 'vitest';
import { sentence, unbroken } from '../../../renderer/format/sentence.ts';

describe('a remark as a sentence', () => {
  it('begins with a capital and ends with one stop', () => {
    expect(['texts are sent to a server', 'Small.', 'really?', '872 of 117,791 are empty'].map(sentence)).toEqual(['Texts are sent to a server.', 'Small.', 'Really?', '872 of 117,791 are empty.']);
  });
});

describe('a sentence of the engine', () => {
  it('keeps numbers and units together, and nothing else', () => {
    expect(unbroken('finds 99.9 % (99.7–100) on 250 queries in 11.1 ms at 64 dims, ≈ 2 s')).toBe('finds 99.9\u202f% (99.7–100) on 250 queries in 11.1\u202fms at 64\u202fdims, ≈\u202f2\u202fs');
    expect(unbroken('1 search of 3 stages')).toBe('1 search of 3 stages');
  });
});

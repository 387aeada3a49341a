import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentsAt, shareOfBar } from '../../../renderer/screens/funnel/bar-scale.ts';

describe('the scale of the bars', () => {
  it('goes from a sliver for one document to the whole track for the corpus', () => {
    expect(shareOfBar(1, 117_791)).toBeGreaterThan(0);
    expect(shareOfBar(117_791, 117_791)).toBe(1);
    expect(shareOfBar(1, 1)).toBe(1);
  });

  it('is inverted by the pointer within what the eye can place', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 2_000_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (rowCount, part) => {
        const documents = Math.max(1, Math.round(rowCount ** part));
        const back = documentsAt(shareOfBar(documents, rowCount), rowCount);
        expect(Math.abs(back - documents)).toBeLessThanOrEqual(Math.max(0.5, documents * 0.006));
      }),
    );
  });

  it('rises with the documents', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 99_999 }), (documents) => shareOfBar(documents, 100_000) < shareOfBar(documents + 1, 100_000)));
  });
});

import { quickHash } from '../base/content-hash.ts';

/**
 * Finds the first row with a key, in about 16 bytes a row (a Map of millions of strings takes ten times that, and ends at 2²⁴ entries).
 * Keys are not kept: `isSame` compares with the row itself.
 */
export interface RowIndex {
  /** The earlier row with this key; −1 when there is none, and then `row` is entered. */
  findOrAdd(key: string, row: number): number;
}

export function createRowIndex(isSame: (row: number, key: string) => boolean): RowIndex {
  let slots = new Int32Array(1024).fill(-1);
  let hashes = new Int32Array(1024);
  let count = 0;
  const grow = (): void => {
    const oldSlots = slots;
    const oldHashes = hashes;
    slots = new Int32Array(oldSlots.length * 2).fill(-1);
    hashes = new Int32Array(slots.length);
    oldSlots.forEach((row, at) => {
      if (row >= 0) place(row, oldHashes[at]!);
    });
  };
  const place = (row: number, hash: number): void => {
    let at = hash & (slots.length - 1);
    while (slots[at]! >= 0) at = (at + 1) & (slots.length - 1);
    slots[at] = row;
    hashes[at] = hash;
  };
  return {
    findOrAdd(key, row) {
      const wide = quickHash(key);
      const hash = (wide ^ (wide / 0x100000000)) | 0;
      for (let at = hash & (slots.length - 1); slots[at]! >= 0; at = (at + 1) & (slots.length - 1)) {
        if (hashes[at] === hash && isSame(slots[at]!, key)) return slots[at]!;
      }
      if (count * 2 >= slots.length) grow();
      place(row, hash);
      count += 1;
      return -1;
    },
  };
}

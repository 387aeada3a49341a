import { createHash } from 'node:crypto';

/** Hashes strings in order, each with its length before it, so that no two different sequences give the same bytes. */
export interface ContentHash {
  add(text: string): void;
  /** sha256, hex. Nothing can be added afterwards. */
  digest(): string;
}

export function contentHash(): ContentHash {
  const hash = createHash('sha256');
  let pending: Buffer[] = [];
  let size = 0;
  const flush = (): void => {
    hash.update(Buffer.concat(pending));
    pending = [];
    size = 0;
  };
  return {
    add(text) {
      const bytes = Buffer.from(text, 'utf8');
      const length = Buffer.allocUnsafe(4);
      length.writeUInt32LE(bytes.length);
      pending.push(length, bytes);
      size += bytes.length + 4;
      if (size > 65536) flush();
    },
    digest() {
      flush();
      return hash.digest('hex');
    },
  };
}

/** The hash of a whole list. */
export function hashStrings(texts: Iterable<string>): string {
  const hash = contentHash();
  for (const text of texts) hash.add(text);
  return hash.digest();
}

/** A 53-bit hash of a string for tables (two FNV-1a streams); equal strings are still compared. */
export function quickHash(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x01234567;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x85ebca6b) ^ (high >>> 15);
  }
  return (high & 0x1fffff) * 0x100000000 + (low >>> 0);
}

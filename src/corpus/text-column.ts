import { closeSync, readSync, writeSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import { openTemporaryFile } from '../base/temporary-file.ts';
import { arrayView } from './array-view.ts';

/** Collects texts in order. Up to `memoryChars` they stay in memory; from then on they lie in a temporary file and are read when they are asked for. */
export interface TextColumn {
  readonly length: number;
  push(text: string): void;
  /** A text that was pushed. */
  at(row: number): string;
  /** The column as an array; nothing may be pushed any more. */
  finish(): readonly string[];
}

/** An eighth of the heap: a corpus has two columns, and the embeddings want room too. */
function defaultMemoryChars(): number {
  return Math.floor(getHeapStatistics().heap_size_limit / 8);
}

export function createTextColumn(memoryChars = defaultMemoryChars()): TextColumn {
  const texts: string[] = [];
  let chars = 0;
  let spilled: SpilledTexts | undefined;
  return {
    get length() {
      return spilled?.length ?? texts.length;
    },
    push(text) {
      if (spilled !== undefined) return spilled.push(text);
      texts.push(text);
      chars += text.length;
      if (chars <= memoryChars) return;
      spilled = createSpill();
      for (const earlier of texts) spilled.push(earlier);
      texts.length = 0;
    },
    at: (row) => spilled?.at(row) ?? texts[row] ?? '',
    finish: () => (spilled === undefined ? texts : arrayView(spilled)),
  };
}

interface SpilledTexts {
  readonly length: number;
  push(text: string): void;
  at(row: number): string;
}

const blockBytes = 4 * 1024 * 1024;
const openFiles = new FinalizationRegistry<() => void>((close) => close());

/** Texts as UTF-8 one after the other in a temporary file, which is gone with the column (on Windows: with the process). */
function createSpill(): SpilledTexts {
  const file = openTemporaryFile('funnelscope-corpus-');
  // offsets[row] is where a text begins; one more entry than texts.
  let offsets = new Float64Array(65536);
  let count = 0;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let written = 0;
  const flush = (): void => {
    const bytes = Buffer.concat(pending);
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, written + at);
    written += bytes.length;
    pending = [];
    pendingBytes = 0;
  };
  // The last block that was read: neighbours are asked for one after the other.
  let block: Buffer = Buffer.alloc(0);
  let blockStart = 0;
  const bytesAt = (start: number, end: number): Buffer => {
    if (end > written) flush();
    if (start < blockStart || end > blockStart + block.length) {
      block = Buffer.allocUnsafe(Math.min(Math.max(blockBytes, end - start), written - start));
      for (let at = 0; at < block.length; ) at += readSync(file, block, at, block.length - at, start + at);
      blockStart = start;
    }
    return block.subarray(start - blockStart, end - blockStart);
  };
  const texts: SpilledTexts = {
    get length() {
      return count;
    },
    push(text) {
      const bytes = Buffer.from(text, 'utf8');
      if (count + 2 > offsets.length) {
        const longer = new Float64Array(offsets.length * 2);
        longer.set(offsets);
        offsets = longer;
      }
      offsets[count + 1] = offsets[count]! + bytes.length;
      count += 1;
      pending.push(bytes);
      pendingBytes += bytes.length;
      if (pendingBytes >= blockBytes) flush();
    },
    at: (row) => (row >= 0 && row < count ? bytesAt(offsets[row]!, offsets[row + 1]!).toString('utf8') : ''),
  };
  openFiles.register(texts, () => closeSync(file));
  return texts;
}

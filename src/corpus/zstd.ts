import { Decompress } from 'fzstd';
import { UserError } from '../base/errors.ts';

/** The window a frame may ask for; 128 MiB is what `zstd --long` writes and what zstd's own decoder accepts unasked. */
const maxWindowBytes = 128 * 1024 * 1024;

/** Decompresses a zstd stream chunk by chunk. @throws UserError when it is damaged, cut short, or wants a window over 128 MiB. */
export async function* zstdChunks(raw: AsyncIterable<Buffer | string>, file: string): AsyncGenerator<Buffer> {
  let ready: Buffer[] = [];
  let ended = false;
  const decoder = new Decompress((chunk, final) => {
    // The decoder may reuse its window: copy.
    if (chunk.length > 0) ready.push(Buffer.from(chunk));
    if (final === true) ended = true;
  });
  let head: Buffer | undefined = Buffer.alloc(0);
  const push = (chunk: Buffer, final: boolean): void => {
    try {
      decoder.push(chunk, final);
    } catch (error) {
      const cut = /EOF|unexpected end/i.test((error as Error).message);
      throw new UserError(cut ? 'corpus/truncated' : 'corpus/corrupt', cut ? 'the zstd data ends too early: the file was cut short' : `the zstd data is damaged: ${(error as Error).message}`, {
        place: { file },
        cause: error,
      });
    }
  };
  for await (const part of raw) {
    let chunk = Buffer.from(part as Buffer);
    if (head !== undefined) {
      chunk = Buffer.concat([head, chunk]);
      if (chunk.length < 18) {
        head = chunk;
        continue;
      }
      head = undefined;
      checkWindow(chunk, file);
    }
    push(chunk, false);
    yield* ready;
    ready = [];
  }
  push(head ?? Buffer.alloc(0), true);
  yield* ready;
  if (!ended) throw new UserError('corpus/truncated', 'the zstd data ends too early: the file was cut short', { place: { file } });
}

/** RFC 8878 §3.1.1.1: window descriptor, or the content size of a single-segment frame. */
function checkWindow(head: Buffer, file: string): void {
  const descriptor = head[4]!;
  const singleSegment = (descriptor & 32) !== 0;
  let window: number;
  if (singleSegment) {
    const at = 5 + [0, 1, 2, 4][descriptor & 3]!;
    const sizeFlag = descriptor >> 6;
    window = sizeFlag === 0 ? head[at]! : sizeFlag === 1 ? head.readUInt16LE(at) + 256 : sizeFlag === 2 ? head.readUInt32LE(at) : Number(head.readBigUInt64LE(at));
  } else {
    const base = 2 ** (10 + (head[5]! >> 3));
    window = base + (base / 8) * (head[5]! & 7);
  }
  if (window > maxWindowBytes) {
    throw new UserError('corpus/bomb', `the zstd header asks for a window of ${window} bytes, more than the ${maxWindowBytes} allowed; refused`, { place: { file } });
  }
}

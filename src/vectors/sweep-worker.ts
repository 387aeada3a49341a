// A worker thread of sweep-crew.ts: sweeps some queries over vectors in shared memory and sends what it finds.
import { parentPort, type MessagePort } from 'node:worker_threads';
import { CancelledError, describeError } from '../base/errors.ts';
import type { Progress } from '../base/progress.ts';
import { borrowVectors } from './lent-vectors.ts';
import type { SweepReply, SweepRequest } from './sweep-crew.ts';
import { openLinePacker, type PackedLines } from './pool-line.ts';
import { sweepPool } from './sweep-pool.ts';
import { sweepTop } from './sweep.ts';

const PROGRESS_MS = 50;

/** @param moved buffers that are the receiver's from then on */
type Send = (reply: SweepReply, moved?: readonly ArrayBuffer[]) => void;

let running: AbortController | undefined;

if (parentPort !== null) serve(parentPort);

function serve(port: MessagePort): void {
  port.on('message', (message: SweepRequest | 'cancel') => {
    if (message === 'cancel') running?.abort();
    else void answer(port, message);
  });
  port.postMessage('ready');
}

async function answer(port: MessagePort, request: SweepRequest): Promise<void> {
  const send: Send = (reply, moved) => port.postMessage(reply, moved);
  const controller = new AbortController();
  running = controller;
  let told = 0;
  const work = {
    signal: controller.signal,
    onProgress({ phase, done }: Progress) {
      const now = performance.now();
      if (now - told < PROGRESS_MS) return;
      told = now;
      send({ type: 'progress', phase, done });
    },
  };
  try {
    await sweepPart(request, work, send);
    send({ type: 'end' });
  } catch (error) {
    send(error instanceof CancelledError ? { type: 'end', isCancelled: true } : { type: 'end', fault: describeError(error) });
  }
}

async function sweepPart(request: SweepRequest, work: { signal: AbortSignal; onProgress(progress: Progress): void }, send: Send): Promise<void> {
  const { kind, prefixes, keeps, queries } = request;
  const vectors = borrowVectors(request.vectors);
  if (kind === 'top') {
    send({ type: 'tables', tables: await sweepTop(vectors, queries, prefixes, keeps[0]!, work) });
    return;
  }
  const give = (packed: PackedLines): void => send({ type: 'lines', packed }, [packed.block.rows.buffer as ArrayBuffer]);
  const packer = openLinePacker(queries.queryCount, give);
  await sweepPool(vectors, queries, prefixes, keeps, { add: packer.add, adopt: give }, work);
  packer.flush();
}

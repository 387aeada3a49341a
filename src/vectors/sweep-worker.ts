// A worker thread of sweep-crew.ts: sweeps some queries over vectors in shared memory and sends what it finds.
import { parentPort, type MessagePort } from 'node:worker_threads';
import { CancelledError, describeError } from '../base/errors.ts';
import type { Progress } from '../base/progress.ts';
import { borrowVectors } from './lent-vectors.ts';
import type { SweepReply, SweepRequest } from './sweep-crew.ts';
import { openLinePacker } from './pool-line.ts';
import { sweepPool } from './sweep-pool.ts';
import { sweepTop } from './sweep.ts';

const PROGRESS_MS = 50;

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
  const send = (reply: SweepReply): void => port.postMessage(reply);
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

async function sweepPart(request: SweepRequest, work: { signal: AbortSignal; onProgress(progress: Progress): void }, send: (reply: SweepReply) => void): Promise<void> {
  const { kind, prefixes, keeps, queries } = request;
  const vectors = borrowVectors(request.vectors);
  if (kind === 'top') {
    send({ type: 'tables', tables: await sweepTop(vectors, queries, prefixes, keeps[0]!, work) });
    return;
  }
  const packer = openLinePacker(prefixes.length - 1, (packed) => send({ type: 'lines', packed }));
  await sweepPool(vectors, queries, prefixes, keeps, packer.add, work);
  packer.flush();
}

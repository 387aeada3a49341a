import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { kernelModule, type Kernel, type KernelExports } from './kernel.ts';

/** One call of a kernel function. */
export interface KernelTask {
  readonly name: keyof KernelExports;
  readonly args: readonly number[];
}

/** Worker threads that run kernel functions on shared memory, beside this thread. */
export interface Crew {
  /**
   * Runs each job's calls in order, the first job on this thread and every other on a worker, and blocks until all are done. They must not write to the same
   * memory. Gives what each job's last call returned.
   * @param kernel on shared memory
   */
  run(kernel: Kernel, jobs: readonly (readonly KernelTask[])[]): number[];
}

interface Hand {
  readonly flags: Int32Array;
  readonly numbers: Float64Array;
  readonly port: MessagePort;
  readonly known: Set<number>;
}

// flags: [number of the job asked for, number of the last job done, kernel, number of calls, 1 after a fault]
const ASKED = 0;
const DONE = 1;
const KERNEL = 2;
const CALLS = 3;
const FAULT = 4;
const MOST_NUMBERS = 128;
const LONGEST_MS = 60_000;
/** Looks at a flag before going to sleep: a woken thread is later by more than the end of most scans. */
const LOOKS = 2000;

const NAMES: readonly (keyof KernelExports)[] = ['scanF32', 'scanInt8', 'scanHalf', 'scanBits', 'scanProducts', 'selectionFinish'];

/** As text, so that it needs no file of its own in bundles and archives. */
const HAND = `
const { workerData, receiveMessageOnPort } = require('node:worker_threads');
const { control, module, port, names } = workerData;
const flags = new Int32Array(control, 0, 16);
const numbers = new Float64Array(control, 64);
const kernels = new Map();
for (let seen = 0; ; ) {
  Atomics.wait(flags, ${ASKED}, seen);
  seen = Atomics.load(flags, ${ASKED});
  try {
    for (let got; (got = receiveMessageOnPort(port)) !== undefined; ) {
      const { id, memory } = got.message;
      if (memory === undefined) kernels.delete(id);
      else kernels.set(id, new WebAssembly.Instance(module, { env: { memory } }).exports);
    }
    const kernel = kernels.get(flags[${KERNEL}]);
    let at = 0;
    let result = 0;
    for (let call = 0; call < flags[${CALLS}]; call += 1) {
      const count = numbers[at + 1];
      result = kernel[names[numbers[at]]](...numbers.subarray(at + 2, at + 2 + count));
      at += 2 + count;
    }
    numbers[0] = result ?? 0;
  } catch {
    flags[${FAULT}] = 1;
  }
  Atomics.store(flags, ${DONE}, seen);
  Atomics.notify(flags, ${DONE});
}
`;

const hands: Hand[] = [];
const ids = new WeakMap<object, number>();
let nextId = 1;
/** A memory that nobody holds any more must not be held by the workers: vectors are large. */
const gone = new FinalizationRegistry<number>((id) => {
  for (const hand of hands) if (hand.known.delete(id)) hand.port.postMessage({ id });
});

/** A crew of so many threads, this one among them. Workers are started once for the process and sleep between jobs. */
export function crewOf(threads: number): Crew {
  while (hands.length < threads - 1) hands.push(hire());
  return {
    run(kernel, jobs) {
      jobs.slice(1).forEach((job, i) => ask(hands[i]!, kernel, job));
      const results = [perform(kernel, jobs[0] ?? [])];
      for (let i = 0; i < jobs.length - 1; i += 1) results.push(resultOf(hands[i]!));
      return results;
    },
  };
}

function hire(): Hand {
  const control = new SharedArrayBuffer(64 + 8 * MOST_NUMBERS);
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(HAND, { eval: true, workerData: { control, module: kernelModule(true), port: port2, names: NAMES }, transferList: [port2] });
  worker.unref();
  port1.unref();
  return { flags: new Int32Array(control, 0, 16), numbers: new Float64Array(control, 64), port: port1, known: new Set() };
}

function perform(kernel: Kernel, job: readonly KernelTask[]): number {
  let result = 0;
  for (const { name, args } of job) result = (kernel.call[name] as (...numbers: readonly number[]) => number | void)(...args) ?? 0;
  return result;
}

function ask(hand: Hand, kernel: Kernel, job: readonly KernelTask[]): void {
  let id = ids.get(kernel);
  if (id === undefined) {
    id = nextId++;
    ids.set(kernel, id);
    gone.register(kernel, id);
  }
  if (!hand.known.has(id)) {
    hand.known.add(id);
    hand.port.postMessage({ id, memory: kernel.memory });
  }
  let at = 0;
  for (const { name, args } of job) {
    hand.numbers[at] = NAMES.indexOf(name);
    hand.numbers[at + 1] = args.length;
    hand.numbers.set(args, at + 2);
    at += 2 + args.length;
  }
  hand.flags[KERNEL] = id;
  hand.flags[CALLS] = job.length;
  hand.flags[FAULT] = 0;
  Atomics.add(hand.flags, ASKED, 1);
  Atomics.notify(hand.flags, ASKED);
}

function resultOf({ flags, numbers }: Hand): number {
  const asked = Atomics.load(flags, ASKED);
  const until = performance.now() + LONGEST_MS;
  for (let look = 0, done; (done = Atomics.load(flags, DONE)) !== asked; look += 1) {
    if (look < LOOKS) continue;
    Atomics.wait(flags, DONE, done, LONGEST_MS);
    if (performance.now() > until) throw new Error('a worker thread of the kernel does not answer');
  }
  if (flags[FAULT] !== 0) throw new Error('a worker thread of the kernel failed');
  return numbers[0]!;
}

/** Cuts rows into stretches of whole tiles, one for each thread. */
export function stretchesOf(rowCount: number, tileRows: number, threads: number): readonly { readonly first: number; readonly end: number }[] {
  const tiles = Math.ceil(rowCount / tileRows);
  const each = Math.ceil(tiles / threads) * tileRows;
  return Array.from({ length: Math.ceil(rowCount / each) }, (_, i) => ({ first: i * each, end: Math.min(rowCount, (i + 1) * each) }));
}

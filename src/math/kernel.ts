import { KERNEL_BASE64 } from './kernel-binary.ts';

/**
 * The part of the WebAssembly interface that is used here (the engine's TypeScript has no DOM library). A module-level
 * declaration: at run time it is the global.
 */
declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number; maximum?: number; shared?: boolean }) => KernelMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};

export interface KernelMemory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}

/** Functions of the kernel (src/math/assembly). Pointers are byte addresses in the kernel's memory; rows are counted from 0. */
export interface KernelExports {
  scanF32(
    slices: number, sliceCount: number, query: number, inverse: number, scale: number,
    first: number, end: number, rowBase: number, tile: number, tileRows: number, selection: number, picked: number, pickedCount: number,
  ): number;
  resolvePicked(places: number, count: number, picked: number, dots: number): void;
  addCandidateDots(slices: number, sliceCount: number, query: number, rows: number, dots: number, count: number): void;
  scoreCandidates(rows: number, dots: number, inverse: number, scale: number, count: number, scores: number): void;
  orderCandidates(rows: number, dots: number, count: number, pairs: number): void;
  rankCandidates(
    rows: number, dots: number, scores: number, count: number, keep: number, keys: number, outRows: number, outDots: number, outScores: number,
  ): number;
  scoreLists(table: number, listCount: number, query: number, rows: number, ends: number, dots: number, scores: number): void;
  ingestRows(source: number, rows: number, slices: number, sliceCount: number, inverses: number, first: number, zeroCount: number): number;
  inverseNorms(slices: number, sliceCount: number, first: number, end: number, inverse: number): void;
  selectionStart(selection: number, k: number, capacity: number, buffer: number): void;
  selectionGuess(selection: number, threshold: number): void;
  selectionFinish(selection: number, rows: number, scores: number, spare: number): number;
  sweepChunk(bands: number, bandCount: number, queryCount: number, rows: number, rowBase: number, sums: number): void;
  guessChunk(
    bands: number, bandCount: number, queryCount: number, places: number, sums: number, codes: number, guesses: number, guessStride: number,
  ): void;
  collectChunk(
    bands: number, bandCount: number, guesses: number, queryCount: number, rows: number, rowBase: number,
    log: number, pieces: number, chunk: number, chunkCount: number, plan: number, masks: number, hits: number, sums: number,
  ): void;
  joinPieces(
    pieces: number, chunkCount: number, bandCount: number, stride: number, rows: number, similarities: number, lastPlaces: number, lastSimilarities: number,
  ): number;
  rankRecords(
    rows: number, similarities: number, count: number, stride: number, lastPlaces: number, lastSimilarities: number, lastCount: number, bandCount: number,
    depths: number, floors: number, rounding: number, used: number, codes: number, places: number, keys: number, spare: number, line: number, ends: number, counters: number,
    outRows: number, outOrders: number, best: number, tieRanks: number, tieRows: number, tieEnds: number,
  ): number;
  settleLine(
    kept: number, bandCount: number, ends: number, tieRanks: number, tieRows: number, tieSimilarities: number, tieEnds: number, keys: number, line: number,
    orders: number, best: number, outPlaces: number, outBest: number,
  ): void;
  quantiseInt8(slices: number, sliceCount: number, inverse: number, first: number, rows: number, out: number, stride: number, scales: number): void;
  quantiseBits(slices: number, sliceCount: number, first: number, rows: number, out: number, stride: number): void;
  quantiseHalf(slices: number, sliceCount: number, inverse: number, first: number, rows: number, out: number, stride: number): void;
  scanInt8(
    codes: number, stride: number, query: number, scales: number, scale: number,
    first: number, end: number, rowBase: number, tile: number, tileRows: number, selection: number,
  ): void;
  scanHalf(
    codes: number, stride: number, query: number,
    first: number, end: number, rowBase: number, tile: number, tileRows: number, selection: number,
  ): void;
  scanBits(
    codes: number, stride: number, query: number, dims: number,
    first: number, end: number, rowBase: number, tile: number, tileRows: number, selection: number,
  ): void;
  scanProducts(
    codes: number, parts: number, tables: number, scales: number, step: number, bias: number,
    first: number, end: number, rowBase: number, tile: number, tileRows: number, selection: number,
  ): void;
  gatherCentroids(lines: number, rows: number, parts: number, width: number, centroids: number, sums: number, scratch: number): void;
  encodeProducts(
    slices: number, sliceCount: number, inverse: number, first: number, rows: number, parts: number, width: number, codeParts: number,
    centroids: number, out: number, scales: number, line: number,
  ): void;
  takeRows(from: number, stride: number, offset: number, rows: number, count: number, floats: number, to: number): void;
  packRows(from: number, fromStride: number, to: number, toStride: number, dims: number, rows: number): void;
}

/** The kernel bound to one memory of at most 4 GiB, with an allocator that only moves forward. */
export interface Kernel {
  readonly memory: KernelMemory;
  readonly call: KernelExports;
  /** Address of `sizeBytes` zeroed bytes that stay for good, aligned to 64. Views made before stay valid only in shared memory. */
  reserve(sizeBytes: number): number;
  /** Addresses of working spaces of the given sizes (bytes), aligned to 64; what they hold is lost at the next call of `scratch`. */
  scratch<Name extends string>(sizes: Readonly<Record<Name, number>>): Record<Name, number>;
  /** The same, but held until `release`: for work that lets the event loop turn. */
  borrow<Name extends string>(sizes: Readonly<Record<Name, number>>): { readonly at: Record<Name, number>; release(): void };
  floats(address: number, count: number): Float32Array;
  words(address: number, count: number): Uint32Array;
  bytes(address: number, count: number): Uint8Array;
}

const PAGE_BYTES = 65536;
const MAX_PAGES = 65536;

/** Bytes of one selection's header in memory (select.ts). */
export const SELECTION_BYTES = 32;

/** Entries a selection's buffer needs for the best `k`: room to gather before each cut back to `k`. */
export function selectionCapacity(k: number): number {
  return k + Math.max(k, 48);
}

/** Bytes `selectionFinish` needs to sort. */
export function selectionSpareBytes(k: number): number {
  return 8 * selectionCapacity(k) + 3 * 2048 * 4;
}

/**
 * Opens the kernel on a new memory.
 * @param options.sizeBytes what will be reserved, so that the memory need not grow
 * @param options.shared whether other threads may use the memory; onnxruntime-node takes tensors only in memory that is not shared
 * @throws RangeError when the machine has not that much memory
 */
export function openKernel(options: { readonly sizeBytes: number; readonly shared: boolean }): Kernel {
  const initial = Math.min(MAX_PAGES, Math.ceil((options.sizeBytes + PAGE_BYTES) / PAGE_BYTES) + 1);
  // The first page is left to the compiler.
  return kernelOn(new WebAssembly.Memory({ initial, maximum: MAX_PAGES, shared: options.shared }), options.shared, PAGE_BYTES, Infinity);
}

/**
 * The kernel on another thread's shared memory, with working spaces of its own in an area which that thread has set aside.
 * Its `reserve` and `borrow` throw RangeError when the area is full.
 */
export function joinKernel(memory: KernelMemory, area: { readonly address: number; readonly sizeBytes: number }): Kernel {
  return kernelOn(memory, true, area.address, area.address + area.sizeBytes);
}

function kernelOn(memory: KernelMemory, shared: boolean, start: number, limit: number): Kernel {
  const call = new WebAssembly.Instance(kernelModule(shared), { env: { memory } }).exports as KernelExports;
  let next = start;
  const free: { address: number; sizeBytes: number }[] = [];
  const reserve = (sizeBytes: number): number => {
    const address = next;
    const end = address + align(sizeBytes);
    if (end > limit) throw new RangeError(`a working area of the kernel is full: ${end - start} bytes wanted, ${limit - start} set aside`);
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
    next = end;
    return address;
  };
  const borrow: Kernel['borrow'] = (sizes) => {
    const at: Record<string, number> = {};
    let total = 0;
    for (const name in sizes) {
      at[name] = total;
      total += align(sizes[name]);
    }
    // The smallest free area that is large enough; a new one has room to spare, so that few are ever made.
    const fit = free.filter((area) => area.sizeBytes >= total).sort((a, b) => a.sizeBytes - b.sizeBytes)[0];
    if (fit !== undefined) free.splice(free.indexOf(fit), 1);
    const sizeBytes = Math.max(align(Math.ceil(total * 1.25)), PAGE_BYTES);
    const area = fit ?? { address: reserve(sizeBytes), sizeBytes };
    for (const name in at) at[name] = at[name]! + area.address;
    return { at: at as typeof sizes, release: () => void free.push(area) };
  };
  return {
    memory,
    call,
    reserve,
    borrow,
    scratch(sizes) {
      const { at, release } = borrow(sizes);
      release();
      return at;
    },
    floats: (address, count) => new Float32Array(memory.buffer, address, count),
    words: (address, count) => new Uint32Array(memory.buffer, address, count),
    bytes: (address, count) => new Uint8Array(memory.buffer, address, count),
  };
}

function align(sizeBytes: number): number {
  return Math.ceil(sizeBytes / 64) * 64;
}

const modules = new Map<boolean, object>();

/** The compiled kernel, for shared memory or for plain. */
export function kernelModule(shared: boolean): object {
  let module = modules.get(shared);
  if (module === undefined) {
    const bytes = new Uint8Array(Buffer.from(KERNEL_BASE64, 'base64'));
    if (!shared) importPlainMemory(bytes);
    module = new WebAssembly.Module(bytes);
    modules.set(shared, module);
  }
  return module;
}

/** The kernel imports a shared memory and uses no atomic operation: with that one flag cleared it imports a plain one. */
function importPlainMemory(bytes: Uint8Array): void {
  // Import entry: name "env", name "memory", kind 2 (memory), limits flags 3 (maximum, shared).
  const entry = Buffer.from([3, ...Buffer.from('env'), 6, ...Buffer.from('memory'), 2, 3]);
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(entry);
  if (at < 0) throw new Error('kernel: no shared memory import to change');
  bytes[at + entry.length - 1] = 1;
}

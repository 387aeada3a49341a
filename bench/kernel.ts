// How near the kernel's scans are to what this machine's memory gives: GB/s of one thread, each scan right beside a SIMD sum over as many bytes and one over so many that no cache helps;
// medians of the pairs. Synthetic (random) vectors: a scan's time does not depend on their values.
//   npx tsx bench/kernel.ts [--rows 100000] [--repeats 15] [--json FILE]
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import asc from 'assemblyscript/asc';
import { randomNormal, seededRandom } from '../src/base/random.ts';
import { percentile } from '../src/math/statistics.ts';
import { quantisePrefix, searchQuantised } from '../src/vectors/quantised.ts';
import { queryMatrixOf } from '../src/vectors/query-matrix.ts';
import { rerankPrefix, searchPrefix } from '../src/vectors/search.ts';
import { openVectorWriter } from '../src/vectors/vector-set.ts';
import { machineLine, medianInterval, minMedian, report, type Claim } from './section.ts';

const { values: options } = parseArgs({ options: { rows: { type: 'string', default: '100000' }, repeats: { type: 'string', default: '15' }, json: { type: 'string' } } });
const rowCount = Number(options.rows);
const dims = 768;
const keep = 100;
/** What each form is held to at 768 dims, as a share of the memory's rate: that of a sum over as many bytes as the f32 vectors have. */
const LEAST: Readonly<Record<string, number>> = { 'f32 × 768': 0.9, 'int8 × 768': 0.5, 'binary × 768': 0.5 };

interface Row {
  readonly name: string;
  readonly sizeBytes: number;
  readonly run: () => unknown;
}

const memoryBytes = rowCount * dims * 4;
const sum = await bandwidth(memoryBytes);
const random = seededRandom(1);
const writer = openVectorWriter({ rowCount, dims });
for (let row = 0; row < rowCount; row += 1000) {
  writer.write(row, Float32Array.from({ length: Math.min(1000, rowCount - row) * dims }, () => randomNormal(random)));
}
const vectors = writer.finish();
const query = queryMatrixOf(Float32Array.from({ length: dims }, () => randomNormal(random)), dims).data;
const codes = await Promise.all((['f16', 'int8', 'binary', 'pq4'] as const).map((form) => quantisePrefix(vectors, dims, form)));
const head = searchPrefix(vectors, query, 64, 2000);

const rows: Row[] = [
  ...[16, 32, 64, 128, 256, 512, 768].map((prefix) => ({ name: `f32 × ${prefix}`, sizeBytes: rowCount * prefix * 4, run: () => searchPrefix(vectors, query, prefix, keep) })),
  ...codes.map((set) => ({ name: `${set.form} × ${dims}`, sizeBytes: set.sizeBytes, run: () => searchQuantised(set, query, keep) })),
  { name: `f32 × ${dims}, two threads`, sizeBytes: rowCount * dims * 4, run: () => searchPrefix(vectors, query, dims, keep, 2) },
  ...codes.map((set) => ({ name: `${set.form} × ${dims}, two threads`, sizeBytes: set.sizeBytes, run: () => searchQuantised(set, query, keep, 2) })),
];
console.log(machineLine());
/** Milliseconds by repeat: of the scan, of a sum over as many bytes, of one over memory. */
const times = new Map(rows.map(({ name }) => [name, { scan: [] as number[], same: [] as number[], memory: [] as number[] }]));
for (let repeat = 0; repeat < Number(options.repeats); repeat += 1) {
  for (const { name, sizeBytes, run } of rows) {
    const { scan, same, memory } = times.get(name)!;
    scan.push(time(run));
    same.push(time(() => sum(sizeBytes)));
    memory.push(sizeBytes === memoryBytes ? same[repeat]! : time(() => sum(memoryBytes)));
  }
}
const lineOf = ({ name, sizeBytes }: Row): string[] => {
  const { scan, same } = times.get(name)!;
  const [scanMs, sameMs] = [scan, same].map((list) => percentile(list, 50)) as [number, number];
  const share = percentile(scan.map((ms, i) => same[i]! / ms), 50);
  return [name, minMedian(scan), (sizeBytes / scanMs / 1e6).toFixed(1), (sizeBytes / sameMs / 1e6).toFixed(1), percentOf(share), percentOf(ofMemory(name, sizeBytes).median)];
};
const ofMemory = (name: string, sizeBytes: number): ReturnType<typeof medianInterval> => {
  const { scan, memory } = times.get(name)!;
  return medianInterval(scan.map((ms, i) => (sizeBytes * memory[i]!) / (memoryBytes * ms)));
};
const claimOf = ([name, least]: readonly [string, number]): Claim => {
  const { median, low, high } = ofMemory(name, rows.find((row) => row.name === name)!.sizeBytes);
  return {
    claim: `kernel ${name}: at least ${percentOf(least)} of the memory's rate`,
    found: `${percentOf(median)} (median of ${options.repeats} pairs, 95 % interval ${(100 * low).toFixed(0)}–${percentOf(high)})`,
    met: median >= least,
  };
};
const rerankMs = Math.min(...Array.from({ length: 50 }, () => time(() => rerankPrefix(vectors, query, { ...head, dims: 64 }, dims, keep))));
await report(
  [
    {
      title: 'The kernel against the memory',
      about: `${rowCount} × ${dims} random vectors, one query, best ${keep}, one thread unless two are named, minimum / median of ${options.repeats}. Beside each scan, right after it: a SIMD sum over as many bytes (four streams, the fastest reading known here), and one over ${(memoryBytes / 1e6).toFixed(0)} MB, which is what one thread can read from memory. Shares are medians of the pairs.`,
      columns: ['scan', 'ms', 'GB/s', 'sum over as many bytes, GB/s', 'share of that', 'share of the memory\'s rate'],
      rows: rows.map(lineOf),
      claims: Object.entries(LEAST).map(claimOf),
      remarks: [
        `Sums over as many bytes as a small head or sign bits take come in part from the caches, faster than memory (and so do the scans): there the limit is the instructions of 128-bit vectors, not reading. Product codes (pq4) take 32 look-ups with one shuffle; what they take is the time of these and of one stream of reads, one after the other (read ahead of the work they are a fifth faster from memory and a quarter slower from the caches).`,
        `A re-rank of ${head.rows.length} candidates from 64 to ${dims} dimensions takes ${rerankMs.toFixed(3)} ms.`,
      ],
    },
  ],
  options.json,
);

function percentOf(part: number): string {
  return `${(100 * part).toFixed(0)} %`;
}

function time(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

/** A function that reads `sizeBytes` of memory once, as fast as it can. */
async function bandwidth(mostBytes: number): Promise<(sizeBytes: number) => number> {
  let binary: Uint8Array | undefined;
  const flags = ['--baseDir', import.meta.dirname, '--outFile', 'sum.wasm', '-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--importMemory'];
  const { error } = await asc.main([join('assembly', 'bandwidth.ts'), ...flags], {
    writeFile: (name: string, contents: string | Uint8Array) => {
      if (name.endsWith('.wasm')) binary = contents as Uint8Array;
    },
  });
  if (error !== null || binary === undefined) throw error ?? new Error('bandwidth.ts did not compile');
  const memory = new WebAssembly.Memory({ initial: Math.ceil(mostBytes / 65536) + 2 });
  new Float32Array(memory.buffer).fill(1);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary as Uint8Array<ArrayBuffer>), { env: { memory } });
  return (sizeBytes) => (exports['sumF32'] as (base: number, sizeBytes: number) => number)(65536, sizeBytes);
}

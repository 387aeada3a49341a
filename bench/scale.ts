// From 10,000 to 1,000,000 rows × 256 (SYNTHETIC tiling, for scale only): how opening, the ladder and the pool grow, and what a tuned run takes and
// needs at a million. Each size in a process of its own, so that the peak memory is its own.
//   npx tsx bench/scale.ts [--sizes 10000,30000,100000,300000,1000000] [--queries 200] [--json FILE]
import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { parseArgs } from 'node:util';
import { tune } from '../src/experiments/tune.ts';
import { buildPool } from '../src/funnel/pool-build.ts';
import { vectorPoolSource } from '../src/funnel/pool-source.ts';
import { openEmbeddedStore } from '../src/stores/embedded/embedded-store.ts';
import { readNpyQueries, readNpyRows } from '../src/vectors/npy.ts';
import { readVectorSet, type VectorSet } from '../src/vectors/vector-set.ts';
import { sweepTop } from '../src/vectors/sweep.ts';
import { machineLine, report } from './section.ts';
import { tiling } from './tiling.ts';
import type { VectorFiles } from './wordnet-vectors.ts';

/** Processes that open each size: half of an opening is the system's time for fresh pages, which differs by half with what the machine's memory was last used for. */
const OPENINGS = 5;
const DIMS = [16, 32, 64, 128, 256];
const { values: options } = parseArgs({
  options: { sizes: { type: 'string', default: '10000,30000,100000,300000,1000000' }, queries: { type: 'string', default: '200' }, one: { type: 'string' }, open: { type: 'boolean', default: false }, json: { type: 'string' } },
});

interface Sized {
  readonly rowCount: number;
  readonly openMs: number;
  readonly ladderMs: number;
  readonly poolMs: number;
  readonly tuneMs: number;
  readonly tuned: string;
  readonly peakBytes: number;
}

if (options.one !== undefined && options.open) {
  process.stdout.write(String((await opened(Number(options.one))).openMs));
} else if (options.one !== undefined) {
  process.stdout.write(JSON.stringify(await measure(Number(options.one))));
} else {
  console.log(machineLine());
  const files = await tiling();
  // So that every size finds the file in memory, or none does: what the disk gives is not what is asked.
  for await (const chunk of createReadStream(files.vectors, { highWaterMark: 2 ** 22 })) void chunk;
  const sizes = options.sizes.split(',').map(Number);
  const found: Sized[] = [];
  for (const size of sizes) {
    const inProcess = (...more: string[]): string =>
      execFileSync(process.execPath, [...process.execArgv, import.meta.filename, '--one', String(size), '--queries', options.queries, ...more], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    const sized = JSON.parse(inProcess()) as Sized;
    const others = Array.from({ length: OPENINGS - 1 }, () => Number(inProcess('--open')));
    found.push({ ...sized, openMs: Math.min(sized.openMs, ...others) });
  }
  const most = found[found.length - 1]!;
  const fits = (['openMs', 'ladderMs', 'poolMs'] as const).map((name) => ({ name, ...fit(found.map(({ rowCount }) => rowCount), found.map((each) => each[name])) }));
  await report(
    [
      {
        title: 'Scale: up to a million rows (synthetic)',
        about: `${files.label}; ${options.queries} queries, prefixes ${DIMS.join(', ')}, k 10, pool of 1,024, two threads. Recall on a tiling means nothing and is not shown. Opening is reading the .npy (read once before, so that it lies in the system's file cache at every size), normalising and laying it out: the least of ${OPENINGS} processes.`,
        columns: ['rows', 'open ms', 'ladder ms', 'pool ms', 'tune ms (recall ≥ .9)', 'peak MB'],
        rows: found.map((each) => [each.rowCount.toLocaleString('en'), each.openMs.toFixed(0), each.ladderMs.toFixed(0), each.poolMs.toFixed(0), each.tuneMs.toFixed(0), (each.peakBytes / 1e6).toFixed(0)]),
        claims: [
          { claim: `${most.rowCount.toLocaleString('en')} × 256 opens, ladders and tunes within 4 GB`, found: `peak ${(most.peakBytes / 1e9).toFixed(2)} GB; tuned to ${most.tuned}`, met: most.peakBytes < 4e9 },
          ...fits.map(({ name, exponent, perMillionMs, r2 }) => ({
            claim: `${name.replace('Ms', '')} grows linearly`, found: `${perMillionMs.toFixed(0)} ms a million rows, R² ${r2.toFixed(4)}, exponent ${exponent.toFixed(2)}`, met: r2 > 0.98 && exponent < 1.15,
          })),
        ],
        remarks: ['Fit: milliseconds = constant + slope · rows by least squares; the exponent is the slope of the logarithms from 100,000 rows on, where constants no longer matter.'],
      },
    ],
    options.json,
  );
}

async function opened(rowCount: number): Promise<{ readonly files: VectorFiles; readonly vectors: VectorSet; readonly openMs: number }> {
  const files = await tiling();
  const start = performance.now();
  const vectors = await readVectorSet(readNpyRows(files.vectors, { end: rowCount }), { rowCount, dims: 256, boundaries: DIMS });
  return { files, vectors, openMs: performance.now() - start };
}

async function measure(rowCount: number): Promise<Sized> {
  let peakBytes = 0;
  const look = setInterval(() => void (peakBytes = Math.max(peakBytes, process.memoryUsage.rss())), 20);
  const { files, vectors, openMs } = await opened(rowCount);
  const asked = Number(options.queries);
  const queries = await readNpyQueries(files.queries, { dims: 256, rows: Array.from({ length: asked }, (_, i) => i) });
  // The first sweep starts the worker threads.
  await sweepTop(vectors, queries, DIMS, 10, { threads: 2 });
  const began = performance.now();
  await sweepTop(vectors, queries, DIMS, 10, { threads: 2 });
  const swept = performance.now();
  const pool = await buildPool(vectorPoolSource(vectors, { threads: 2 }), queries, { dims: DIMS, k: 10, capacity: Math.min(1024, rowCount) });
  const pooled = performance.now();
  const { tuning } = await tune({ pool, queries, store: openEmbeddedStore(vectors), head: { index: 'flat', precision: 'f32' }, constraints: { recall: 0.9 }, seed: 1 });
  const tuned = performance.now();
  clearInterval(look);
  // The kernel's own high-water mark where there is one: 20 ms apart a peak can be missed.
  peakBytes = Math.max(peakBytes, 1024 * process.resourceUsage().maxRSS);
  return { rowCount, openMs, ladderMs: swept - began, poolMs: pooled - swept, tuneMs: tuned - pooled, tuned: tuning.chosen?.schedule ?? 'nothing', peakBytes };
}

function fit(rows: readonly number[], times: readonly number[]): { perMillionMs: number; r2: number; exponent: number } {
  const line = (x: readonly number[], y: readonly number[]): { slope: number; r2: number } => {
    const [mx, my] = [mean(x), mean(y)];
    const xy = x.reduce((sum, value, i) => sum + (value - mx) * (y[i]! - my), 0);
    const xx = x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
    const yy = y.reduce((sum, value) => sum + (value - my) ** 2, 0);
    return { slope: xy / xx, r2: xy ** 2 / (xx * yy) };
  };
  const large = rows.flatMap((count, i) => (count >= 100_000 ? [i] : []));
  const straight = line(rows, times);
  const used = large.length < 2 ? rows.map((_, i) => i) : large;
  const logs = line(used.map((i) => Math.log(rows[i]!)), used.map((i) => Math.log(times[i]!)));
  return { perMillionMs: straight.slope * 1e6, r2: straight.r2, exponent: logs.slope };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

// What a benchmark found, as a part of docs/performance.md: every bench prints it, and `--json FILE` hands it to bench/all.ts.
import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { machineOf } from '../src/engine/machine.ts';
import { percentile } from '../src/math/statistics.ts';

/** One thing that has to be shown. */
export interface Claim {
  readonly claim: string;
  readonly found: string;
  readonly met: boolean;
}

export interface Section {
  readonly title: string;
  /** What was measured, and how. */
  readonly about: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly claims: readonly Claim[];
  /** What it means: limits, reservations. */
  readonly remarks?: readonly string[] | undefined;
}

/** Machine, so that a figure can be placed: processor, cores, Node, load of the last minute. */
export function machineLine(): string {
  const { cpu, cores, node } = machineOf();
  return `${cpu}, ${cores} cores, Node ${node}, load ${loadavg()[0]!.toFixed(1)}`;
}

export async function report(sections: readonly Section[], jsonPath: string | undefined): Promise<void> {
  for (const section of sections) process.stdout.write(`\n${textOf(section)}\n`);
  process.stdout.write(`load at the end ${loadavg()[0]!.toFixed(1)}\n`);
  if (jsonPath !== undefined) await writeFile(jsonPath, JSON.stringify(sections));
}

function textOf({ title, about, columns, rows, claims, remarks = [] }: Section): string {
  const widths = columns.map((name, c) => Math.max(name.length, ...rows.map((row) => row[c]!.length)));
  const line = (cells: readonly string[]): string => `  ${cells.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))).join('  ')}`;
  return [title, about, line(columns), ...rows.map(line), ...claims.map(({ claim, found, met }) => `  ${met ? 'yes' : 'NO '} ${claim}: ${found}`), ...remarks.map((remark) => `  ${remark}`)].join('\n');
}

export function markdownOf({ title, about, columns, rows, remarks = [] }: Section): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const table = rows.length === 0 ? [] : [line(columns), line(columns.map((_, c) => (c === 0 ? '---' : '---:'))), ...rows.map(line), ''];
  return [`## ${title}`, '', about, '', ...table, ...remarks.flatMap((remark) => [remark, ''])].join('\n');
}

/** Threads of OpenMP and OpenBLAS spin for a while after their work, on the cores that the next side needs. */
const REST_MS = 300;

/** Sides measured in turn, one after the other in every repeat, each after a rest. Times in milliseconds. */
export async function interleaved(sides: Readonly<Record<string, () => Promise<number> | number>>, repeats: number): Promise<Map<string, number[]>> {
  const times = new Map(Object.keys(sides).map((name) => [name, [] as number[]]));
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    // Forwards and backwards: no side always has the caches of the one before it.
    const order = Object.entries(sides);
    for (const [name, measure] of repeat % 2 === 0 ? order : order.reverse()) {
      await sleep(REST_MS);
      times.get(name)!.push(await measure());
    }
  }
  return times;
}

/** `0.123 / 0.130`: minimum and median. */
export function minMedian(times: readonly number[], digits = 3): string {
  return `${Math.min(...times).toFixed(digits)} / ${percentile(times, 50).toFixed(digits)}`;
}

/** Memory read between two measurements of `inPairs`: more than the cores' own caches hold. */
const OTHER_BYTES = 160e6;

/**
 * Two sides alone, `theirs` in multiples of `ours`: measured right after each other, first one and then the other in front, each after a rest and after reading other memory (what comes right after a
 * side with the same data finds the caches warm). Steadier than sides of a long round, between whose measurements the machine changes.
 */
export async function inPairs(theirs: () => Promise<number>, ours: () => Promise<number>, pairs: number): Promise<{ readonly median: number; readonly text: string }> {
  const other = new Float64Array(OTHER_BYTES / 8).fill(1);
  const afterOthers = (measure: () => Promise<number>) => (): Promise<number> => {
    other.fill(other[0]! + 1);
    return measure();
  };
  const times = await interleaved({ theirs: afterOthers(theirs), ours: afterOthers(ours) }, pairs);
  const { median, low, high } = medianInterval(times.get('theirs')!.map((ms, i) => ms / times.get('ours')![i]!));
  return { median, text: `${median.toFixed(2)}× (median of ${pairs} pairs, 95 % interval ${low.toFixed(2)}–${high.toFixed(2)}×)` };
}

/** Median with its 95 % interval. */
export function medianInterval(values: readonly number[]): { readonly median: number; readonly low: number; readonly high: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = medianRank(sorted.length);
  return { median: percentile(sorted, 50), low: sorted[rank]!, high: sorted[sorted.length - 1 - rank]! };
}

/** The place among `count` sorted values of the lower end of their median's 95 % interval, which needs no distribution: the median is below it as often as a coin shows so few heads. */
function medianRank(count: number): number {
  let rank = 0;
  let chance = 0.5 ** count;
  for (let below = chance; below <= 0.025 && rank < count / 2; below += chance) {
    rank += 1;
    chance *= (count - rank + 1) / rank;
  }
  return Math.max(0, rank - 1);
}

/** How many times faster `ours` is than `theirs`, repeat by repeat: least and median of the ratios. */
export function pairedRatio(theirs: readonly number[], ours: readonly number[]): { readonly least: number; readonly median: number; readonly text: string } {
  const ratios = theirs.map((ms, i) => ms / ours[i]!);
  const [least, median] = [Math.min(...ratios), percentile(ratios, 50)];
  return { least, median, text: `${median.toFixed(2)}× (least of ${ratios.length} pairs ${least.toFixed(2)}×)` };
}

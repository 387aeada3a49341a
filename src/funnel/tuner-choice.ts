import { formatCount, formatMs, formatPercent, formatPercentInterval, formatRatio } from '../base/format.ts';
import { randomInt, seededRandom } from '../base/random.ts';
import type { Interval, Latency } from '../contract/measure.ts';
import { percentile, percentiles } from '../math/statistics.ts';
import { isSureOf } from './tuner.ts';
import type { TunerPoint } from './tuner.ts';

/** A point with its measured times; the i-th time of every point is of the same query. */
export interface MeasuredPoint {
  readonly point: TunerPoint;
  readonly latency: Latency;
  readonly totalMs: Float64Array;
}

export interface Limits {
  readonly target: number | undefined;
  readonly p95Ms: number | undefined;
  readonly memoryBytes: number | undefined;
}

export interface Choice {
  readonly chosen: MeasuredPoint | undefined;
  /** Others that meet the limits and whose times cannot be told from the fastest's. */
  readonly contenders: readonly MeasuredPoint[];
  /** Whether the recall asked for is met beyond doubt on the tuned half (`isSureOf`), or only by its mean. */
  readonly isSure: boolean;
}

const RESAMPLES = 1000;

/**
 * How many times as fast `a` is as `b`: the median of the ratios of the two times of each query, with its 95 % percentile-bootstrap interval over
 * queries (drawn in pairs). The median, because a time that the machine was busy elsewhere says nothing about either.
 */
export function speedupOf(a: MeasuredPoint, b: MeasuredPoint, seed: number): Interval {
  const ratios = Float64Array.from(a.totalMs, (ms, i) => b.totalMs[i]! / ms).sort();
  const count = ratios.length;
  const random = seededRandom(seed);
  const draws = new Uint32Array(count);
  const medians = Float64Array.from({ length: RESAMPLES }, () => {
    draws.fill(0);
    for (let i = 0; i < count; i += 1) draws[randomInt(random, count)]! += 1;
    let seen = 0;
    let index = 0;
    while (seen + draws[index]! <= (count - 1) / 2) seen += draws[index++]!;
    return ratios[index]!;
  });
  const [low, high] = percentiles(medians, [2.5, 97.5]);
  return { value: percentile(ratios, 50), low: low!, high: high! };
}

/**
 * The choice among measured points. With a recall asked for: the fastest that meets it (beyond doubt on the tuned half, `isSureOf`, where any does);
 * of those whose times cannot be told from the fastest's (the interval of the paired difference holds 0) the one with the fewest stages, then the
 * highest recall. Without one: the highest recall within the time limit, by the same rule for what cannot be told apart.
 */
export function choosePoint(points: readonly MeasuredPoint[], limits: Limits, seed: number): Choice {
  const allowed = points.filter(
    ({ point, latency }) => latency.p95 <= (limits.p95Ms ?? Infinity) && point.headBytes <= (limits.memoryBytes ?? Infinity),
  );
  const sure = allowed.filter(({ point }) => isSureOf(point, limits.target));
  const eligible = sure.length > 0 ? sure : allowed.filter(({ point }) => limits.target === undefined || point.recallTuned.value >= limits.target);
  const isSure = sure.length > 0;
  if (eligible.length === 0) return { chosen: undefined, contenders: [], isSure };
  if (limits.target === undefined) {
    const best = [...eligible].sort((a, b) => b.point.recallTuned.value - a.point.recallTuned.value)[0]!;
    const alike = eligible.filter((each) => each.point.recallTuned.high >= best.point.recallTuned.value);
    return { ...fastestOf(alike, seed), isSure };
  }
  return { ...fastestOf(eligible, seed), isSure };
}

function fastestOf(points: readonly MeasuredPoint[], seed: number): Omit<Choice, 'isSure'> {
  const fastest = [...points].sort((a, b) => a.latency.mean - b.latency.mean)[0]!;
  const alike = points.filter((each) => each === fastest || speedupOf(fastest, each, seed).low <= 1);
  const chosen = [...alike].sort(
    (a, b) =>
      a.point.schedule.length - b.point.schedule.length ||
      b.point.recallTuned.value - a.point.recallTuned.value ||
      a.latency.mean - b.latency.mean,
  )[0]!;
  return { chosen, contenders: alike.filter((each) => each !== chosen) };
}

export interface Outcome {
  readonly choice: Choice;
  readonly limits: Limits;
  /** All measured on the held-out half. */
  readonly chosen: MeasuredPoint | undefined;
  readonly exact: MeasuredPoint;
  readonly bestPrefix: MeasuredPoint;
  readonly speedupOverExact: Interval | undefined;
  readonly speedupOverBestPrefix: Interval | undefined;
  readonly heldOutCount: number;
  readonly fullDims: number;
  readonly k: number;
  /** The points measured for the choice, to say what came closest when nothing meets the limits. */
  readonly points: readonly MeasuredPoint[];
  /** Heads are flat f32: the plain search of the full dimension is the exact search. */
  readonly isExactHead: boolean;
}

/** Whether the plain full-dimension search is what to use: nothing eligible is faster beyond noise. */
export function plainWins(outcome: Pick<Outcome, 'chosen' | 'speedupOverExact'>): boolean {
  if (outcome.chosen === undefined || outcome.speedupOverExact === undefined) return false;
  return outcome.speedupOverExact.low <= 1;
}

/** What the tuner found, in one to three sentences with their numbers. */
export function verdictOf(outcome: Outcome): string {
  const { chosen, limits, exact, k, fullDims } = outcome;
  const wanted = describeLimits(limits, k);
  if (chosen === undefined) return nothingFits(outcome, wanted);
  if (chosen === exact || (outcome.isExactHead && chosen.point.text === exact.point.text)) {
    return `Plain search wins: no schedule with ${wanted} is faster than exact search over all ${fullDims} dims beyond noise (${formatMs(exact.latency.p50)} a query). Use ${chosen.point.text}.`;
  }
  const held = chosen.point.recallHeldOut;
  const parts: string[] = [];
  const faster = outcome.speedupOverExact!;
  const prefix = outcome.bestPrefix.point;
  const overPrefix =
    prefix.schedule[0]!.dims === fullDims
      ? `; no shorter prefix alone has that recall`
      : outcome.speedupOverBestPrefix === undefined
        ? ''
        : `, ${times(outcome.speedupOverBestPrefix)} as fast as the best single prefix of that recall (${prefix.schedule[0]!.dims} dims)`;
  parts.push(
    `${chosen.point.text} finds ${formatPercentInterval(held)} of the true top ${k} on ${formatCount(outcome.heldOutCount)} queries that it was not chosen on, ` +
      `in ${formatMs(chosen.latency.p50)} a query: ${times(faster)} as fast as exact search${overPrefix}.`,
  );
  if (limits.target !== undefined && held.value < limits.target) {
    parts.push(`That is below the ${formatPercent(limits.target)} asked for: on these queries the choice does not hold; use a larger keep.`);
  } else if (!outcome.choice.isSure) {
    parts.push('The recall is met on the tuned half by its mean, not beyond doubt: more queries would tell.');
  }
  if (limits.p95Ms !== undefined && chosen.latency.p95 > limits.p95Ms) {
    parts.push(`Its p95 on the held-out queries is ${formatMs(chosen.latency.p95)}, above the ${formatMs(limits.p95Ms)} asked for.`);
  }
  const alike = outcome.choice.contenders.map(({ point }) => point.text);
  if (alike.length > 0) {
    const named = alike.length > 3 ? `${alike.slice(0, 3).join(', ')} and ${alike.length - 3} more` : alike.join(', ');
    parts.push(`Its time cannot be told from that of ${named}; among these it was taken for the fewest stages, then the highest recall.`);
  }
  return parts.join(' ');
}

function times(ratio: Interval): string {
  return `${formatRatio(ratio.value)} (95 % CI ${formatRatio(ratio.low)}–${formatRatio(ratio.high)})`;
}

function describeLimits(limits: Limits, k: number): string {
  const parts = [
    ...(limits.target === undefined ? [] : [`recall@${k} ≥ ${formatPercent(limits.target)}`]),
    ...(limits.p95Ms === undefined ? [] : [`p95 ≤ ${formatMs(limits.p95Ms)}`]),
  ];
  return parts.length === 0 ? 'these limits' : parts.join(' and ');
}

function nothingFits({ points, limits }: Outcome, wanted: string): string {
  const inTime = points.filter(({ latency }) => latency.p95 <= (limits.p95Ms ?? Infinity));
  const closest = [...inTime].sort((a, b) => b.point.recallTuned.value - a.point.recallTuned.value)[0];
  const enough = points
    .filter(({ point }) => limits.target === undefined || point.recallTuned.value >= limits.target)
    .sort((a, b) => a.latency.p95 - b.latency.p95)[0];
  const hints = [
    ...(closest === undefined ? [] : [`the highest recall within the time is ${formatPercent(closest.point.recallTuned.value)} (${closest.point.text}, p95 ${formatMs(closest.latency.p95)})`]),
    ...(enough === undefined ? [] : [`the fastest with the recall has p95 ${formatMs(enough.latency.p95)} (${enough.point.text})`]),
  ];
  return `No schedule of the grid has ${wanted}${hints.length === 0 ? '' : `: ${hints.join('; ')}`}.`;
}

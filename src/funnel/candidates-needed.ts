import { formatCount } from '../base/format.ts';
import { randomInt, seededRandom } from '../base/random.ts';
import type { CandidatesNeeded } from '../contract/tuning.ts';
import { truthRanks } from './heat-map.ts';
import { truthCountOf } from './pool.ts';
import type { Pool } from './pool.ts';

const SHARES = [0.5, 0.9, 0.95, 0.99];
const RESAMPLES = 1000;

/**
 * For each prefix below the full dimension: the keep with which a funnel `dims:keep,D:k` loses none of the true neighbours for 50, 90, 95 and
 * 99 % of the queries, each with its 95 % percentile-bootstrap interval over the queries, and the rule of thumb in one sentence.
 */
export function candidatesNeeded(pool: Pool, options: { seed?: number | undefined } = {}): CandidatesNeeded[] {
  return pool.dims.slice(0, -1).map((dims, prefix) => {
    const needs = candidatesByQuery(pool, prefix);
    const levels = candidateLevels(needs, SHARES, options.seed);
    return { dims, levels, sentence: ruleOfThumb(dims, levels, pool) };
  });
}

/** By query: the smallest keep at a prefix that loses none of its true neighbours; Infinity where that is beyond the pool's capacity. */
export function candidatesByQuery(pool: Pool, prefix: number): Float64Array {
  const most = truthCountOf(pool);
  return Float64Array.from(truthRanks(pool, prefix), (ranks) => {
    const keep = ranks[most - 1]! + 1;
    return keep <= pool.capacity ? keep : Infinity;
  });
}

/**
 * For each share the smallest keep that is enough for that share of the queries, with a 95 % interval from resampled queries.
 * @param needs by query, Infinity where no keep is known to be enough.
 */
export function candidateLevels(needs: Float64Array, shares: readonly number[], seed = 1): CandidatesNeeded['levels'] {
  const sorted = Float64Array.from(needs).sort();
  const count = sorted.length;
  const atShare = (share: number): number => Math.max(1, Math.ceil(share * count - 1e-9));
  const random = seededRandom(seed);
  const draws = new Uint32Array(count);
  const resampled = shares.map(() => new Float64Array(RESAMPLES));
  for (let i = 0; i < RESAMPLES; i += 1) {
    draws.fill(0);
    for (let j = 0; j < count; j += 1) draws[randomInt(random, count)]! += 1;
    let seen = 0;
    let share = 0;
    for (let j = 0; j < count && share < shares.length; j += 1) {
      seen += draws[j]!;
      while (share < shares.length && seen >= atShare(shares[share]!)) resampled[share++]![i] = sorted[j]!;
    }
  }
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return shares.map((share, index) => {
    const values = resampled[index]!.sort();
    return {
      share,
      keep: finite(sorted[atShare(share) - 1]!),
      low: finite(values[Math.floor(0.025 * (RESAMPLES - 1))]!),
      high: finite(values[Math.ceil(0.975 * (RESAMPLES - 1))]!),
    };
  });
}

function ruleOfThumb(dims: number, levels: CandidatesNeeded['levels'], pool: Pool): string {
  const last = [...levels].reverse().find((level) => level.keep !== null);
  const wanted = levels[levels.length - 1]!;
  const queries = `${formatCount(pool.queryCount)} ${pool.queryCount === 1 ? 'query' : 'queries'}`;
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  if (last === undefined || last.keep === null) {
    return `At ${dims} dims even ${formatCount(pool.capacity)} candidates lose some of the top ${pool.k} for more than half of ${queries}.`;
  }
  const between = last.high === null ? `${formatCount(last.low ?? last.keep)} to more than ${formatCount(pool.capacity)}` : `${formatCount(last.low ?? last.keep)}–${formatCount(last.high)}`;
  const rule = `At ${dims} dims keep ${formatCount(last.keep)}: ${percent(last.share)} of queries lose nothing of their top ${pool.k} (95 % CI ${between}; ${queries})`;
  if (last !== wanted) return `${rule}; ${percent(wanted.share)} would take more than ${formatCount(pool.capacity)}.`;
  // Below 1 / (1 − share) queries the quantile is simply the worst query seen.
  return pool.queryCount * (1 - wanted.share) < 1 ? `${rule}, which is the hardest query seen.` : `${rule}.`;
}

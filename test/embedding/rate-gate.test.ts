import { describe, expect, test } from 'vitest';
import { createRateGate, durationMs } from '../../src/embedding/rate-gate.ts';

describe('a rate gate', () => {
  const limits = (left: Record<string, string>): Headers => new Headers(Object.fromEntries(Object.entries(left).map(([name, value]) => [`x-ratelimit-${name}`, value])));

  /** Whether somebody who asks now has to wait, at a time of our own. */
  async function isShut(change: (gate: ReturnType<typeof createRateGate>) => void, laterMs = 0): Promise<boolean> {
    let now = 1000;
    const gate = createRateGate(() => now);
    change(gate);
    now += laterMs;
    const stop = new AbortController();
    const passed = gate.pass(stop.signal).then(() => false, () => true);
    stop.abort();
    return passed;
  }

  test('shuts when the next request would not fit into what is left, until the reset', async () => {
    expect(await isShut((gate) => gate.heard(limits({ 'remaining-tokens': '400', 'reset-tokens': '6m0s' }), 500))).toBe(true);
    expect(await isShut((gate) => gate.heard(limits({ 'remaining-tokens': '400', 'reset-tokens': '1s' }), 500), 1001)).toBe(false);
    expect(await isShut((gate) => gate.heard(limits({ 'remaining-tokens': '500', 'reset-tokens': '6m0s' }), 500))).toBe(false);
    expect(await isShut((gate) => gate.heard(limits({ 'remaining-requests': '0', 'reset-requests': '120ms' }), 1))).toBe(true);
    expect(await isShut((gate) => gate.heard(new Headers(), 1e9))).toBe(false);
  });

  test('a request larger than the whole limit is left to the server', async () => {
    expect(await isShut((gate) => gate.heard(limits({ 'remaining-tokens': '100', 'limit-tokens': '100', 'reset-tokens': '1s' }), 500))).toBe(false);
  });

  test('holds everybody back after a 429', async () => {
    expect(await isShut((gate) => gate.hold(50))).toBe(true);
    expect(await isShut((gate) => gate.hold(50), 51)).toBe(false);
  });

  test('durations', () => {
    expect(['6m0s', '1.5s', '120ms', '1h2m3s', '7', 'soon', '', '-1s'].map(durationMs)).toEqual([360_000, 1500, 120, 3_723_000, 7000, undefined, undefined, undefined]);
    expect(durationMs(null)).toBeUndefined();
  });
});

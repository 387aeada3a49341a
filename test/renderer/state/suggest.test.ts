import { describe, expect, it } from 'vitest';
import { formatSchedule } from '../../../src/contract/schedule.ts';
import { defaultSchedule, suggestFunnel } from '../../../renderer/state/suggest.ts';

const shape = { rowCount: 117_791, dims: 256, k: 10 };

describe('the first funnel', () => {
  it('is the cheapest that reaches the level', () => {
    const heatMap = { dims: [32, 64, 128], keeps: [100, 1000], recall: [[0, 0], [0, 0], [0, 0]], isoRecall: [{ level: 0.99, keeps: [null, 1536, 64] }] };
    expect(formatSchedule(suggestFunnel(heatMap, shape))).toBe('64:1536,256:10');
  });

  it('is the best cell when nothing within the pool reaches the level', () => {
    const heatMap = { dims: [32, 64], keeps: [100, 1000], recall: [[0.3, 0.5], [0.4, 0.8]], isoRecall: [{ level: 0.99, keeps: [null, null] }] };
    expect(formatSchedule(suggestFunnel(heatMap, shape))).toBe('64:1000,256:10');
  });

  it('never keeps fewer than k', () => {
    const heatMap = { dims: [64], keeps: [5], recall: [[1]], isoRecall: [{ level: 0.99, keeps: [3] }] };
    expect(formatSchedule(suggestFunnel(heatMap, { ...shape, k: 100 }))).toBe('64:100,256:100');
  });

  it('without a heat map is a middle prefix, or plain search where there is none', () => {
    expect(formatSchedule(defaultSchedule([16, 32, 64, 128, 256], 256, 5000, 2048, 10))).toBe('32:320,256:10');
    expect(formatSchedule(defaultSchedule([256], 256, 5000, 2048, 10))).toBe('256:10');
  });
});

import { describe, expect, it } from 'vitest';
import { checkSchedule, clampSchedule, formatSchedule, parseSchedule } from '../../src/contract/schedule.ts';

describe('schedule', () => {
  it('reads and writes dims:keep stages', () => {
    const schedule = parseSchedule('64:512, 128:256,768:10');
    expect(schedule).toEqual([
      { dims: 64, keep: 512 },
      { dims: 128, keep: 256 },
      { dims: 768, keep: 10 },
    ]);
    expect(formatSchedule(schedule)).toBe('64:512,128:256,768:10');
  });

  it.each([
    ['', 'stage 1 is "", expected dims:keep'],
    ['64', 'stage 1 is "64", expected dims:keep'],
    ['64:512,,768:10', 'stage 2 is ""'],
    ['128:512,64:256', 'does not raise the dims'],
    ['64:512,64:256', 'does not raise the dims'],
    ['64:100,128:200', 'keeps must fall'],
    ['0:10', '0 dims'],
    ['64:0', 'keeps 0'],
  ])('refuses %j and says why', (text, message) => {
    expect(() => parseSchedule(text)).toThrow(message);
  });

  it('refuses dims beyond the embeddings and a last keep below k', () => {
    expect(() => checkSchedule(parseSchedule('64:512,512:10'), { dims: 256 })).toThrow("512 dims is beyond the embeddings' 256");
    expect(() => checkSchedule(parseSchedule('64:512,256:5'), { dims: 256, k: 10 })).toThrow('keeps 5, fewer than k = 10');
  });

  it('cuts keeps to the corpus', () => {
    expect(clampSchedule(parseSchedule('16:512,32:8'), 100)).toEqual(parseSchedule('16:100,32:8'));
  });
});

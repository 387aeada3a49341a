import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtIn, builtInNames, builtIns } from '../../src/contract/built-in-schedules.ts';
import { checkSchedule, formatSchedule } from '../../src/contract/schedule.ts';

describe('built-in schedules', () => {
  it("are the tutorial's own at its 768 dimensions, and the paper's at its prefixes", () => {
    const nomic = { dims: [64, 128, 256, 512, 768], k: 10 };
    expect(builtIns.map((one) => formatSchedule(one.schedule(nomic)))).toEqual(['128:512,768:10', '128:128,256:64,512:32,768:16', '64:200,128:100,256:50,512:25,768:10']);
  });

  it('keep no fewer than k', () => {
    expect(formatSchedule(builtIn('tutorial').schedule({ dims: [16, 32, 64, 128, 256], k: 50 }))).toBe('32:128,64:64,128:50,256:50');
  });

  it('can be run whatever prefixes there are', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 4096 }), { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 100 }), fc.constantFrom(...builtInNames), (unsorted, k, name) => {
        const dims = [...unsorted].sort((a, b) => a - b);
        const schedule = builtIn(name).schedule({ dims, k });
        checkSchedule(schedule, { dims: dims.at(-1)!, k });
        expect(schedule.at(-1)!.dims).toBe(dims.at(-1));
      }),
    );
  });
});

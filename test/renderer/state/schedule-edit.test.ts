import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSchedule, formatSchedule, parseSchedule } from '../../../src/contract/schedule.ts';
import type { Schedule } from '../../../src/contract/schedule.ts';
import { addAfter, canAddAfter, dimsChoices, keepRange, removeStage, setDims, setKeep, stepDims, stepKeep } from '../../../renderer/state/schedule-edit.ts';
import type { EditLimits } from '../../../renderer/state/schedule-edit.ts';

const limits: EditLimits = { dims: [16, 32, 64, 128, 256], rowCount: 5000, capacity: 2048, k: 10 };
const start = parseSchedule('32:1000,128:100,256:10');

const edits = {
  keep: fc.record({ kind: fc.constant('keep' as const), index: fc.nat(4), keep: fc.double({ min: -10, max: 1e5, noNaN: true }) }),
  dims: fc.record({ kind: fc.constant('dims' as const), index: fc.nat(4), dims: fc.integer({ min: 1, max: 600 }) }),
  stepKeep: fc.record({ kind: fc.constant('stepKeep' as const), index: fc.nat(4), up: fc.boolean(), big: fc.boolean() }),
  stepDims: fc.record({ kind: fc.constant('stepDims' as const), index: fc.nat(4), up: fc.boolean() }),
  add: fc.record({ kind: fc.constant('add' as const), index: fc.integer({ min: -1, max: 4 }) }),
  remove: fc.record({ kind: fc.constant('remove' as const), index: fc.nat(4) }),
};
type Edit = typeof edits extends Record<string, fc.Arbitrary<infer One>> ? One : never;

function apply(schedule: Schedule, edit: Edit): Schedule {
  if (edit.index >= schedule.length) return schedule;
  switch (edit.kind) {
    case 'keep':
      return setKeep(schedule, edit.index, edit.keep, limits);
    case 'dims':
      return setDims(schedule, edit.index, edit.dims, limits);
    case 'stepKeep':
      return stepKeep(schedule, edit.index, edit.up ? 1 : -1, edit.big, limits);
    case 'stepDims':
      return stepDims(schedule, edit.index, edit.up ? 1 : -1, limits);
    case 'add':
      return addAfter(schedule, edit.index, limits);
    case 'remove':
      return removeStage(schedule, edit.index);
  }
}

describe('editing a schedule', () => {
  it('never leaves a schedule that could not be run, whatever is done to it', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(...(Object.values(edits) as fc.Arbitrary<Edit>[])), { maxLength: 40 }), (sequence) => {
        let schedule: Schedule = start;
        for (const edit of sequence) {
          schedule = apply(schedule, edit);
          checkSchedule(schedule, { dims: 256, k: limits.k });
          expect(schedule[0]!.keep).toBeLessThanOrEqual(limits.capacity);
          expect(schedule.every((stage) => limits.dims.includes(stage.dims))).toBe(true);
        }
      }),
    );
  });

  it('stops a keep at its neighbours', () => {
    expect(formatSchedule(setKeep(start, 1, 5000, limits))).toBe('32:1000,128:1000,256:10');
    expect(formatSchedule(setKeep(start, 0, 3, limits))).toBe('32:100,128:100,256:10');
    expect(keepRange(start, 0, limits)).toEqual({ low: 100, high: 2048 });
  });

  it('steps a keep by about nine percent, at least one, and doubles with a big step', () => {
    expect(stepKeep(start, 0, 1, false, limits)[0]!.keep).toBe(1091);
    expect(stepKeep(start, 0, 1, true, limits)[0]!.keep).toBe(2000);
    expect(stepKeep(parseSchedule('32:10,256:2'), 1, 1, false, { ...limits, k: 1 })[1]!.keep).toBe(3);
  });

  it('moves a prefix only between its neighbours', () => {
    expect(dimsChoices(start, 1, limits)).toEqual([64, 128]);
    expect(formatSchedule(setDims(start, 1, 20, limits))).toBe('32:1000,64:100,256:10');
    expect(formatSchedule(stepDims(start, 1, 1, limits))).toBe('32:1000,128:100,256:10');
  });

  it('adds a stage in the middle of a gap and says when there is none', () => {
    expect(formatSchedule(addAfter(start, 0, limits))).toBe('32:1000,64:316,128:100,256:10');
    expect(canAddAfter(start, 1, limits)).toBe(false);
  });

  it('passes the answer’s length on when the last stage goes', () => {
    expect(formatSchedule(removeStage(start, 2))).toBe('32:1000,128:10');
    expect(removeStage(parseSchedule('256:10'), 0)).toEqual([{ dims: 256, keep: 10 }]);
  });
});

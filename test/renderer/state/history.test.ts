import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { abandon, commit, draft, redo, startHistory, undo } from '../../../renderer/state/history.ts';

describe('history', () => {
  it('takes back and brings back each step', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 30 }), (values) => {
        let history = startHistory(-1);
        const steps: number[] = [-1];
        for (const value of values) {
          history = commit(history, value);
          if (value !== steps[steps.length - 1]) steps.push(value);
        }
        const back: number[] = [];
        for (let one = history; ; one = undo(one)) {
          back.push(one.present);
          if (one.past.length === 0) {
            history = one;
            break;
          }
        }
        expect(back).toEqual([...steps].reverse());
        while (history.future.length > 0) history = redo(history);
        expect(history.present).toBe(steps[steps.length - 1]);
      }),
    );
  });

  it('makes one step of a whole drag', () => {
    let history = startHistory(1);
    for (const value of [2, 3, 4, 5]) history = draft(history, value);
    history = commit(history, 5);
    expect(history.past).toEqual([1]);
    expect(undo(history).present).toBe(1);
  });

  it('makes no step of a drag that ends where it began', () => {
    const history = commit(draft(startHistory(1), 2), 1);
    expect(history.past).toEqual([]);
  });

  it('returns to where an abandoned drag began', () => {
    expect(abandon(draft(draft(startHistory(1), 2), 3)).present).toBe(1);
    expect(undo(draft(startHistory(1), 2)).present).toBe(1);
  });

  it('forgets what was undone once something else is done', () => {
    const history = commit(undo(commit(startHistory(1), 2)), 3);
    expect(history.future).toEqual([]);
    expect(redo(history).present).toBe(3);
  });
});

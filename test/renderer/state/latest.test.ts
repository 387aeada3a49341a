import { describe, expect, it } from 'vitest';
import { createLatest } from '../../../renderer/state/latest.ts';

function deferred(): { readonly promise: Promise<number>; resolve(value: number): void; reject(error: Error): void } {
  let resolve!: (value: number) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<number>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('latest call wins', () => {
  it('keeps one call in flight and sends only the newest of those that came meanwhile', async () => {
    const sent: number[] = [];
    const answers = new Map<number, ReturnType<typeof deferred>>();
    const results: number[] = [];
    const latest = createLatest<number, number>(
      (input) => {
        sent.push(input);
        const one = deferred();
        answers.set(input, one);
        return one.promise;
      },
      (input) => results.push(input),
      () => undefined,
    );
    for (const input of [1, 2, 3, 4]) latest.request(input);
    expect(sent).toEqual([1]);
    answers.get(1)!.resolve(1);
    await turn();
    expect(sent).toEqual([1, 4]);
    answers.get(4)!.resolve(4);
    await turn();
    expect(results).toEqual([1, 4]);
  });

  it('goes on after a failure', async () => {
    const errors: number[] = [];
    const results: number[] = [];
    const latest = createLatest<number, number>(
      (input) => (input === 1 ? Promise.reject(new Error('no')) : Promise.resolve(input)),
      (input) => results.push(input),
      (input) => errors.push(input),
    );
    latest.request(1);
    latest.request(2);
    await turn();
    expect({ errors, results }).toEqual({ errors: [1], results: [2] });
  });

  it('reports nothing of what was dropped, but sends what comes after', async () => {
    const results: number[] = [];
    const first = deferred();
    const latest = createLatest<number, number>(
      (input) => (input === 1 ? first.promise : Promise.resolve(input)),
      (input) => results.push(input),
      () => undefined,
    );
    latest.request(1);
    latest.request(2);
    latest.drop();
    latest.request(3);
    first.resolve(1);
    await turn();
    expect(results).toEqual([3]);
  });
});

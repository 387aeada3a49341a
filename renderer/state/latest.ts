/**
 * Latest call wins, one in flight: while a call runs only the newest input waits; those between are never sent.
 * `onResult` is called for every answer, in order; the caller sees from the input whether it is still wanted.
 */
export interface Latest<Input> {
  request(input: Input): void;
  /** Forgets what waits; the call in flight is not reported. */
  drop(): void;
}

export function createLatest<Input, Output>(
  run: (input: Input) => Promise<Output>,
  onResult: (input: Input, output: Output) => void,
  onError: (input: Input, error: unknown) => void,
): Latest<Input> {
  let waiting: { readonly input: Input } | undefined;
  let inFlight = false;
  let generation = 0;

  function start(input: Input): void {
    inFlight = true;
    const mine = generation;
    run(input).then(
      (output) => settle(mine, () => onResult(input, output)),
      (error: unknown) => settle(mine, () => onError(input, error)),
    );
  }

  function settle(mine: number, report: () => void): void {
    inFlight = false;
    if (mine === generation) report();
    const next = waiting;
    waiting = undefined;
    if (next !== undefined && !inFlight) start(next.input);
  }

  return {
    request(input) {
      if (inFlight) waiting = { input };
      else start(input);
    },
    drop() {
      waiting = undefined;
      generation += 1;
    },
  };
}

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FromEngine, ToEngine } from '../../src/host/link.ts';
import { superviseEngine } from '../../src/host/supervise.ts';
import type { EngineProcess, EngineState, SuperviseOptions } from '../../src/host/supervise.ts';

/** An engine's process that does only what the test tells it to. */
interface Fake extends EngineProcess {
  readonly posted: ToEngine[];
  say(message: FromEngine): void;
  die(reason: string): void;
  isKilled: boolean;
}

function fakeProcess(pid: number): Fake {
  const onMessage: ((message: FromEngine) => void)[] = [];
  const onExit: ((reason: string) => void)[] = [];
  const fake: Fake = {
    pid,
    posted: [],
    isKilled: false,
    post: (message) => {
      fake.posted.push(message);
    },
    onMessage: (listener) => onMessage.push(listener),
    onExit: (listener) => onExit.push(listener),
    kill() {
      fake.isKilled = true;
      fake.die('signal SIGKILL');
    },
    say: (message) => onMessage.forEach((listener) => listener(message)),
    die: (reason) => onExit.splice(0).forEach((listener) => listener(reason)),
  };
  return fake;
}

function supervised(change: Partial<SuperviseOptions<never>> = {}) {
  const started: Fake[] = [];
  const states: EngineState[] = [];
  const supervisor = superviseEngine({
    start: () => {
      const fake = fakeProcess(started.length + 1);
      started.push(fake);
      return fake;
    },
    open: { resourcesDir: '/resources', dataDir: '/data', host: 'web' },
    resolveSecret: async (ref) => `secret of ${ref}`,
    onState: (state) => states.push(state),
    delaysMs: [10, 20, 40],
    healthyAfterMs: 1000,
    maxFailedStarts: 3,
    nowMs: () => Date.now(),
    ...change,
  });
  return { supervisor, started, states, last: () => started.at(-1)! };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('superviseEngine', () => {
  it('opens the engine and says when it is ready', () => {
    const { supervisor, last, states } = supervised();
    expect(supervisor.post({ type: 'connect', clientId: 1 })).toBe(false);
    last().say({ type: 'ready' });
    expect(supervisor.post({ type: 'connect', clientId: 1 })).toBe(true);
    expect(last().posted.map(({ type }) => type)).toEqual(['open', 'connect']);
    expect(states.map(({ state }) => state)).toEqual(['starting', 'ready']);
  });

  it('waits longer before every restart in a row, and starts the row again after a healthy while', () => {
    const { started, last, states } = supervised();
    const delays = (): number[] => states.flatMap((state) => (state.state === 'restarting' ? [state.delayMs] : []));
    for (let death = 0; death < 4; death += 1) {
      last().say({ type: 'ready' });
      last().die('exit code 1');
      vi.advanceTimersByTime(100);
    }
    expect(delays()).toEqual([10, 20, 40, 40]);
    expect(started).toHaveLength(5);
    last().say({ type: 'ready' });
    vi.advanceTimersByTime(1000);
    last().die('exit code 1');
    expect(delays().at(-1)).toBe(10);
  });

  it('does not start before the wait is over', () => {
    const { started, last } = supervised();
    last().die('exit code 1');
    vi.advanceTimersByTime(9);
    expect(started).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(started).toHaveLength(2);
  });

  it('gives up an engine that never becomes ready, until asked again', () => {
    const { supervisor, started, last } = supervised();
    for (let death = 0; death < 3; death += 1) {
      last().die('signal SIGSEGV');
      vi.advanceTimersByTime(100);
    }
    expect(started).toHaveLength(3);
    expect(supervisor.state()).toEqual({ state: 'failed', message: 'The engine stopped 3 times before it was ready (signal SIGSEGV).' });
    supervisor.restart('again');
    expect(started).toHaveLength(4);
    last().say({ type: 'ready' });
    expect(supervisor.state()).toEqual({ state: 'ready' });
  });

  it('never gives up an engine that was ready in between', () => {
    const { started, last } = supervised();
    for (let death = 0; death < 20; death += 1) {
      last().say({ type: 'ready' });
      last().die('signal SIGKILL');
      vi.advanceTimersByTime(100);
    }
    expect(started).toHaveLength(21);
  });

  it('does not start again what says it cannot open', () => {
    const { supervisor, started, last } = supervised();
    last().say({ type: 'failed', message: '/data: cannot be written' });
    vi.advanceTimersByTime(10_000);
    expect(supervisor.state()).toEqual({ state: 'failed', message: '/data: cannot be written' });
    expect(started).toHaveLength(1);
    expect(last().isKilled).toBe(true);
  });

  it('counts a start that throws as a death', () => {
    const states: EngineState[] = [];
    superviseEngine({
      start: () => {
        throw new Error('spawn ENOENT');
      },
      open: { resourcesDir: '', dataDir: '', host: 'web' },
      resolveSecret: async () => undefined,
      onState: (state) => states.push(state),
      delaysMs: [1],
      maxFailedStarts: 2,
    });
    vi.advanceTimersByTime(10);
    expect(states.at(-1)).toEqual({ state: 'failed', message: 'The engine stopped 2 times before it was ready (spawn ENOENT).' });
  });

  it('kills the old engine at a restart and hears no more of it', () => {
    const { supervisor, started, last, states } = supervised();
    const old = last();
    old.say({ type: 'ready' });
    supervisor.restart('because');
    expect(old.isKilled).toBe(true);
    const count = states.length;
    old.say({ type: 'ready' });
    old.die('late');
    expect(states).toHaveLength(count);
    expect(started).toHaveLength(2);
  });

  it('answers for secrets, and with nothing when there is none to be had', async () => {
    const { last } = supervised();
    last().say({ type: 'need-secret', requestId: 7, ref: 'openai' });
    await vi.advanceTimersByTimeAsync(0);
    expect(last().posted.at(-1)).toEqual({ type: 'secret', requestId: 7, value: 'secret of openai' });
    const none = supervised({ resolveSecret: async () => Promise.reject(new Error('locked')) });
    none.last().say({ type: 'need-secret', requestId: 8, ref: 'openai' });
    await vi.advanceTimersByTimeAsync(0);
    expect(none.last().posted.at(-1)).toEqual({ type: 'secret', requestId: 8, value: undefined });
  });

  it('asks the engine to end, and ends it when it does not', async () => {
    const { supervisor, last, started } = supervised();
    last().say({ type: 'ready' });
    const closing = supervisor.close();
    expect(last().posted.at(-1)).toEqual({ type: 'close' });
    await vi.advanceTimersByTimeAsync(3000);
    await closing;
    expect(last().isKilled).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(started).toHaveLength(1);
  });

  it('starts nothing after it was closed while waiting to restart', async () => {
    const { supervisor, last, started } = supervised();
    last().die('exit code 1');
    await supervisor.close();
    supervisor.restart('no');
    vi.advanceTimersByTime(1000);
    expect(started).toHaveLength(1);
  });
});

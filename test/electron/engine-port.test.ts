import { describe, expect, it } from 'vitest';
import { createEnginePort } from '../../electron/preload/engine-port.ts';
import type { PortLike } from '../../electron/preload/engine-port.ts';

interface FakePort extends PortLike {
  readonly sent: unknown[];
  isClosed: boolean;
  say(message: unknown): void;
}

function fakePort(): FakePort {
  const port: FakePort = {
    sent: [],
    isClosed: false,
    onmessage: null,
    postMessage: (message) => void port.sent.push(message),
    close: () => void (port.isClosed = true),
    say: (data) => port.onmessage?.({ data } as MessageEvent),
  };
  return port;
}

const call = (id: number) => ({ type: 'call', id, name: 'app.info', input: {} });

describe('the page’s port to the engine', () => {
  it('keeps what is sent before there is a port, and what comes before anybody listens', () => {
    const engine = createEnginePort();
    engine.send(call(1));
    const port = fakePort();
    engine.open(port);
    engine.send(call(2));
    expect(port.sent).toEqual([call(1), call(2)]);
    port.say('early');
    const heard: unknown[] = [];
    const stop = engine.onMessage((message) => heard.push(message));
    port.say('later');
    stop();
    port.say('unheard');
    expect(heard).toEqual(['early', 'later']);
  });

  it('tells that the engine is gone, keeps calls for the next one, and closes the old port', () => {
    const engine = createEnginePort();
    const heard: unknown[] = [];
    engine.onMessage((message) => heard.push(message));
    const [old, next] = [fakePort(), fakePort()];
    engine.open(old);
    engine.lose({ state: 'restarting', message: 'exit code 9' });
    engine.send(call(3));
    engine.open(next);
    expect(heard).toEqual([{ type: 'event', event: { name: 'engine', state: 'restarting', message: 'exit code 9' } }]);
    expect([old.isClosed, old.sent, next.sent]).toEqual([true, [], [call(3)]]);
  });

  it('refuses calls once the engine was given up, until there is another one', () => {
    const engine = createEnginePort();
    const heard: unknown[] = [];
    engine.onMessage((message) => heard.push(message));
    engine.send(call(4));
    engine.lose({ state: 'failed', message: 'cannot be written' });
    engine.send(call(5));
    engine.send({ type: 'cancel', id: 5 });
    const refused = (id: number) => ({ type: 'error', id, error: expect.objectContaining({ kind: 'disconnected', message: 'cannot be written' }) });
    expect(heard.slice(1)).toEqual([refused(4), refused(5)]);
    const port = fakePort();
    engine.open(port);
    engine.send(call(6));
    expect(port.sent).toEqual([call(6)]);
  });

  it('does not keep messages without end', () => {
    const engine = createEnginePort();
    const heard: unknown[] = [];
    engine.onMessage((message) => heard.push(message));
    for (let id = 0; id < 10_001; id += 1) engine.send(call(id));
    expect(heard).toEqual([{ type: 'error', id: 10_000, error: expect.objectContaining({ kind: 'disconnected' }) }]);
  });
});

import { describe, expect, it } from 'vitest';
import type { HostBridge } from '../../../src/contract/host.ts';
import type { EngineEvent } from '../../../src/contract/wire.ts';
import { linkEngine } from '../../../renderer/bridge/engine-link.ts';

function fakeHost(): { readonly host: HostBridge; readonly sent: unknown[]; receive(message: unknown): void; event(event: EngineEvent): void } {
  const sent: unknown[] = [];
  let listener: ((message: unknown) => void) | undefined;
  const host: HostBridge = {
    kind: 'web',
    platform: 'test',
    send: (message) => void sent.push(message),
    onMessage: (given) => {
      listener = given;
      return () => undefined;
    },
    saveFile: async () => undefined,
  };
  return { host, sent, receive: (message) => listener?.(message), event: (event) => listener?.({ type: 'event', event }) };
}

describe('the link to the engine', () => {
  it('answers calls by their id', async () => {
    const fake = fakeHost();
    const { client } = linkEngine(fake.host);
    const answer = client.call('app.clearCache', {});
    expect(fake.sent).toEqual([{ type: 'call', id: 1, name: 'app.clearCache', input: {} }]);
    fake.receive({ type: 'result', id: 1, output: { freedBytes: 5 } });
    expect(await answer).toEqual({ freedBytes: 5 });
  });

  it('rejects what waits when the engine goes, and counts its return', async () => {
    const fake = fakeHost();
    const { client, status } = linkEngine(fake.host);
    const lost = client.call('reports.list', {});
    fake.event({ name: 'engine', state: 'restarting', message: 'it stopped' });
    await expect(lost).rejects.toMatchObject({ wire: { kind: 'disconnected', message: 'it stopped' } });
    expect(status.get()).toMatchObject({ state: 'restarting', restarts: 0 });
    fake.event({ name: 'engine', state: 'ready' });
    expect(status.get()).toMatchObject({ state: 'ready', restarts: 1 });
  });

  it('takes the first ready for no restart', () => {
    const fake = fakeHost();
    const { status } = linkEngine(fake.host);
    fake.event({ name: 'engine', state: 'ready' });
    expect(status.get().restarts).toBe(0);
  });
});

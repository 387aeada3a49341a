import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CancelledError, describeError, UserError } from '../../../src/base/errors.ts';
import { connectMilvus } from '../../../src/stores/milvus/client.ts';
import { openMilvusStore } from '../../../src/stores/milvus/milvus-store.ts';
import type { MilvusStoreOptions } from '../../../src/stores/milvus/milvus-store.ts';
import { resolveTarget } from '../../../src/stores/milvus/target.ts';
import type { ResolvedTarget } from '../../../src/stores/milvus/target.ts';
import { neighboursOf } from '../../../src/vectors/neighbours.ts';
import { freePort, startLite } from '../milvus-server.ts';
import type { TestServer } from '../milvus-server.ts';
import { describeWithLite } from '../with-lite.ts';
import { clusteredRows, expectSameNeighbours, rowOf } from '../reference.ts';
import { startSlowProxy } from './slow-proxy.ts';
import { sourceOf } from './source.ts';

const rows = clusteredRows(6_000, 64, 7);
const queries = clusteredRows(60, 64, 8);
const queryMatrix = { queryCount: 60, dims: 64, data: queries.data };
const flat = (dims: number) => ({ dims, index: 'flat', precision: 'f32' }) as const;

const open = (target: ResolvedTarget, options: Partial<MilvusStoreOptions> & { corpus: string }) => openMilvusStore(target, sourceOf(rows), { model: 'random', ...options });

/** What a connection's listener heard, in short. */
function recorder(): { states: string[]; onConnection: (fault: UserError | undefined) => void } {
  const states: string[] = [];
  return { states, onConnection: (fault) => void states.push(fault?.code ?? 'back') };
}

it('a server that is not there is told at once, with what to do', async () => {
  const port = await freePort();
  const error: unknown = await connectMilvus(resolveTarget({ address: `127.0.0.1:${port}` }, 'secret-token')).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({ code: 'milvus/unreachable', hint: expect.stringContaining('gRPC port') });
  expect(describeError(error)).toContain(`127.0.0.1:${port}`);
  expect(describeError(error)).not.toContain('secret-token');
});

await describeWithLite('Milvus Lite that fails', () => {
  let lite: TestServer;
  beforeAll(async () => {
    lite = await startLite();
  });
  afterAll(() => lite.stop());
  const target = (over: Partial<ResolvedTarget> = {}): ResolvedTarget => ({ ...resolveTarget({ address: lite.address }), ...over });

  it('killed while loading and started again: every row is there once', async () => {
    const { states, onConnection } = recorder();
    let isKilled = false;
    const store = await open(target(), {
      corpus: 'killed-loading',
      dims: [16, 64],
      onConnection,
      onProgress: (one) => {
        if (isKilled || one.done < 2_000) return;
        isKilled = true;
        // SIGKILL in the middle of a batch; back a moment later, on the same files.
        setTimeout(() => void lite.kill().then(() => lite.start()), 5);
      },
    });
    expect(isKilled).toBe(true);
    expect(states).toEqual(['milvus/unreachable', 'back']);
    for (const dims of [16, 64]) {
      const head = await store.openHead(flat(dims));
      for (const query of [0, 1, 2]) expectSameNeighbours(await head.search(rowOf(queries, query), 6_000), rows, rowOf(queries, query), dims, 6_000);
    }
    await store.close();
  });

  it('killed while searching and started again: the run goes on and its results are right', async () => {
    const { states, onConnection } = recorder();
    const store = await open(target(), { corpus: 'killed-searching', dims: [16, 64], rerank: 'server', onConnection });
    const head = await store.openHead(flat(16));
    let restart: Promise<void> | undefined;
    for (let query = 0; query < 12; query += 1) {
      if (query === 4) restart = lite.kill().then(() => lite.start());
      const vector = rowOf(queries, query);
      const found = await head.search(vector, 100);
      expectSameNeighbours(found, rows, vector, 16, 100);
      expectSameNeighbours(await store.rerank(vector, found, { dims: 64, keep: 10 }), rows, vector, 64, 10, found.rows);
    }
    await restart;
    expect(states).toEqual(['milvus/unreachable', 'back']);

    // In a sweep, too: between two batches of one call.
    restart = undefined;
    const tables = await store.sweep(queryMatrix, [16, 64], 20, {
      onProgress: (one) => {
        if (one.unit === 'queries') restart ??= lite.kill().then(() => lite.start());
      },
    });
    expect(restart).toBeDefined();
    await restart;
    for (const dims of [16, 64]) for (const query of [0, 25, 59]) expectSameNeighbours(neighboursOf(tables.get(dims)!, query), rows, rowOf(queries, query), dims, 20);
    await store.close();
  });

  it('gone for good: the call ends when patience does, in a clear state', async () => {
    const { states, onConnection } = recorder();
    const store = await open(target(), { corpus: 'gone', dims: [16], patienceMs: 2_500, onConnection });
    const head = await store.openHead(flat(16));
    await lite.kill();
    await expect(head.search(rowOf(queries, 0), 5)).rejects.toMatchObject({ code: 'milvus/unreachable' });
    expect(states).toEqual(['milvus/unreachable']);
    await lite.start();
    // The same store serves again.
    expectSameNeighbours(await head.search(rowOf(queries, 0), 5), rows, rowOf(queries, 0), 16, 5);
    expect(states).toEqual(['milvus/unreachable', 'back']);
    await store.close();
  });

  it('waiting for a server that is away can be cancelled', async () => {
    const store = await open(target(), { corpus: 'gone', dims: [16] });
    const head = await store.openHead(flat(16));
    await lite.kill();
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 300);
    await expect(head.search(rowOf(queries, 0), 5, stop.signal)).rejects.toBeInstanceOf(CancelledError);
    await lite.start();
    await store.close();
  });

  it('released by somebody: loaded again, unnoticed', async () => {
    const store = await open(target(), { corpus: 'released', dims: [16] });
    const milvus = await connectMilvus(target());
    await milvus.release(store.collections()[0]!.name);
    const head = await store.openHead(flat(16));
    expectSameNeighbours(await head.search(rowOf(queries, 0), 5), rows, rowOf(queries, 0), 16, 5);
    await milvus.close();
    await store.close();
  });

  it('dropped under us: said so; the next run loads it anew', async () => {
    const store = await open(target(), { corpus: 'dropped', dims: [16, 64], rerank: 'server' });
    const head = await store.openHead(flat(16));
    const found = await head.search(rowOf(queries, 0), 50);
    const { name } = store.collections()[0]!;
    const milvus = await connectMilvus(target());
    await milvus.drop(name);
    await expect(head.search(rowOf(queries, 0), 5)).rejects.toMatchObject({ code: 'milvus/no-collection', hint: expect.stringContaining('run again') });
    await expect(store.rerank(rowOf(queries, 0), found, { dims: 64, keep: 5 })).rejects.toMatchObject({ code: 'milvus/no-collection' });
    await store.close();
    const again = await open(target(), { corpus: 'dropped', dims: [16, 64] });
    expect(again.isReused()).toBe(false);
    expect(await milvus.count(name)).toBe(6_000);
    await milvus.close();
    await again.close();
  });

  it('dropped in the middle of a load: said so, not half loaded', async () => {
    const milvus = await connectMilvus(target());
    let dropping: Promise<void> | undefined;
    const opening = open(target(), {
      corpus: 'dropped-loading',
      dims: [16],
      onProgress: (one) => {
        if (one.done < 2_000) return;
        dropping ??= milvus.listCollections().then((names) => milvus.drop(names.find((name) => name.startsWith('fs_dropped_loading'))!));
      },
    });
    await expect(opening).rejects.toMatchObject({ code: 'milvus/no-collection' });
    await dropping;
    await milvus.close();
  });

  it('queries of the wrong length are refused before they reach the server', async () => {
    const store = await open(target(), { corpus: 'released', dims: [16] });
    const head = await store.openHead(flat(16));
    const short = new Float32Array(8);
    await expect(head.search(short, 5)).rejects.toMatchObject({ code: 'store/query' });
    await expect(head.searchMany({ queryCount: 1, dims: 8, data: short }, 5)).rejects.toMatchObject({ code: 'store/query' });
    await expect(store.sweep({ queryCount: 1, dims: 8, data: short }, [16], 5)).rejects.toMatchObject({ code: 'store/query' });
    await expect(store.rerank(short, { rows: Int32Array.from([1]), scores: new Float32Array(1), dims: 8 }, { dims: 16, keep: 1 })).rejects.toMatchObject({ code: 'store/query' });
    await store.close();
  });

  it('a slow network is waited for up to the time-out, and its time is the server’s', async () => {
    const proxy = await startSlowProxy(lite.port);
    const slow = resolveTarget({ address: proxy.address, timeoutMs: 2_000 });
    const store = await open(slow, { corpus: 'released', dims: [16] });
    const head = await store.openHead(flat(16));
    proxy.delayMs = 120;
    const found = await head.search(rowOf(queries, 0), 5);
    expectSameNeighbours(found, rows, rowOf(queries, 0), 16, 5);
    expect(found.timing!.serverMs).toBeGreaterThanOrEqual(240);
    expect(found.timing!.localMs).toBeLessThan(found.timing!.serverMs);

    proxy.delayMs = Infinity;
    await expect(head.search(rowOf(queries, 0), 5)).rejects.toMatchObject({ code: 'milvus/timeout', hint: expect.stringContaining('time-out') });

    // Lines that were cut are made anew.
    proxy.delayMs = 0;
    proxy.cut();
    expectSameNeighbours(await head.search(rowOf(queries, 1), 5), rows, rowOf(queries, 1), 16, 5);
    await store.close();
    await proxy.close();
  });

  it('a search on the wire is cancelled without waiting for its answer', async () => {
    const proxy = await startSlowProxy(lite.port);
    const store = await open(resolveTarget({ address: proxy.address }), { corpus: 'released', dims: [16] });
    const head = await store.openHead(flat(16));
    proxy.delayMs = Infinity;
    const stop = new AbortController();
    const searching = head.search(rowOf(queries, 0), 5, stop.signal);
    setTimeout(() => stop.abort(), 20);
    await expect(searching).rejects.toBeInstanceOf(CancelledError);
    await store.close();
    await proxy.close();
  });

  it('a paused server times out while it is connected to, and answers when it runs again', async () => {
    lite.pause();
    await expect(connectMilvus(target({ timeoutMs: 300 }))).rejects.toMatchObject({ code: expect.stringMatching(/^milvus\/(timeout|unreachable)$/) });
    lite.resume();
    const milvus = await connectMilvus(target());
    expect(milvus.isLite).toBe(true);
    await milvus.close();
  });

  it('an unknown database is named', async () => {
    const error: unknown = await open(target({ database: 'nowhere' }), { corpus: 'database' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(describeError(error)).toContain('nowhere');
  });
});

await describeWithLite('Milvus Lite on a full disk', () => {
  // A file system of 3 MB in a mount namespace of its own; not every machine allows that.
  const canMount = (() => {
    try {
      execFileSync('unshare', ['--mount', '--map-root-user', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', '/mnt'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  })();

  it.skipIf(!canMount)(`${canMount ? '' : 'skipped, no file system can be mounted here: '}the load ends with the server’s message, and says what to do`, async () => {
    const lite = await startLite({
      wrap: (command, dataDir) => ['unshare', '--mount', '--map-root-user', 'sh', '-c', 'mount -t tmpfs -o size=3m tmpfs "$0" && exec "$@"', dataDir, ...command],
    });
    try {
      const error: unknown = await open(resolveTarget({ address: lite.address }), { corpus: 'full', dims: [16, 32, 64] }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'milvus/disk-full', hint: expect.stringContaining('free disk space') });
      expect(describeError(error)).toMatch(/no space left/i);
    } finally {
      await lite.stop();
    }
  });
});

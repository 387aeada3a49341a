import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

/** A TCP proxy before a server, which a test can slow down, stop and cut. */
export interface SlowProxy {
  readonly address: string;
  /** Every piece of data, either way, waits so long. Infinity: nothing comes through any more. */
  delayMs: number;
  /** Ends all connections, as a network that breaks. */
  cut(): void;
  close(): Promise<void>;
}

export async function startSlowProxy(targetPort: number): Promise<SlowProxy> {
  const sockets = new Set<Socket>();
  const proxy = { delayMs: 0 };
  const relay = (from: Socket, to: Socket): void => {
    // In order: each piece is due after the one before it.
    let lastDue = 0;
    from.on('data', (piece) => {
      if (proxy.delayMs === Infinity) return;
      const due = Math.max(lastDue, performance.now() + proxy.delayMs);
      lastDue = due;
      setTimeout(() => to.writable && to.write(piece), due - performance.now());
    });
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  };
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.once('close', () => sockets.delete(socket));
    }
    relay(client, upstream);
    relay(upstream, client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    address: `http://127.0.0.1:${port}`,
    get delayMs() {
      return proxy.delayMs;
    },
    set delayMs(value) {
      proxy.delayMs = value;
    },
    cut,
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

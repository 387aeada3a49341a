import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import type { Server } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectMilvus } from '../../../src/stores/milvus/client.ts';
import { resolveTarget } from '../../../src/stores/milvus/target.ts';
import { startLite } from '../milvus-server.ts';
import type { TestServer } from '../milvus-server.ts';
import { describeWithLite } from '../with-lite.ts';

const canMakeCertificates = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
const without = canMakeCertificates ? '' : 'skipped, openssl is not here: ';

/** A TLS door before Milvus Lite, which has none of its own; certificates made for the test. */
await describeWithLite('Milvus behind TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'funnelscope-tls-'));
  let lite: TestServer;
  const doors: Server[] = [];
  const sockets = new Set<Socket>();

  beforeAll(async () => {
    lite = await startLite();
  });
  afterAll(async () => {
    sockets.forEach((socket) => socket.destroy());
    for (const door of doors) door.close();
    await lite.stop();
    rmSync(folder, { recursive: true });
  });

  async function openDoor(name: string): Promise<number> {
    const key = join(folder, `${name}.key`);
    const certificate = join(folder, `${name}.pem`);
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    const door = createServer({ key: readFileSync(key), cert: readFileSync(certificate), ALPNProtocols: ['h2'] }, (socket) => {
      const inner = connect(lite.port, '127.0.0.1');
      for (const one of [socket, inner]) {
        sockets.add(one);
        one.on('error', () => socket.destroy()).on('close', () => inner.destroy());
      }
      socket.pipe(inner).pipe(socket);
    });
    door.on('tlsClientError', () => undefined);
    doors.push(door);
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
    return (door.address() as AddressInfo).port;
  }

  it.skipIf(!canMakeCertificates)(`${without}https speaks to a certificate that is trusted, and refuses one that is not`, async () => {
    const trusted = await openDoor('trusted');
    const stranger = await openDoor('stranger');
    // Read by gRPC when it is first loaded, which in this file is below.
    process.env['GRPC_DEFAULT_SSL_ROOTS_FILE_PATH'] = join(folder, 'trusted.pem');
    const milvus = await connectMilvus(resolveTarget({ address: `https://localhost:${trusted}` }, 'a-token'));
    expect(milvus.isLite).toBe(true);
    expect(await milvus.listCollections()).toEqual([]);
    await milvus.close();

    await expect(connectMilvus(resolveTarget({ address: `https://localhost:${stranger}` }))).rejects.toMatchObject({ code: 'milvus/tls', message: expect.stringMatching(/certificate/i), hint: expect.stringContaining('https') });
  });

  it.skipIf(!canMakeCertificates)(`${without}http to a TLS server and https to a plain one end in a clear refusal, not in silence`, async () => {
    const port = await openDoor('plain');
    await expect(connectMilvus(resolveTarget({ address: `http://localhost:${port}`, timeoutMs: 3_000 }))).rejects.toMatchObject({ code: expect.stringMatching(/^milvus\/(unreachable|tls|timeout)$/) });
    await expect(connectMilvus(resolveTarget({ address: `https://localhost:${lite.port}`, timeoutMs: 3_000 }))).rejects.toMatchObject({ code: expect.stringMatching(/^milvus\/(unreachable|tls|timeout)$/) });
  });
});

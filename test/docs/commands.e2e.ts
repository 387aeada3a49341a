import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatNpyHeader } from '../../src/vectors/npy-header.ts';
import { tempFolder } from '../fixtures/temp-folder.ts';
import { liteVenv, startLite } from '../stores/milvus-server.ts';
import type { TestServer } from '../stores/milvus-server.ts';
import { documents, fencedCommands, root } from './fenced-commands.ts';

const commands = documents().flatMap(fencedCommands);
const toRun = commands.filter(({ notRun }) => notRun === undefined);
const milvusPort = 19_530;
const lite = await liteVenv();
if (!('venv' in lite) && process.env['CI'] === 'true') throw new Error(`${lite.reason} (CI must not skip these tests)`);

/** A checkout to run in: everything of this one by links, and beside it the files that the documents talk of. */
let checkout: string;
let server: TestServer | undefined;
let relay: Server | undefined;

beforeAll(async () => {
  checkout = await tempFolder();
  for (const name of await readdir(root)) if (!['out', 'release', '.git'].includes(name)) await symlink(join(root, name), join(checkout, name));
  await mkdir(join(checkout, 'path', 'to'), { recursive: true });
  await symlink(join(root, 'models/starter'), join(checkout, 'path/to/model'));
  const words = ['tide', 'steam', 'bee', 'glass', 'river', 'copper', 'lamp', 'wheat'];
  const texts = Array.from({ length: 1200 }, (_, i) => `${words[i % 8]} ${words[(i >> 3) % 8]} ${words[(i >> 6) % 8]} ${i}`);
  await writeFile(join(checkout, 'my.jsonl'), texts.map((text, i) => JSON.stringify({ id: `d${i}`, text })).join('\n'));
  await writeFile(join(checkout, 'documents.npy'), npy(600, 768));
  await writeFile(join(checkout, 'queries.npy'), npy(60, 768));
  if ('venv' in lite && toRun.some(({ command }) => command.includes(String(milvusPort)))) {
    server = await startLite();
    relay = await relayTo(server.port);
  }
});

afterAll(async () => {
  relay?.close();
  await server?.stop();
});

function npy(rows: number, dims: number): Buffer {
  const numbers = Float32Array.from({ length: rows * dims }, (_, i) => Math.sin(i * 0.37) + Math.cos((i % dims) * 1.7 + Math.floor(i / dims)) / (1 + (i % dims) / 20));
  return Buffer.concat([formatNpyHeader(rows, dims), Buffer.from(numbers.buffer)]);
}

/** The documents name Milvus' usual port; the test's server has one of its own. */
async function relayTo(port: number): Promise<Server> {
  const server = createServer((socket) => {
    const onward = connect(port, '127.0.0.1');
    socket.on('error', () => onward.destroy()).on('close', () => onward.destroy());
    onward.on('error', () => socket.destroy());
    socket.pipe(onward).pipe(socket);
  });
  server.listen(milvusPort, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function run(command: string): Promise<{ code: number; output: string }> {
  const { npm_config_update_notifier: _quiet, ...environment } = process.env;
  const child = spawn('/bin/bash', ['-c', command], { cwd: checkout, env: { ...environment, FUNNELSCOPE_DATA: join(checkout, 'data'), npm_config_update_notifier: 'false' }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (output += bytes.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output: output.slice(-2000) };
}

describe('every command of the documents', () => {
  for (const { file, line, command } of toRun) {
    const lacksServer = !('venv' in lite) && command.includes(String(milvusPort));
    const title = `${file}:${line}: ${command}`;
    (lacksServer ? it.skip : it)(lacksServer ? `${title}: skipped, ${(lite as { reason: string }).reason}` : title, { timeout: 300_000 }, async () => {
      const { code, output } = await run(command);
      expect(code, output).toBe(0);
    });
  }

  it('is run, or says why not', () => {
    expect(toRun.length).toBeGreaterThan(10);
    for (const { file, line, notRun } of commands) if (notRun !== undefined) expect(notRun.length, `${file}:${line}`).toBeGreaterThan(15);
  });
});

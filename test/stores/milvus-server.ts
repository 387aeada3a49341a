import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe } from 'vitest';

/** A Milvus Lite of a test's own, on 127.0.0.1, in a folder that goes with it. */
export interface LiteServer {
  readonly port: number;
  /** `http://127.0.0.1:port` */
  readonly address: string;
  readonly dataDir: string;
  /** Ends it as a crash would: SIGKILL. Its files stay. */
  kill(): Promise<void>;
  /** Starts it anew on the same port and files. */
  start(): Promise<void>;
  /** Stops it for a moment without ending it (SIGSTOP / SIGCONT). */
  pause(): void;
  resume(): void;
  /** SIGINT, and removes its files. */
  stop(): Promise<void>;
}

const READY_MS = 60_000;

/** Makes the venv when it is missing; the reason when it cannot be made. */
async function venvOrReason(): Promise<{ venv: string } | { reason: string }> {
  const script = new URL('../../scripts/milvus-lite.sh', import.meta.url).pathname;
  try {
    const { stdout } = await promisify(execFile)(script, { timeout: 10 * 60_000 });
    return { venv: stdout.trim() };
  } catch (error) {
    const said = String((error as { stderr?: string }).stderr ?? error).trim().split('\n').at(-1);
    return { reason: `Milvus Lite cannot be installed here: ${said}` };
  }
}

let made: Promise<{ venv: string } | { reason: string }> | undefined;
function venv(): Promise<{ venv: string } | { reason: string }> {
  made ??= venvOrReason();
  return made;
}

/**
 * A `describe` of tests that need Milvus Lite: skipped, with the reason in the title, where it cannot be installed; a failure in CI.
 */
export async function describeWithLite(title: string, tests: () => void): Promise<void> {
  const found = await venv();
  if ('venv' in found) {
    describe(title, tests);
    return;
  }
  if (process.env['CI'] === 'true') throw new Error(`${found.reason} (CI must not skip these tests)`);
  describe.skip(`${title}: skipped, ${found.reason}`, tests);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** @param options.wrap a command to run the server under (for example in a mount namespace) */
export async function startLite(options: { readonly wrap?: (command: readonly string[], dataDir: string) => readonly string[] } = {}): Promise<LiteServer> {
  const found = await venv();
  if (!('venv' in found)) throw new Error(found.reason);
  const dataDir = await mkdtemp(join(tmpdir(), 'funnelscope-milvus-'));
  const port = await freePort();
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    const plain = [join(found.venv, 'bin', 'milvus-lite'), 'server', '--data-dir', dataDir, '--host', '127.0.0.1', '--port', String(port)];
    const command = options.wrap?.(plain, dataDir) ?? plain;
    const started = spawn(command[0]!, command.slice(1), { env: { ...process.env, PYTHONUNBUFFERED: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    let output = '';
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`Milvus Lite was not ready within ${READY_MS} ms: ${output}`)), READY_MS);
      const hear = (chunk: Buffer): void => {
        output += chunk.toString();
        if (!output.includes('gRPC server listening on')) return;
        clearTimeout(timer);
        resolve();
      };
      started.stdout.on('data', hear);
      started.stderr.on('data', (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-4000);
      });
      started.once('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`Milvus Lite ended with ${code}: ${output}`));
      });
    });
  };

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill(signal);
    // A server that ignores a polite end (it is paused, or stuck) must not outlive the test.
    const timer = setTimeout(() => ending.kill('SIGKILL'), 10_000);
    await gone;
    clearTimeout(timer);
  };

  await start();
  return {
    port,
    address: `http://127.0.0.1:${port}`,
    dataDir,
    start,
    kill: () => end('SIGKILL'),
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    async stop() {
      await end('SIGINT');
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

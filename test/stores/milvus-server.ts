import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A Milvus of a test's own in a folder that goes with it. */
export interface TestServer {
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

const READY_MS = 120_000;

let made: Promise<{ venv: string } | { reason: string }> | undefined;

/** The venv, made when it is missing, or the reason why it cannot be made. */
export function liteVenv(): Promise<{ venv: string } | { reason: string }> {
  made ??= venvOrReason();
  return made;
}

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

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/**
 * Milvus Lite on 127.0.0.1.
 * @param options.wrap a command to run the server under (for example in a mount namespace)
 */
export async function startLite(options: { readonly wrap?: (command: readonly string[], dataDir: string) => readonly string[] } = {}): Promise<TestServer> {
  const found = await liteVenv();
  if (!('venv' in found)) throw new Error(found.reason);
  return startServer((dataDir, port) => {
    const plain = [join(found.venv, 'bin', 'milvus-lite'), 'server', '--data-dir', dataDir, '--host', '127.0.0.1', '--port', String(port)];
    return options.wrap?.(plain, dataDir) ?? plain;
  }, 'gRPC server listening on');
}

/**
 * The standalone Milvus 2.3.5 of PyPI (see scripts/milvus-contract-2.3.sh). It answers some seconds after its port is open; after a
 * crash it first waits until its own session of before has run out, about a minute.
 */
export async function startStandalone(venvDir: string, options: { readonly withPasswords?: boolean } = {}): Promise<TestServer> {
  const passwords = options.withPasswords === true ? ['--authorization-enabled', 'true'] : [];
  const metricsPort = await freePort();
  return startServer((dataDir, port, isRestart) => {
    if (!isRestart) return [join(venvDir, 'bin', 'milvus-server'), '--data', dataDir, '--proxy-port', String(port), ...passwords];
    // Its launcher refuses a port that has connections in TIME_WAIT, as after a crash; what it launches does not.
    const bin = join(dataDir, 'bin');
    const environment = [`LD_LIBRARY_PATH=${bin}`, 'DEPLOY_MODE=STANDALONE', `METRICS_PORT=${metricsPort}`, `MILVUS_RUN_DIR=${join(dataDir, 'run')}`];
    return ['env', ...environment, 'sh', '-c', 'cd "$0" && exec bin/milvus run standalone >logs/restarted.log 2>&1', dataDir];
  }, undefined);
}

async function startServer(commandOf: (dataDir: string, port: number, isRestart: boolean) => readonly string[], readyText: string | undefined): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'funnelscope-milvus-'));
  const port = await freePort();
  let child: ChildProcess | undefined;
  let starts = 0;

  const start = async (): Promise<void> => {
    const command = commandOf(dataDir, port, starts > 0);
    starts += 1;
    // A process group of its own: the standalone server is a child of its launcher, and both must go together.
    const started = spawn(command[0]!, command.slice(1), { env: { ...process.env, PYTHONUNBUFFERED: '1' }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    child = started;
    let output = '';
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`Milvus Lite was not ready within ${READY_MS} ms: ${output}`)), READY_MS);
      const hear = (chunk: Buffer): void => {
        output = (output + chunk.toString()).slice(-4000);
        if (readyText === undefined || !output.includes(readyText)) return;
        clearTimeout(timer);
        resolve();
      };
      if (readyText === undefined) {
        void untilOpen(port, () => started.exitCode === null).then(() => {
          clearTimeout(timer);
          resolve();
        }, reject);
      }
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
    signalGroup(ending, signal);
    // A server that ignores a polite end (it is paused, or stuck) must not outlive the test.
    const timer = setTimeout(() => signalGroup(ending, 'SIGKILL'), 10_000);
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
    pause: () => void (child !== undefined && signalGroup(child, 'SIGSTOP')),
    resume: () => void (child !== undefined && signalGroup(child, 'SIGCONT')),
    async stop() {
      await end('SIGINT');
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, signal);
  } catch {
    // Gone already.
  }
}

async function untilOpen(port: number, isAlive: () => boolean): Promise<void> {
  for (;;) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isOpen) return;
    if (!isAlive()) throw new Error('Milvus ended before it listened');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

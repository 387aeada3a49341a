import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { UserError } from '../base/errors.ts';
import { listStaticFiles } from '../host/static-files.ts';
import { superviseEngine } from '../host/supervise.ts';
import type { SuperviseOptions, Supervisor } from '../host/supervise.ts';
import { createEngineClients } from './engine-clients.ts';
import { startEngineChild } from './engine-child.ts';
import type { EngineChild } from './engine-child.ts';
import { createToken } from './guard.ts';
import { servePage } from './serve-page.ts';
import { createSockets } from './sockets.ts';
import { isFileRequest, takeFile } from './take-file.ts';

export interface WebHostOptions {
  /** The built page: the folder with index.html. */
  readonly pageDir: string;
  /** The engine's process: a script that calls runEngineProcess. */
  readonly engineEntry: string;
  readonly engineArgv?: readonly string[];
  readonly resourcesDir: string;
  readonly dataDir: string;
  /** 0 or nothing: a free one. */
  readonly port?: number | undefined;
  readonly resolveSecret?: (ref: string) => Promise<string | undefined>;
  readonly heartbeatMs?: number;
  readonly supervision?: Partial<Pick<SuperviseOptions<never>, 'delaysMs' | 'healthyAfterMs' | 'maxFailedStarts'>>;
  /** What a person at the terminal should know. */
  readonly onNote?: (note: string) => void;
}

export interface WebHost {
  readonly port: number;
  readonly token: string;
  /** The link to open, token included. */
  readonly link: string;
  readonly enginePid: () => number | undefined;
  readonly restartEngine: () => void;
  close(): Promise<void>;
}

/** A large file handed over by a page may take a while. */
const fileTimeoutMs = 10 * 60_000;

/**
 * Serves the page and the engine on 127.0.0.1. The engine lives in a child process: however hard it works, this process answers, and when it
 * dies another one is started while the pages stay connected.
 * @throws UserError when the page was not built or the port is taken.
 */
export async function startWebHost(options: WebHostOptions): Promise<WebHost> {
  const files = await listStaticFiles(options.pageDir).catch(() => undefined);
  if (files === undefined || !files.has('/index.html')) {
    throw new UserError('web/no-page', `${options.pageDir}: has no index.html`, { hint: 'build the page first: npm run build' });
  }
  const token = createToken();
  let port = 0;
  let child: EngineChild | undefined;
  const clients = createEngineClients(() => supervisor);
  const sockets = createSockets({
    clients,
    token,
    port: () => port,
    engineWaitingBytes: () => child?.waitingBytes() ?? 0,
    ...(options.heartbeatMs === undefined ? {} : { heartbeatMs: options.heartbeatMs }),
  });

  const server = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: fileTimeoutMs, headersTimeout: 10_000 }, (request, response) => {
    if (isFileRequest(request)) void takeFile(request, response, { port, token, folder: join(options.dataDir, 'cache', 'dropped') });
    else void servePage(request, response, files, port);
  });
  server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
  port = await listen(server, options.port ?? 0);

  // Nothing asks for it earlier: connections are only taken after this turn of the loop.
  const supervisor: Supervisor = superviseEngine({
    start: () => (child = startEngineChild(options.engineEntry, options.engineArgv)),
    open: { resourcesDir: options.resourcesDir, dataDir: options.dataDir, host: 'web' },
    resolveSecret: options.resolveSecret ?? (async () => undefined),
    onState(state) {
      if (state.state === 'restarting' || state.state === 'failed') options.onNote?.(state.message);
      clients.onState(state);
    },
    onClientMessage: (message) => clients.onMessage(message),
    ...options.supervision,
  });

  return {
    port,
    token,
    link: `http://127.0.0.1:${port}/#token=${token}`,
    enginePid: () => supervisor.pid(),
    restartEngine: () => supervisor.restart('The engine is being restarted.'),
    async close() {
      sockets.close();
      server.close();
      server.closeAllConnections();
      await supervisor.close();
    },
  };
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new UserError('web/port', `cannot listen on 127.0.0.1:${port}: ${error.code === 'EADDRINUSE' ? 'the port is taken' : error.message}`, { hint: 'leave --port out to take a free one', cause: error }));
    });
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

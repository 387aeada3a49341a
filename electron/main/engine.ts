import { MessageChannelMain, utilityProcess } from 'electron';
import type { MessagePortMain, WebContents } from 'electron';
import type { FromEngine } from '../../src/host/link.ts';
import { superviseEngine } from '../../src/host/supervise.ts';
import type { EngineProcess, EngineState, SuperviseOptions } from '../../src/host/supervise.ts';
import { channels } from '../channels.ts';
import type { EngineStateMessage } from '../channels.ts';

export interface EngineOptions {
  /** The bundled engine-host script. */
  readonly entry: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly open: SuperviseOptions<MessagePortMain>['open'];
  readonly resolveSecret: SuperviseOptions<MessagePortMain>['resolveSecret'];
}

export interface EngineLinks {
  /** Gives the page a port to the engine: now, or as soon as there is one, and again after every restart. */
  connect(contents: WebContents): void;
  restart(): void;
  state(): EngineState;
  pid(): number | undefined;
  close(): Promise<void>;
}

/**
 * The engine in a utilityProcess, supervised. Main only sets up: every page gets a MessagePort whose other end goes to the engine, and
 * from then on they talk without main, so that neither can make it wait.
 */
export function startEngine(options: EngineOptions): EngineLinks {
  const pages = new Map<number, WebContents>();
  let nextClientId = 1;

  function open(contents: WebContents): void {
    const { port1, port2 } = new MessageChannelMain();
    if (!supervisor.post({ type: 'connect', clientId: nextClientId }, [port1])) return;
    nextClientId += 1;
    contents.postMessage(channels.enginePort, null, [port2]);
  }

  function tell(contents: WebContents, state: EngineState): void {
    if (state.state !== 'restarting' && state.state !== 'failed') return;
    contents.send(channels.engineState, { state: state.state, message: state.message } satisfies EngineStateMessage);
  }

  const supervisor = superviseEngine<MessagePortMain>({
    start: () => startUtility(options),
    open: options.open,
    resolveSecret: options.resolveSecret,
    onState(state) {
      for (const contents of pages.values()) {
        if (state.state === 'ready') open(contents);
        else tell(contents, state);
      }
    },
  });

  return {
    connect(contents) {
      if (!pages.has(contents.id)) {
        const { id } = contents;
        pages.set(id, contents);
        contents.once('destroyed', () => pages.delete(id));
      }
      const state = supervisor.state();
      if (state.state === 'ready') open(contents);
      else tell(contents, state);
    },
    restart: () => supervisor.restart('The engine is being restarted.'),
    state: () => supervisor.state(),
    pid: () => supervisor.pid(),
    close: () => supervisor.close(),
  };
}

function startUtility({ entry, environment }: EngineOptions): EngineProcess<MessagePortMain> {
  const child = utilityProcess.fork(entry, [], { serviceName: 'Funnelscope engine', env: environment, stdio: 'inherit' });
  return {
    get pid() {
      return child.pid;
    },
    post: (message, transfer = []) => child.postMessage(message, [...transfer]),
    onMessage: (listener) => {
      child.on('message', (message: FromEngine) => listener(message));
    },
    onExit: (listener) => {
      child.on('exit', (code) => listener(`exit code ${code}`));
    },
    kill() {
      // utilityProcess.kill asks politely; an engine deep in native code would not hear it.
      if (child.pid === undefined) child.kill();
      else
        try {
          process.kill(child.pid, 'SIGKILL');
        } catch {
          // Already gone.
        }
    },
  };
}

import type { MessagePortMain, ParentPort } from 'electron';
import type { ClientPort, HostLink } from '../../src/host/engine-process.ts';
import type { ToEngine } from '../../src/host/link.ts';

/** The engine process' end of its link to main. */
export function mainLink(parent: ParentPort): HostLink {
  return {
    post: (message) => parent.postMessage(message),
    onMessage(listener) {
      parent.on('message', (event) => listener(event.data as ToEngine, clientPort(event.ports[0])));
    },
    exit: (code) => process.exit(code),
  };
}

function clientPort(port: MessagePortMain | undefined): ClientPort | undefined {
  if (port === undefined) return undefined;
  return {
    post: (message) => port.postMessage(message),
    onMessage(listener) {
      port.on('message', (event) => listener(event.data));
      port.start();
    },
    onClose: (listener) => {
      port.on('close', listener);
    },
    close: () => port.close(),
  };
}

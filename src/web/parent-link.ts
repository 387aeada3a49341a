import type { HostLink } from '../host/engine-process.ts';
import type { ToEngine } from '../host/link.ts';

/** The child's end of the channel that `fork` made. When the parent is gone there is nobody to work for. */
export function parentLink(): HostLink {
  process.on('disconnect', () => process.exit(0));
  return {
    post(message) {
      if (process.connected) process.send?.(message);
    },
    onMessage(listener) {
      process.on('message', (message) => listener(message as ToEngine, undefined));
    },
    exit: (code) => process.exit(code),
  };
}

import type { HostBridge } from '../../src/contract/host.ts';
import { createWebHost } from './web-host.ts';

declare global {
  interface Window {
    /** Put there by the desktop shell's preload; absent in a browser. */
    readonly funnelscopeHost?: HostBridge;
  }
}

/** The desktop shell's bridge, or the page's own over a WebSocket. */
export function findHost(window: Window): HostBridge {
  if (window.funnelscopeHost !== undefined) return window.funnelscopeHost;
  return createWebHost({
    location: window.location,
    sessionStorage: window.sessionStorage,
    history: window.history,
    document: window.document,
    platform: window.navigator.platform,
    openSocket: (url, protocols) => new WebSocket(url, [...protocols]) as never,
    setTimeout: (run, ms) => window.setTimeout(run, ms),
    fetch: (path, options) => window.fetch(path, options),
  });
}

import type { HostBridge } from '../src/contract/host.ts';

declare global {
  interface Window {
    /** What the preload exposes to the page (renderer/bridge says the same for the page itself). */
    readonly funnelscopeHost: HostBridge;
  }
}

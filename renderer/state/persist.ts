import { patchWork } from './app.ts';
import type { App } from './app.ts';
import { toWireError } from './errors.ts';
import { rememberSlots } from './journey.ts';
import { joinFunnels } from './measuring-steps.ts';
import { readSession } from './session.ts';
import { isMeasuredFunnel, isMeasuredLadder } from './stored.ts';
import type { MeasuredFunnel, MeasuredLadder } from './work.ts';

const sessionKey = 'session';
const measuredKey = 'measured';
const version = 1;
const funnelsKept = 50;

interface Measured {
  readonly version: number;
  readonly ladders: Readonly<Record<string, MeasuredLadder>>;
  readonly funnels: readonly MeasuredFunnel[];
}

/** Reads the settings into the stores; a broken member is a new session's. */
export async function restore(app: App): Promise<void> {
  const settings = await app.client.call('settings.get', {});
  app.session.set(readSession(settings[sessionKey]));
  const { ladders, funnels } = readMeasured(settings[measuredKey]);
  patchWork(app, { ladders, funnels });
}

function readMeasured(stored: unknown): Pick<Measured, 'ladders' | 'funnels'> {
  const measured = stored as Partial<Measured> | undefined;
  if (measured?.version !== version) return { ladders: {}, funnels: [] };
  const ladders = Object.entries(measured.ladders ?? {}).filter(([, ladder]) => isMeasuredLadder(ladder));
  const funnels = Array.isArray(measured.funnels) ? measured.funnels.filter((funnel) => isMeasuredFunnel(funnel)) : [];
  return { ladders: Object.fromEntries(ladders), funnels };
}

export interface Remembering {
  /** Another window has written what it remembers: at the next change here this window's is written whole, and the funnels that the other one measured stay. */
  yieldTo(): Promise<void>;
  /** Writes at once and stops. */
  stop(): void;
}

/** Writes what changed, half a second after it changed, and calls `onKept`. That it cannot be written stands in `work.unkept` until it can. */
export function keepRemembering(app: App, { delayMs = 500, onKept }: { readonly delayMs?: number; readonly onKept?: () => void } = {}): Remembering {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let written = present();
  /** Funnels that other windows wrote since this one did; undefined: none did. */
  let others: readonly MeasuredFunnel[] | undefined;

  function present(): Omit<Measured, 'version'> & { readonly session: ReturnType<App['session']['get']> } {
    const { ladders, funnels } = app.work.get();
    return { session: app.session.get(), ladders, funnels };
  }

  function write(): void {
    timer = undefined;
    rememberSlots(app);
    const now = present();
    const isSessionNew = now.session !== written.session;
    const isMeasuredNew = now.ladders !== written.ladders || now.funnels !== written.funnels;
    if (!isSessionNew && !isMeasuredNew) return;
    if (isSessionNew || others !== undefined) void put(sessionKey, now.session);
    if (isMeasuredNew || others !== undefined) {
      const funnels = joinFunnels(others ?? [], now.funnels).slice(-funnelsKept);
      void put(measuredKey, { version, ladders: now.ladders, funnels } satisfies Measured);
    }
    written = now;
    others = undefined;
  }

  async function put(key: string, value: unknown): Promise<void> {
    try {
      await app.client.call('settings.set', { key, value });
      if (app.work.get().unkept !== undefined) patchWork(app, { unkept: undefined });
      onKept?.();
    } catch (error) {
      // An engine that is away is told elsewhere. Either way the next change writes again.
      const { kind, message } = toWireError(error);
      if (kind === 'user') patchWork(app, { unkept: message });
    }
  }

  function soon(): void {
    timer ??= setTimeout(write, delayMs);
  }

  const stops = [app.session.subscribe(soon), app.funnel.store.subscribe(soon), app.work.subscribe(soon)];
  return {
    async yieldTo() {
      others ??= [];
      const settings = await app.client.call('settings.get', {}).catch(() => undefined);
      others = joinFunnels(others ?? [], readMeasured(settings?.[measuredKey]).funnels);
    },
    stop() {
      for (const stop of stops) stop();
      if (timer !== undefined) clearTimeout(timer);
      write();
    },
  };
}

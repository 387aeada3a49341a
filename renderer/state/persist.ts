import { patchWork } from './app.ts';
import type { App } from './app.ts';
import { rememberSlots } from './journey.ts';
import { readSession } from './session.ts';
import { isMeasuredFunnel, isMeasuredLadder } from './stored.ts';
import type { MeasuredFunnel, MeasuredLadder } from './work.ts';

const sessionKey = 'session';
const measuredKey = 'measured';
const version = 1;

interface Measured {
  readonly version: number;
  readonly ladders: Readonly<Record<string, MeasuredLadder>>;
  readonly funnels: readonly MeasuredFunnel[];
}

/** Reads the settings into the stores; a broken member is a new session's. */
export async function restore(app: App): Promise<void> {
  const settings = await app.client.call('settings.get', {});
  app.session.set(readSession(settings[sessionKey]));
  const measured = settings[measuredKey] as Partial<Measured> | undefined;
  if (measured?.version !== version) return;
  const ladders = Object.entries(measured.ladders ?? {}).filter(([, ladder]) => isMeasuredLadder(ladder));
  const funnels = Array.isArray(measured.funnels) ? measured.funnels.filter((funnel) => isMeasuredFunnel(funnel)) : [];
  patchWork(app, { ladders: Object.fromEntries(ladders), funnels });
}

/** Writes what changed, half a second after it changed. @returns a function that writes at once and stops. */
export function keepRemembering(app: App, delayMs = 500): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let written = { session: app.session.get(), ladders: app.work.get().ladders, funnels: app.work.get().funnels };

  function write(): void {
    timer = undefined;
    rememberSlots(app);
    const session = app.session.get();
    const { ladders, funnels } = app.work.get();
    if (session !== written.session) void put(sessionKey, session);
    if (ladders !== written.ladders || funnels !== written.funnels) {
      void put(measuredKey, { version, ladders, funnels: funnels.slice(-50) } satisfies Measured);
    }
    written = { session, ladders, funnels };
  }

  async function put(key: string, value: unknown): Promise<void> {
    try {
      await app.client.call('settings.set', { key, value });
    } catch {
      // The engine is away; the next change writes again.
    }
  }

  function soon(): void {
    timer ??= setTimeout(write, delayMs);
  }

  const stops = [app.session.subscribe(soon), app.funnel.store.subscribe(soon), app.work.subscribe(soon)];
  return () => {
    for (const stop of stops) stop();
    if (timer !== undefined) clearTimeout(timer);
    write();
  };
}

import { formatSchedule, parseSchedule } from '../../src/contract/schedule.ts';
import type { Schedule } from '../../src/contract/schedule.ts';
import { patchSession, patchWork } from './app.ts';
import type { App } from './app.ts';
import { embed, firstQueries, openCorpus, openVectors, setQueries } from './dataset-steps.ts';
import { collectPool, fitCost, measureLadder } from './measuring-steps.ts';

/** From nothing to a filled Tradeoffs screen: opens a sample, takes its queries, embeds, measures, collects, estimates. */
export async function explore(app: App, sample: string): Promise<void> {
  patchSession(app, { screen: 'tradeoffs', modelId: 'starter', documentPrompt: undefined, queryPrompt: undefined, adapterId: undefined, dtype: undefined, dims: undefined, storeKind: 'embedded' });
  patchWork(app, { exploring: sample });
  try {
    const corpus = await openCorpus(app, { kind: 'sample', name: sample });
    if (corpus === undefined) return;
    if ((await setQueries(app, firstQueries(corpus))) === undefined) return;
    if ((await embed(app)) === undefined) return;
    await measureAll(app);
  } finally {
    patchWork(app, { exploring: undefined });
  }
}

/** The ladder, the pool, and the cost model: what one "Measure" brings. */
export async function measureAll(app: App): Promise<boolean> {
  if (!(await measureLadder(app))) return false;
  if (!(await collectPool(app))) return false;
  await fitCost(app);
  return true;
}

/** Embeds with the chosen model, going on where a cancelled run left off, and measures. */
export async function embedAndMeasure(app: App): Promise<void> {
  if ((await embed(app)) === undefined) return;
  await measureAll(app);
}

/** Embeds again with this adapter behind the model (undefined: without), and measures. */
export async function measureWithAdapter(app: App, adapterId: string | undefined): Promise<void> {
  patchSession(app, { adapterId, dims: undefined });
  await embedAndMeasure(app);
}

/** Opens again what was open: after a start, and after the engine came back. Embeddings come from the cache; the cost model waits until it is asked for. */
export async function resume(app: App): Promise<void> {
  const { corpusSource, vectorSource } = app.session.get();
  if (corpusSource === undefined && vectorSource === undefined) return;
  patchWork(app, { isResuming: true });
  try {
    await reopen(app);
  } finally {
    patchWork(app, { isResuming: false });
  }
}

async function reopen(app: App): Promise<void> {
  const { slots, activeSlot } = app.session.get();
  if (!(await reopenDataset(app))) return;
  const A = readSchedule(slots.A);
  if (A !== undefined && app.funnel.schedule().length === 0) {
    const B = slots.B === undefined ? undefined : readSchedule(slots.B);
    app.funnel.start({ A, B, active: B === undefined ? 'A' : activeSlot });
  }
  await collectPool(app);
}

/** @returns whether there is a dataset again. */
async function reopenDataset(app: App): Promise<boolean> {
  const { corpusSource, vectorSource, querySource, wasEmbedded } = app.session.get();
  if (vectorSource !== undefined) return (await openVectors(app, vectorSource)) !== undefined;
  if (corpusSource === undefined || (await openCorpus(app, corpusSource)) === undefined) return false;
  if (querySource === undefined || (await setQueries(app, querySource)) === undefined) return false;
  return wasEmbedded && (await embed(app)) !== undefined;
}

function readSchedule(text: string): Schedule | undefined {
  try {
    return parseSchedule(text);
  } catch {
    return undefined;
  }
}

/** The schedules as the session keeps them. */
export function rememberSlots(app: App): void {
  const { A, B, active } = app.funnel.store.get().history.present;
  const kept = app.session.get();
  const next = { A: A.length === 0 ? '' : formatSchedule(A), B: B === undefined ? undefined : formatSchedule(B) };
  if (kept.slots.A === next.A && kept.slots.B === next.B && kept.activeSlot === active) return;
  if (next.A === '' && kept.slots.A !== '' && (kept.corpusSource !== undefined || kept.vectorSource !== undefined)) return;
  patchSession(app, { slots: next, activeSlot: active });
}

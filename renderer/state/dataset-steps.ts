import type { CorpusSource, CorpusSummary, DatasetSummary, MachineUse, ModelEntry, QuerySource, QuerySummary, ReadOptions, VectorSourceChoice } from '../../src/contract/dataset.ts';
import { loadAdapters } from './adapter-steps.ts';
import { into, patchSession, patchWork } from './app.ts';
import type { App } from './app.ts';
import { idle, ready } from './remote.ts';
import type { Session } from './session.ts';
import { noDatasetWork, noWork } from './work.ts';

export function loadLists(app: App): Promise<unknown> {
  return Promise.all([
    into(app, 'info', () => app.client.call('app.info', {})),
    into(app, 'samples', () => app.client.call('corpus.samples', {})),
    loadModels(app),
    loadAdapters(app),
    into(app, 'reports', () => app.client.call('reports.list', {})),
  ]);
}

/** The catalogue, and the folders and servers this user has added to it. */
async function loadModels(app: App): Promise<void> {
  await into(app, 'models', () => app.client.call('models.list', {}));
  for (const model of app.session.get().servers) addModel(app, model);
  for (const path of app.session.get().localModels) {
    try {
      const model = await app.client.call('models.inspect', { path });
      addModel(app, { ...model, path });
    } catch {
      // The folder is gone or broken; it is told when the user adds it again.
    }
  }
}

/** How a model is chosen: by its name in the catalogue, by its folder or server when the user added it. */
export function modelKey(app: App, model: ModelEntry): string {
  const { localModels, servers } = app.session.get();
  return model.path !== undefined && (localModels.includes(model.path) || servers.some(({ path }) => path === model.path)) ? model.path : model.id;
}

/** Adds a model to the list, or replaces what the list knew of it. */
export function addModel(app: App, model: ModelEntry): void {
  const models = ready(app.work.get().models) ?? [];
  const isSame = (one: ModelEntry): boolean => one.id === model.id && one.path === model.path;
  const wasHub = models.findIndex((one) => one.id === model.id && one.where === 'hub');
  const next = wasHub >= 0 ? models.map((one, index) => (index === wasHub ? model : one)) : [...models.filter((one) => !isSame(one)), model];
  patchWork(app, { models: { status: 'ready', value: next } });
}

export async function openCorpus(app: App, source: CorpusSource): Promise<CorpusSummary | undefined> {
  const before = ready(app.work.get().corpus);
  const corpus = await into(app, 'corpus', () => app.jobs.run('corpus.open', { source }));
  if (corpus === undefined) return undefined;
  if (before?.contentHash !== corpus.contentHash || before.corpusId !== corpus.corpusId) {
    patchWork(app, { ...noDatasetWork, queries: idle, dataset: idle });
  }
  if (source.kind === 'path') app.host.noteOpened?.(source.path);
  const { recentPaths } = app.session.get();
  patchSession(app, {
    corpusSource: source,
    vectorSource: undefined,
    recentPaths: source.kind === 'path' ? [source.path, ...recentPaths.filter((path) => path !== source.path)].slice(0, 8) : recentPaths,
  });
  return corpus;
}

/** Looks into a file or folder without opening it; `options` are what the user said about how to read it. */
export function previewCorpus(app: App, path: string, options: ReadOptions = {}): Promise<unknown> {
  patchWork(app, { previewOptions: options });
  return into(app, 'preview', () => app.client.call('corpus.preview', { path, options }));
}

/** The query set to begin with: the corpus' own where it has one, held-out rows otherwise. */
export function firstQueries(corpus: CorpusSummary): QuerySource {
  if (corpus.hasQueries) return { kind: 'own', limit: 500, seed: 1 };
  const count = Math.max(1, Math.min(500, Math.floor(corpus.count / 4)));
  return { kind: 'held-out', count, seed: 1 };
}

export async function setQueries(app: App, source: QuerySource): Promise<QuerySummary | undefined> {
  const corpus = ready(app.work.get().corpus);
  if (corpus === undefined) return undefined;
  const before = ready(app.work.get().queries);
  const queries = await into(app, 'queries', () => app.client.call('queries.set', { corpusId: corpus.corpusId, source }));
  if (queries === undefined) return undefined;
  if (before?.queryId !== queries.queryId) patchWork(app, { ...noDatasetWork, dataset: idle });
  patchSession(app, { querySource: source });
  return queries;
}

export async function embed(app: App): Promise<DatasetSummary | undefined> {
  const { corpus, queries } = app.work.get();
  const session = app.session.get();
  const corpusId = ready(corpus)?.corpusId;
  const queryId = ready(queries)?.queryId;
  if (corpusId === undefined || queryId === undefined) return undefined;
  const dataset = await into(app, 'dataset', () => app.jobs.run('dataset.embed', {
    corpusId,
    queryId,
    modelId: needsNoModel(app) ? 'collection' : session.modelId,
    ...(session.documentPrompt === undefined ? {} : { documentPrompt: session.documentPrompt }),
    ...(session.queryPrompt === undefined ? {} : { queryPrompt: session.queryPrompt }),
    ...(session.dtype === undefined ? {} : { dtype: session.dtype }),
    ...(session.adapterId === undefined ? {} : { adapterId: session.adapterId }),
    ...machineUse(session),
  }));
  if (dataset === undefined) return undefined;
  patchWork(app, noDatasetWork);
  patchSession(app, { wasEmbedded: true });
  return dataset;
}

/** Opens the dataset again with what of the machine it may use now; its vectors come from the cache or the file. */
export async function applyMachineUse(app: App, use: Pick<Session, 'threads' | 'vectorMemoryMiB'>): Promise<DatasetSummary | undefined> {
  patchSession(app, use);
  if (ready(app.work.get().dataset) === undefined) return undefined;
  const { vectorSource } = app.session.get();
  return vectorSource === undefined ? embed(app) : openVectors(app, vectorSource);
}

function machineUse({ threads, vectorMemoryMiB }: Session): MachineUse {
  return { ...(threads === 1 ? {} : { threads }), ...(vectorMemoryMiB === undefined ? {} : { vectorMemoryBytes: vectorMemoryMiB * 2 ** 20 }) };
}

/** The documents are a collection that is embedded already, and the queries are some of them. */
export function needsNoModel(app: App): boolean {
  const { corpus, queries } = app.work.get();
  return ready(corpus)?.source.kind === 'collection' && ready(queries)?.source.kind === 'held-out';
}

/** Makes vectors that are embedded already the dataset: they bring corpus, queries and model in one. */
export async function openVectors(app: App, source: VectorSourceChoice): Promise<DatasetSummary | undefined> {
  const dataset = await into(app, 'dataset', () => app.jobs.run('dataset.openVectors', { ...source, ...machineUse(app.session.get()) }));
  if (dataset === undefined) return undefined;
  patchWork(app, { ...noDatasetWork, corpus: { status: 'ready', value: dataset.corpus }, queries: { status: 'ready', value: dataset.queries } });
  app.host.noteOpened?.(source.path);
  const { recentPaths } = app.session.get();
  patchSession(app, { vectorSource: source, corpusSource: undefined, querySource: undefined, wasEmbedded: true, dims: undefined, recentPaths: [source.path, ...recentPaths.filter((path) => path !== source.path)].slice(0, 8) });
  return dataset;
}

/** Back to nothing open; what was saved stays. */
export function closeAll(app: App): void {
  const { info, samples, models, adapters, reports, openReports, connection } = app.work.get();
  patchWork(app, { ...noWork, isRestored: true, info, samples, models, adapters, reports, openReports, connection });
  patchSession(app, { corpusSource: undefined, querySource: undefined, vectorSource: undefined, wasEmbedded: false, dims: undefined, selectedDims: undefined });
  app.funnel.start({ A: [], B: undefined, active: 'A' });
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import type { WorkOptions } from '../base/progress.ts';
import type { calls, CallName, CallOutput } from '../contract/calls.ts';
import type { ConnectionState } from '../contract/connection.ts';
import type { CorpusSummary, QuerySummary } from '../contract/dataset.ts';
import type { EngineEvent } from '../contract/wire.ts';
import type { Corpus, QuerySet } from '../corpus/corpus.ts';
import type { OpenCollection } from './collection-corpus.ts';
import { cacheDirOf } from './data-dir.ts';
import type { Dataset } from './dataset.ts';
import { closeDataset } from './dataset.ts';
import { createMilvusConnection } from './milvus-connection.ts';
import type { MilvusConnection } from './milvus-connection.ts';
import type { OpenPool } from './open-pool.ts';
import { createRegistry } from './registry.ts';
import type { Registry } from './registry.ts';
import { openSettings } from './settings.ts';
import type { Settings } from './settings.ts';

export interface EngineOptions {
  /** The folder that has models/ and samples/. */
  readonly resourcesDir: string;
  /** Caches, downloaded models, settings and reports. */
  readonly dataDir: string;
  readonly host: 'electron' | 'web' | 'cli';
  /** Secrets by name, from the host's secret store; never written anywhere by the engine. */
  readonly resolveSecret?: ((ref: string) => Promise<string | undefined>) | undefined;
}

/** What one call's handler looks like: validated input in, output of the contract out. */
export type HandlersOf<Names extends CallName> = {
  readonly [Name in Names]: (input: z.output<(typeof calls)[Name]['input']>, work: WorkOptions) => Promise<CallOutput<Name>>;
};
export type Handlers = HandlersOf<CallName>;

export interface OpenCorpus {
  readonly corpus: Corpus;
  /** Where it came from: a path, `sample:NAME`, or undefined for a collection. */
  readonly path: string | undefined;
  readonly collection?: OpenCollection | undefined;
  readonly summary: CorpusSummary;
}

export interface OpenQueries {
  readonly querySet: QuerySet;
  readonly corpusId: string;
  readonly summary: QuerySummary;
}

/** All that the engine holds open, and where it keeps things. */
export interface Workspace {
  readonly resourcesDir: string;
  readonly dataDir: string;
  readonly cacheDir: string;
  readonly modelsDir: string;
  readonly reportsDir: string;
  readonly adaptersDir: string;
  readonly host: EngineOptions['host'];
  readonly settings: Settings;
  readonly corpora: Registry<OpenCorpus>;
  readonly querySets: Registry<OpenQueries>;
  readonly datasets: Registry<Dataset>;
  readonly pools: Registry<OpenPool>;
  readonly milvus: MilvusConnection;
  readonly resolveSecret: (ref: string) => Promise<string | undefined>;
  close(): Promise<void>;
}

export async function openWorkspace(options: EngineOptions, announce: (event: EngineEvent) => void): Promise<Workspace> {
  await mkdir(options.dataDir, { recursive: true });
  const resolveSecret = options.resolveSecret ?? (async () => undefined);
  const milvus = createMilvusConnection(resolveSecret, (state: ConnectionState) => announce({ name: 'connection', state }));
  const datasets = createRegistry<Dataset>('dataset', 2, closeDataset);
  const pools = createRegistry<OpenPool>('pool', 4);
  return {
    resourcesDir: options.resourcesDir,
    dataDir: options.dataDir,
    cacheDir: cacheDirOf(options.dataDir),
    modelsDir: join(options.dataDir, 'models'),
    reportsDir: join(options.dataDir, 'reports'),
    adaptersDir: join(options.dataDir, 'adapters'),
    host: options.host,
    settings: await openSettings(join(options.dataDir, 'settings.json')),
    corpora: createRegistry<OpenCorpus>('corpus', 4),
    querySets: createRegistry<OpenQueries>('query set', 8),
    datasets,
    pools,
    milvus,
    resolveSecret,
    async close() {
      await pools.clear();
      await datasets.clear();
      await milvus.close();
    },
  };
}

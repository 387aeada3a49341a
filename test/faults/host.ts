import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CallInput, CallName, CallOutput } from '../../src/contract/calls.ts';
import { startWebHost } from '../../src/web/web-host.ts';
import type { WebHost, WebHostOptions } from '../../src/web/web-host.ts';
import { openPage } from '../web/page-double.ts';
import type { Page } from '../web/page-double.ts';
// @ts-expect-error a script without types
import { build } from '../../scripts/build.mjs';
import { tempFolder } from '../fixtures/temp-folder.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The real engine in its real process, behind the real host; the page is a socket. */
export interface RunningHost {
  readonly host: WebHost;
  readonly page: Page;
  call<Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>>;
  close(): Promise<void>;
}

export async function startHost(dataDir: string, change: Partial<WebHostOptions> = {}): Promise<RunningHost> {
  await (build as (targets: readonly string[]) => Promise<void>)(['engine', 'workers', 'renderer']);
  const host = await startWebHost({
    pageDir: join(root, 'dist/renderer'),
    engineEntry: join(root, 'dist/web/engine-process.mjs'),
    resourcesDir: root,
    dataDir,
    supervision: { delaysMs: [20] },
    ...change,
  });
  const page = await openPage(host.port, host.token);
  return {
    host,
    page,
    call: (name, input) => page.client.call(name, input),
    async close() {
      page.socket.terminate();
      await host.close();
    },
  };
}

/** A corpus small enough to go through everything in a second, large enough that each step can be met in its middle. */
export async function smallCorpus(): Promise<string> {
  const { writeFile } = await import('node:fs/promises');
  const path = join(await tempFolder(), 'corpus.jsonl');
  const words = ['tide', 'steam', 'bee', 'glass', 'river', 'copper', 'lamp', 'wheat', 'stone', 'sail', 'ink', 'frost', 'hinge', 'moss', 'drum', 'kite'];
  const text = (i: number): string => Array.from({ length: 9 }, (_, j) => words[(i * 7 + j * (1 + (i % 5)) + ((i / 16) | 0)) % 16]).join(' ');
  await writeFile(path, Array.from({ length: 3000 }, (_, i) => JSON.stringify({ id: `d${i}`, text: `${text(i)} ${i}` })).join('\n'));
  return path;
}

export const journeyDims = [16, 64, 256];

/** From a file to numbers that do not depend on time: what every undisturbed run of it gives. */
export async function exactNumbers(running: RunningHost, corpusPath: string): Promise<{ readonly datasetId: string; readonly poolId: string; readonly numbers: unknown }> {
  const { call } = running;
  const { corpusId, count } = await call('corpus.open', { source: { kind: 'path', path: corpusPath } });
  const { queryId } = await call('queries.set', { corpusId, source: { kind: 'held-out', count: 30, seed: 5 } });
  const { datasetId } = await call('dataset.embed', { corpusId, queryId, modelId: 'starter' });
  const { poolId } = await call('pool.build', { datasetId, dims: journeyDims, k: 10, capacity: 200 });
  const schedules = [
    [{ dims: 16, keep: 100 }, { dims: 256, keep: 10 }],
    [{ dims: 16, keep: 150 }, { dims: 64, keep: 40 }, { dims: 256, keep: 10 }],
  ];
  const evaluations = await call('pool.evaluate', { poolId, schedules });
  return { datasetId, poolId, numbers: { count, funnels: evaluations.map(({ schedule, recall, survival }) => ({ schedule, recall, survival })) } };
}

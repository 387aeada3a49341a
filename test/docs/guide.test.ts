import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallInput, CallName, CallOutput } from '../../src/contract/calls.ts';
import { parseSchedule } from '../../src/contract/schedule.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { tempFolder } from '../fixtures/temp-folder.ts';
import { root } from './fenced-commands.ts';

/** The guide in one line, as its quotations read. */
const guide = readFileSync(join(root, 'docs/guide.md'), 'utf8').replace(/\n>? ?/g, ' ');
const dims = [16, 32, 64, 128, 256];
let engine: Engine;
let datasetId: string;

const call = <Name extends CallName>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> => engine.call(name, input) as Promise<CallOutput<Name>>;

beforeAll(async () => {
  engine = await openEngine({ resourcesDir: root, dataDir: await tempFolder(), host: 'cli' });
  const { corpusId } = await call('corpus.open', { source: { kind: 'sample', name: 'wordnet-5k' } });
  const { queryId } = await call('queries.set', { corpusId, source: { kind: 'own', limit: 200, seed: 1 } });
  ({ datasetId } = await call('dataset.embed', { corpusId, queryId, modelId: 'starter' }));
});
afterAll(() => engine.close());

describe('the guide tells what happens', () => {
  it('sylphlike: its best answer is lost by a keep of 128, in the very words of the guide, and found by 256', async () => {
    const inspect = (schedule: string): Promise<CallOutput<'inspect.query'>> => call('inspect.query', { datasetId, schedule: [...parseSchedule(schedule)], k: 16, dims, query: { text: 'sylphlike' } });
    expect(guide).toContain((await inspect('64:128,128:64,256:16')).sentence);
    expect((await inspect('64:256,128:64,256:16')).truth[0]).toMatchObject({ trueRank: 1, answerRank: 1 });
  });

  it('its table of prefixes', async () => {
    const { ladder } = await call('ladder.run', { datasetId, dims, k: 10, store: { kind: 'embedded' } });
    const percent = (value: number): string => `${(value * 100).toFixed(1)}`;
    for (const { dims: size, recall } of ladder.slice(0, -1)) {
      expect(guide).toContain(`| ${size} | ${percent(recall.value)} % (${percent(recall.low)}–${percent(recall.high)})`);
    }
  });
});

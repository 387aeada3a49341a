import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowedExternalUrl } from '../../electron/main/external-links.ts';
import { isOwnUrl, mayLoad } from '../../electron/main/own-page.ts';
import { isSecretRef } from '../../electron/main/secrets.ts';
import { UserError } from '../../src/base/errors.ts';
import { readBenchArguments, benchOptions } from '../../src/cli/arguments.ts';
import { calls } from '../../src/contract/calls.ts';
import type { CallName } from '../../src/contract/calls.ts';
import { formatSchedule, parseSchedule } from '../../src/contract/schedule.ts';
import { requestSchema } from '../../src/contract/wire.ts';
import type { Response } from '../../src/contract/wire.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { serveEngine } from '../../src/engine/serve.ts';
import { findStaticFile } from '../../src/host/static-files.ts';
import { tempFolder } from '../fixtures/temp-folder.ts';

/** What crosses each border of the program is thrown at it at random: it is taken, or refused in one line; nothing breaks, nothing gets through. */
let engine: Engine;

beforeAll(async () => {
  engine = await openEngine({ resourcesDir: process.cwd(), dataDir: await tempFolder(), host: 'cli' });
});
afterAll(() => engine.close());

const names = Object.keys(calls) as CallName[];
/** Values that JSON can carry, keys of the contract among them, so that inputs come close to right. */
const keys = fc.constantFrom('corpusId', 'queryId', 'datasetId', 'poolId', 'dims', 'k', 'schedule', 'store', 'kind', 'path', 'source', 'reportId', 'key', 'value', 'target', 'offset', 'limit', '__proto__', 'constructor');
const json = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, fc.constant(null), fc.boolean(), fc.integer(), fc.double(), fc.string(), fc.constantFrom('embedded', 'path', '/etc/passwd', '../../x', '64:512,768:10'), fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(keys, tie('value'), { maxKeys: 5 })),
})).value;

describe('page to engine', () => {
  /** Calls that would do something on this machine with a path that happens to be there are left to their own tests. */
  const safe = names.filter((name) => !['corpus.open', 'corpus.preview', 'dataset.openVectors', 'models.inspect', 'models.download', 'models.remove', 'milvus.connect'].includes(name));

  it('any message is answered by its id or dropped, and is never an error of the program', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(json, fc.record({ type: fc.constantFrom('call', 'cancel', 'x'), id: fc.oneof(fc.integer({ min: 0, max: 9 }), json), name: fc.oneof(fc.constantFrom<string>(...safe), fc.string()), input: json })), async (message) => {
        const answers: Response[] = [];
        const serving = serveEngine(engine, (response) => answers.push(response));
        serving.receive(message);
        await serving.close();
        for (const answer of answers) {
          if (answer.type === 'error') expect(answer.error.kind, JSON.stringify({ message, error: answer.error })).not.toBe('internal');
          if (answer.type === 'result' || answer.type === 'error') expect(answer.id).toBe((message as { id: number }).id);
        }
        const request = requestSchema.safeParse(message);
        if (request.success && request.data.type === 'call') expect(answers.some(({ type }) => type === 'result' || type === 'error')).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it.each(safe)('%s refuses what is not its input in one line that names the call, and answers only what its schema says', async (name) => {
    await fc.assert(
      fc.asyncProperty(json, async (input) => {
        const isInput = calls[name].input.safeParse(input).success;
        const outcome = await engine.call(name, input).then((output) => ({ output }), (error: unknown) => ({ error }));
        if ('output' in outcome) {
          expect(isInput).toBe(true);
          expect(calls[name].output.safeParse(outcome.output).success).toBe(true);
        } else {
          expect(outcome.error, String((outcome.error as Error).stack)).toBeInstanceOf(UserError);
          expect((outcome.error as Error).message).not.toContain('\n');
          if (!isInput) expect((outcome.error as Error).message.startsWith(`${name}: `)).toBe(true);
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe('command line to engine', () => {
  it('any words are a request or one clear line', () => {
    const option = fc.constantFrom(...Object.keys(benchOptions).map((name) => `--${name}`));
    const value = fc.oneof(fc.string(), fc.constantFrom('64:512,768:10', 'recall=0.99,p95=5', 'x', '-1', '1e9', 'sample:wordnet', '16,32', 'http://127.0.0.1:19530', 'M=16'));
    fc.assert(
      fc.property(fc.array(fc.oneof(option, value), { maxLength: 8 }), (words) => {
        try {
          const { request } = readBenchArguments(words);
          expect(request.k).toBeGreaterThanOrEqual(1);
          for (const schedule of request.schedules) expect(parseSchedule(formatSchedule(schedule))).toEqual(schedule);
        } catch (error) {
          expect(error, String((error as Error).stack)).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('pages and addresses', () => {
  const address = fc.oneof(fc.webUrl({ withFragments: true, withQueryParameters: true }), fc.string(), fc.tuple(fc.constantFrom('app:', 'https:', 'file:', 'javascript:', 'data:', 'app://funnelscope', 'https://github.com', 'https://github.com.evil', 'https://user@github.com'), fc.constantFrom('//', '/', '', '@', ':1/'), fc.string()).map((parts) => parts.join('')));

  it('only the program’s own scheme and host are its own; only listed sites over https go to the browser', () => {
    fc.assert(
      fc.property(address, (url) => {
        if (isOwnUrl(url)) expect(new URL(url)).toMatchObject({ protocol: 'app:', host: 'funnelscope', username: '' });
        const allowed = allowedExternalUrl(url);
        if (allowed !== undefined) {
          expect(new URL(allowed)).toMatchObject({ protocol: 'https:', port: '', username: '', password: '' });
          expect(new URL(allowed).hostname).toMatch(/^(huggingface\.co|arxiv\.org|milvus\.io|github\.com|wordnet\.princeton\.edu|www\.apache\.org|creativecommons\.org|opensource\.org)$/);
        }
        if (mayLoad(url, false)) expect(new URL(url).protocol).toMatch(/^(app|blob|data):$/);
      }),
      { numRuns: 2000 },
    );
  });

  it('a path names a listed file or nothing', () => {
    const files = new Map([['/index.html', { path: '/page/index.html', mimeType: 'text/html' }], ['/assets/a.js', { path: '/page/assets/a.js', mimeType: 'text/javascript' }]]);
    const path = fc.oneof(fc.string(), fc.array(fc.constantFrom('/', '..', '.', '%2e', '%2f', '\\', 'index.html', 'assets', 'a.js', '%00', '%'), { maxLength: 8 }).map((parts) => parts.join('')));
    fc.assert(
      fc.property(path, (asked) => {
        const found = findStaticFile(files, asked);
        if (found !== undefined) expect([...files.values()]).toContain(found);
      }),
      { numRuns: 2000 },
    );
    for (const name of ['__proto__', 'constructor', 'toString']) expect(findStaticFile(files, name)).toBeUndefined();
  });

  it('the name of a secret is no path', () => {
    fc.assert(fc.property(fc.string(), (ref) => {
      if (isSecretRef(ref)) expect(ref).toMatch(/^[A-Za-z0-9]/);
    }));
    for (const ref of ['', '../x', '/etc/passwd', '__proto__', 'a b', 'a\n']) expect(isSecretRef(ref)).toBe(false);
  });
});

import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateCode } from '../../../src/report/code/generate-code.ts';
import { engineAnswers, printedIds, programFolder, spec, type Answers } from './engine-funnel.ts';

const run = promisify(execFile);

const python = await run(new URL('../../../scripts/qdrant-client.sh', import.meta.url).pathname, { timeout: 10 * 60_000 }).then(
  ({ stdout }) => join(stdout.trim(), 'bin', 'python'),
  (error: { stderr?: string }) => {
    if (process.env['CI'] === 'true') throw new Error(`Qdrant's client cannot be installed here: ${error.stderr ?? ''} (CI must not skip these tests)`);
    return undefined;
  },
);

// Qdrant's client has the server's search in itself, exact and without a graph: the request is the same.
describe.skipIf(python === undefined)(`the generated Qdrant code${python === undefined ? ': skipped, its client cannot be installed here (scripts/qdrant-client.sh)' : ''}`, () => {
  let answers: Answers;
  const folders: string[] = [];
  beforeAll(async () => {
    answers = await engineAnswers();
  });
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

  async function search(changed: Partial<typeof spec>, ids: string): Promise<unknown[][]> {
    const generated = generateCode('qdrant', { ...spec, ...changed });
    const folder = await programFolder(generated, answers);
    folders.push(folder);
    const driver = `
import json, warnings, numpy as np
warnings.simplefilter("ignore")
from qdrant_client import QdrantClient
import funnel_qdrant as funnel
client = QdrantClient(":memory:")
funnel.load(client, np.load("documents.npy"), ${ids})
for query in np.load("queries.npy"):
    print(json.dumps(funnel.funnel_search(client, query)))
`;
    await writeFile(join(folder, 'driver.py'), driver);
    const { stdout } = await run(python!, ['driver.py'], { cwd: folder, maxBuffer: 1e8 });
    return printedIds(stdout);
  }

  it('finds what the engine finds', async () => expect(await search({}, 'None')).toEqual(answers.ids));

  it('takes text ids and names of its own', async () => {
    const ids = await search({ collection: 'film-plots', idType: 'text', idField: 'the "id"', vectors: [{ dims: 8, field: "the head's 8" }] }, '[f"d{row}" for row in range(1200)]');
    expect(ids).toEqual(answers.ids.map((list) => list.map((row) => `d${row}`)));
  });
});

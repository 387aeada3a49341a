import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
// @ts-expect-error a script without types
import { build } from '../../scripts/build.mjs';
import { reportSchema } from '../../src/contract/report.ts';
import { openEngine } from '../../src/engine/engine.ts';
import { tempFolder } from '../fixtures/temp-folder.ts';
import { root, smallCorpus } from './host.ts';

const isRoot = process.getuid?.() === 0;
let corpus: string;

beforeAll(async () => {
  await (build as (targets: readonly string[]) => Promise<void>)(['engine', 'workers']);
  corpus = await smallCorpus();
});

/** The command line in a shell of its own, where limits can be set first. */
async function bench(dataDir: string, out: string, options: { readonly before?: string; readonly uid?: number } = {}): Promise<{ code: number; stderr: string }> {
  const words = ['bench', '--corpus', corpus, '--queries', '20', '--dims', '32,256', '--latency-queries', '5', '--out', out];
  const child = spawn('/bin/bash', ['-c', `${options.before ?? ':'}; exec "$@"`, 'bash', process.execPath, join(root, 'dist/cli/main.mjs'), ...words], {
    cwd: root,
    env: { ...process.env, FUNNELSCOPE_DATA: dataDir },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  let stderr = '';
  child.stderr!.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stderr: stderr.replace(/\r/g, '\n') };
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

describe('a disk without room', () => {
  it('a file that may not grow: one clear line, nothing half written, and the next run goes on from what was embedded', async () => {
    const folder = await tempFolder();
    const [data, out] = [join(folder, 'data'), join(folder, 'out')];
    // 3,000 rows of 256 floats are 3 MB; files may have 2.
    const stopped = await bench(data, out, { before: 'ulimit -f 2048' });
    expect(stopped.code).toBe(2);
    expect(lastLine(stopped.stderr)).toMatch(/^funnelscope: \S*cache\S*: the file would be larger than is allowed here \(EFBIG\) \(.+\)$/);
    expect(stopped.stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(out)).toBe(false);
    const again = await bench(data, out);
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect((await readdir(out)).sort()).toEqual(['funnels.csv', 'ladder.csv', 'report.html', 'report.json', 'report.md']);
  });

  it('that fills up only when the report is written: what was measured is kept elsewhere, and that is said', async () => {
    const folder = await tempFolder();
    const [data, out] = [join(folder, 'data'), join(folder, 'out')];
    // Embedded before, so that nothing large has to be written but the page of the report.
    expect((await bench(data, join(folder, 'first'))).code).toBe(0);
    const limit = Math.floor((await stat(join(folder, 'first', 'report.html'))).size / 1024) - 1;
    const stopped = await bench(data, out, { before: `ulimit -f ${limit}` });
    expect(stopped.code, stopped.stderr).toBe(2);
    const kept = /^funnelscope: the report could not be written: .*EFBIG.* \(what was measured is kept in (\S+\.json), and in the app under Reports\)$/.exec(lastLine(stopped.stderr))?.[1];
    expect(reportSchema.parse(JSON.parse(await readFile(kept!, 'utf8'))).corpus.count).toBe(2980);
  });

  it('a full file system: said as such, everything that was saved is still there, and it works again when there is room', async (context) => {
    const folder = await tempFolder();
    const disk = join(folder, 'disk');
    await mkdir(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk], { stdio: 'ignore' });
    } catch {
      context.skip('no small file system can be mounted here (needs root and the right to mount)');
    }
    const engine = await openEngine({ resourcesDir: root, dataDir: join(disk, 'data'), host: 'cli' });
    try {
      await engine.call('settings.set', { key: 'theme', value: 'dark' });
      const filler = join(disk, 'filler');
      await writeFile(filler, Buffer.alloc(16 * 1024 * 1024)).catch(() => undefined);
      const { corpusId } = (await engine.call('corpus.open', { source: { kind: 'path', path: corpus } })) as { corpusId: string };
      const { queryId } = (await engine.call('queries.set', { corpusId, source: { kind: 'held-out', count: 20, seed: 1 } })) as { queryId: string };
      const embed = (): Promise<unknown> => engine.call('dataset.embed', { corpusId, queryId, modelId: 'starter' });
      await expect(embed()).rejects.toMatchObject({ name: 'UserError', message: expect.stringContaining('the disk is full (ENOSPC)') });
      await expect(engine.call('settings.set', { key: 'theme', value: 'x'.repeat(100_000) })).rejects.toThrow(/settings cannot be written: .*the disk is full/);
      expect(JSON.parse(await readFile(join(disk, 'data/settings.json'), 'utf8'))).toEqual({ theme: 'dark' });
      expect(engine.jobs()[0]).toMatchObject({ state: 'failed', error: expect.stringContaining('the disk is full') });
      await rm(filler);
      await expect(embed()).resolves.toMatchObject({ rowCount: 2980 });
      await engine.call('settings.set', { key: 'theme', value: 'light' });
      expect(JSON.parse(await readFile(join(disk, 'data/settings.json'), 'utf8'))).toEqual({ theme: 'light' });
    } finally {
      await engine.close();
      execFileSync('umount', ['-l', disk]);
    }
  });
});

describe('a folder that can only be read', () => {
  it('as the data folder or the output: one clear line that names it', async (context) => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'open'));
    await mkdir(join(folder, 'closed'));
    await chmod(join(folder, 'closed'), 0o555);
    await chmod(folder, 0o777);
    await chmod(join(folder, 'open'), 0o777);
    // Permissions do not bind root: then as nobody.
    const uid = isRoot ? 65_534 : undefined;
    if (uid !== undefined) {
      try {
        execFileSync(process.execPath, ['-e', 'require("fs").accessSync(process.argv[1])', join(root, 'dist/cli/main.mjs')], { uid, gid: uid, cwd: '/', stdio: 'ignore' });
        await chmod(join(corpus, '..'), 0o755);
      } catch {
        context.skip('this is root, and no other user may read this checkout');
      }
    }
    const asData = await bench(join(folder, 'closed', 'data'), join(folder, 'open', 'out'), { uid });
    expect(asData.code, asData.stderr).toBe(2);
    expect(lastLine(asData.stderr)).toMatch(/closed\/data.*permission/);
    const asOut = await bench(join(folder, 'open', 'data'), join(folder, 'closed', 'out'), { uid });
    expect(asOut.code, asOut.stderr).toBe(2);
    expect(lastLine(asOut.stderr)).toMatch(/closed\/out.*permission/);
    for (const { stderr } of [asData, asOut]) expect(stderr).not.toMatch(/^\s+at /m);
  });
});

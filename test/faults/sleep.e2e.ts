import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempFolder } from '../fixtures/temp-folder.ts';
import { openPage } from '../web/page-double.ts';
import { exactNumbers, root, smallCorpus, startHost } from './host.ts';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

it('an engine that is put to sleep in the middle of its work (SIGSTOP, SIGCONT) goes on where it was, with the same result', async () => {
  const dataDir = join(await tempFolder(), 'data');
  const corpusPath = await smallCorpus();
  const running = await startHost(dataDir);
  try {
    const awake = await exactNumbers(running, corpusPath);
    await rm(join(dataDir, 'cache'), { recursive: true });
    const pid = running.host.enginePid()!;
    const work = exactNumbers(running, corpusPath);
    for (let nap = 0; nap < 3; nap += 1) {
      await pause(120);
      process.kill(pid, 'SIGSTOP');
      await pause(1000);
      process.kill(pid, 'SIGCONT');
    }
    expect((await work).numbers).toEqual(awake.numbers);
    expect(running.host.enginePid()).toBe(pid);
  } finally {
    await running.close();
  }
});

it('a whole program that slept (as a machine does) serves its pages again, with all that was saved', async () => {
  await (await startHost(join(await tempFolder(), 'unused'))).close(); // builds what is needed
  const dataDir = join(await tempFolder(), 'data');
  const server = spawn(process.execPath, [join(root, 'dist/web/main.mjs')], { cwd: root, env: { ...process.env, FUNNELSCOPE_DATA: dataDir }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  try {
    let output = '';
    const link = await new Promise<RegExpExecArray>((resolve, reject) => {
      const hear = (bytes: Buffer): void => {
        output += bytes.toString();
        const found = /127\.0\.0\.1:(\d+)\/#token=([\w-]+)/.exec(output);
        if (found !== null) resolve(found);
      };
      server.stdout.on('data', hear);
      server.stderr.on('data', hear);
      server.once('exit', (code) => reject(new Error(`it ended with ${code}: ${output}`)));
    });
    const [port, token] = [Number(link[1]), link[2]!];
    const page = await openPage(port, token);
    await page.client.call('settings.set', { key: 'theme', value: 'dark' });
    // The group: host and engine, all at once.
    process.kill(-server.pid!, 'SIGSTOP');
    await pause(3000);
    process.kill(-server.pid!, 'SIGCONT');
    // A page that was cut off meanwhile connects again, as the real one does; one that was not still works.
    const after = page.socket.readyState === page.socket.OPEN ? page : await openPage(port, token);
    expect(await after.client.call('settings.get', {})).toMatchObject({ theme: 'dark' });
    after.socket.terminate();
  } finally {
    process.kill(-server.pid!, 'SIGKILL');
    await once(server, 'close');
  }
});

import { spawn } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, openBench, packageProgram, program } from './electron-app.ts';
import type { Bench, Running } from './electron-app.ts';

/**
 * The packaged program in a real Electron (scripts/electron-for-tests.sh): its preload, its messages, its engine's process. Only what the
 * operating system would show is replaced: the open and save dialogs.
 */
let bench: Bench;
let running: Running;

beforeAll(async () => {
  packageProgram();
  bench = await openBench();
  running = await launch(bench);
});

afterAll(async () => {
  await running?.app.close().catch(() => undefined);
  await bench?.close();
});

/** The next save dialog answers with this path, as if it had been typed. */
async function answerSaveDialog(path: string | undefined): Promise<void> {
  await running.app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = async () => ({ canceled: filePath === undefined, filePath: filePath ?? '' }) as never;
  }, path);
}

async function answerOpenDialog(paths: readonly string[]): Promise<void> {
  await running.app.evaluate(({ dialog }, filePaths) => {
    dialog.showOpenDialog = async () => ({ canceled: filePaths.length === 0, filePaths: [...filePaths] });
  }, paths);
}

/** Nothing runs any more. */
async function untilIdle(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelectorAll('footer[aria-label="Jobs"] button').length === 0, undefined, { timeout: 240_000 });
}

describe('the way from the first start to a report', () => {
  it('fills the charts with one click', async () => {
    const { page } = running;
    await page.getByRole('button', { name: 'Quick look' }).click();
    await page.getByText('against dimension').first().waitFor({ timeout: 120_000 });
    await untilIdle(page);
    expect(running.faults).toEqual([]);
  });

  it('saves a report and exports it through the dialogs: HTML as text, PDF printed', async () => {
    const { page } = running;
    await page.keyboard.press('6');
    await page.getByRole('button', { name: /Save (what was measured|report)/ }).click();
    await page.getByRole('button', { name: /^Export/ }).first().waitFor();
    const exportAs = async (label: string, file: string): Promise<void> => {
      await answerSaveDialog(join(bench.folder, file));
      await page.getByRole('button', { name: /^Export/ }).first().click();
      await page.getByRole('menuitem', { name: label, exact: false }).first().click();
      await expect.poll(() => stat(join(bench.folder, file)).then(({ size }) => size > 0, () => false), { timeout: 60_000 }).toBe(true);
    };
    await exportAs('HTML', 'report.html');
    await exportAs('PDF', 'report.pdf');
    await exportAs('JSON', 'report.json');
    expect(await readFile(join(bench.folder, 'report.html'), 'utf8')).toMatch(/^<!doctype html>/i);
    expect(JSON.parse(await readFile(join(bench.folder, 'report.json'), 'utf8'))).toMatchObject({ schema: 'funnelscope-report/1', corpus: { count: 5000 } });
    const pdf = await readFile(join(bench.folder, 'report.pdf'));
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.length).toBeGreaterThan(10_000);
    expect(running.faults).toEqual([]);
  });

  it('writes nothing when a dialog is cancelled', async () => {
    await answerSaveDialog(undefined);
    const saved = await running.page.evaluate(() => window.funnelscopeHost?.saveFile({ fileName: 'none.txt', mimeType: 'text/plain', data: 'x' }));
    expect(saved).toBeUndefined();
  });

  it('prints a hostile document without running its script or loading anything', async () => {
    const file = join(bench.folder, 'hostile.pdf');
    await answerSaveDialog(file);
    await running.page.evaluate(() =>
      window.funnelscopeHost?.printPdf?.({
        fileName: 'hostile.pdf',
        html: '<!doctype html><p id="a">printed</p><script>document.body.innerHTML = "x".repeat(100000)</script><img src="https://example.com/a.png"><iframe src="file:///etc/passwd"></iframe><meta http-equiv="refresh" content="0;url=https://example.com/">',
      }),
    );
    const pdf = (await readFile(file)).toString('latin1');
    expect(pdf.startsWith('%PDF-')).toBe(true);
    expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
  });

  it('opens a file that was picked, and one that was dropped, by its path', async () => {
    const { page } = running;
    const corpus = join(bench.folder, 'own.jsonl');
    await writeFile(corpus, Array.from({ length: 40 }, (_, i) => JSON.stringify({ id: `d${i}`, text: `document ${i} about ${['tides', 'steam', 'bees', 'glass'][i % 4]}` })).join('\n'));
    await answerOpenDialog([corpus]);
    await page.keyboard.press('1');
    await page.getByRole('button', { name: 'Open file…' }).click();
    await page.getByText('own.jsonl').first().waitFor();
    await page.evaluate(() => {
      const input = document.createElement('input');
      input.type = 'file';
      input.id = 'probe';
      document.body.append(input);
    });
    await page.setInputFiles('#probe', corpus);
    const told = await page.evaluate(() => window.funnelscopeHost?.pathOfFile?.(document.querySelector<HTMLInputElement>('#probe')!.files![0]!));
    expect(told).toBe(corpus);
    // Dropped on whatever screen is in front: the file as Chromium hands it over, which knows where it lies.
    await page.keyboard.press('3');
    await page.locator('main h1', { hasText: 'Tradeoffs' }).waitFor({ state: 'attached' });
    await page.evaluate(() => {
      const input = document.querySelector<HTMLInputElement>('#probe')!;
      const data = new DataTransfer();
      data.items.add(input.files![0]!);
      input.remove();
      document.querySelector('main .screen')!.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
    });
    await page.locator('main h1', { hasText: 'Corpus' }).waitFor({ state: 'attached' });
    await page.getByRole('heading', { name: corpus }).waitFor();
  });
});

describe('when something dies', () => {
  it('starts the engine again after a kill, says so, and goes on', async () => {
    const { page } = running;
    const before = await running.enginePid();
    const told = page.evaluate(
      () =>
        new Promise<string[]>((resolve) => {
          const states: string[] = [];
          window.funnelscopeHost?.onMessage((message) => {
            const { event } = message as { event?: { name: string; state: string } };
            if (event?.name === 'engine') states.push(event.state);
            if (states.at(-1) === 'ready') resolve(states);
          });
        }),
    );
    process.kill(before, 'SIGKILL');
    expect(await told).toEqual(['restarting', 'ready']);
    expect(await running.enginePid()).not.toBe(before);
    await page.keyboard.press('6');
    await page.getByRole('button', { name: /^Export/ }).first().waitFor();
  });

  it('restarts the engine when the menu asks for it', async () => {
    const before = await running.enginePid();
    await running.app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('engine.restart')?.click());
    await expect.poll(() => running.enginePid().catch(() => before), { timeout: 20_000 }).not.toBe(before);
  });

  it('loads a page again that crashed', async () => {
    const loaded = await running.app.evaluate(async ({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]!.webContents;
      const again = new Promise<void>((resolve) => contents.once('did-finish-load', () => resolve()));
      contents.forcefullyCrashRenderer();
      await again;
      return [contents.isCrashed(), contents.getURL()];
    });
    expect(loaded).toEqual([false, 'app://funnelscope/index.html']);
    // The driver does not follow a page over its crash: the next tests get a program of their own, which also finds the session again.
    await running.app.close();
    running = await launch(bench);
    await running.page.getByText('5,000 docs').waitFor({ timeout: 60_000 });
  });
});

describe('the program as a whole', () => {
  it('has a menu whose items reach the page', async () => {
    const labels = await running.app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map(({ label }) => label.replace('&', '')));
    expect(labels).toEqual(['File', 'Edit', 'View', 'Go', 'Run', 'Help']);
    await running.app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('palette')?.click());
    await running.page.getByRole('dialog').waitFor();
    await running.page.keyboard.press('Escape');
    await running.page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('keeps secrets out of files where the system cannot protect them, and says so', async () => {
    const secret = 'correct horse battery staple';
    const told = await running.page.evaluate((value) => window.funnelscopeHost?.setSecret?.('probe', value), secret);
    expect(told).toEqual({ isProtected: await running.app.evaluate(({ safeStorage }) => safeStorage.isEncryptionAvailable()) });
    const files = await readdir(join(bench.folder, 'profile'), { recursive: true, withFileTypes: true });
    const holding = [];
    for (const file of files.filter((entry) => entry.isFile())) {
      const path = join(file.parentPath, file.name);
      if ((await readFile(path).catch(() => Buffer.alloc(0))).includes(secret)) holding.push(path);
    }
    expect(holding).toEqual([]);
  });

  it('says in its about box what it is and stands on, and opens the licences of all that ships', async () => {
    const { app } = running;
    const told = await app.evaluate(({ dialog, Menu }) => {
      let heard: unknown;
      dialog.showMessageBox = (async (...given: unknown[]) => {
        heard = given.at(-1);
        return { response: 0, checkboxChecked: false };
      }) as never;
      Menu.getApplicationMenu()?.getMenuItemById('about')?.click();
      return heard as { message: string; detail: string; buttons: string[] };
    });
    expect(told.message).toMatch(/^Funnelscope \d+\.\d+\.\d+$/);
    expect(told.detail).toMatch(/Electron \d.*Chromium \d.*Node \d/);
    expect(told.buttons).toEqual(['Licences', 'Close']);
    await expect.poll(() => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => window.webContents.getURL()))).toContain('app://funnelscope/licences.html');
    // Its window has no scripts: what it shows is read from outside.
    const text = await app.evaluate(async ({ BrowserWindow }) => {
      const window = BrowserWindow.getAllWindows().find((one) => one.webContents.getURL().endsWith('licences.html'))!;
      const size = window.getBounds();
      window.destroy();
      return size;
    });
    expect(text).toMatchObject({ width: 760 });
    const page = await running.page.evaluate(async () => (await fetch('/licences.html')).text());
    for (const name of ['WordNet', 'onnxruntime-node', 'react-dom', 'recharts', 'zod']) expect(page).toContain(name);
  });

  it('opens a file by its association, as the desktop asks for it: an address', async () => {
    const corpus = join(bench.folder, 'by association, ä.jsonl');
    await writeFile(corpus, Array.from({ length: 15 }, (_, i) => JSON.stringify({ id: String(i), text: `by association, text ${i}` })).join('\n'));
    const started = spawn(program, [...bench.args, pathToFileURL(corpus).href], { env: bench.environment, stdio: 'ignore' });
    expect(await new Promise((resolve) => started.once('exit', resolve))).toBe(0);
    await running.page.getByText('by association, ä.jsonl').first().waitFor();
  });

  it('is one: a second start hands its file to the first and ends', async () => {
    const corpus = join(bench.folder, 'second.jsonl');
    await writeFile(corpus, Array.from({ length: 12 }, (_, i) => JSON.stringify({ id: String(i), text: `second start, text ${i}` })).join('\n'));
    const second = spawn(program, [...bench.args, corpus], { env: bench.environment, stdio: 'ignore' });
    expect(await new Promise((resolve) => second.once('exit', resolve))).toBe(0);
    await running.page.getByText('second.jsonl').first().waitFor();
  });

  it('opens a second window on the same engine', async () => {
    const { app } = running;
    const pid = await running.enginePid();
    const [second] = await Promise.all([app.waitForEvent('window'), app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('window.new')?.click())]);
    await second.waitForFunction(() => document.querySelector('main, [role="main"]') !== null);
    await second.getByText(/Another window of Funnelscope is open/).waitFor();
    expect(await running.enginePid()).toBe(pid);
    await second.close();
  });

  it('comes back as it was closed: size of the window, screen, corpus', async () => {
    const { app } = running;
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.setBounds({ x: 40, y: 60, width: 1100, height: 720 }));
    await app.close();
    running = await launch(bench);
    const bounds = await running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.getBounds());
    expect(bounds).toMatchObject({ width: 1100, height: 720 });
    await running.page.getByText('5,000 docs').waitFor({ timeout: 60_000 });
  });

  it('ends when its window is closed, and its engine with it', async () => {
    const pid = await running.enginePid();
    await running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close());
    await expect.poll(() => {
      try {
        process.kill(pid, 0);
        return 'runs';
      } catch {
        return 'gone';
      }
    }, { timeout: 10_000 }).toBe('gone');
  });
});

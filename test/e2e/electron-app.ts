import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron } from 'playwright-core';
import type { ElectronApplication, Page } from 'playwright-core';
import { openDisplay } from './display.ts';
import type { Display } from './display.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const program = join(root, 'release/test/linux-unpacked/funnelscope');

/** Builds and packages the program on the test Electron, as `npm run package:dir -- --electron-test` does. */
export function packageProgram(): void {
  execFileSync(process.execPath, [join(root, 'scripts/package-dir.mjs'), '--electron-test'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Folders and a display for one run of tests: a profile that is nobody's own. */
export interface Bench {
  readonly folder: string;
  readonly display: Display;
  readonly environment: Record<string, string>;
  readonly args: readonly string[];
  close(): Promise<void>;
}

export async function openBench(): Promise<Bench> {
  const display = await openDisplay();
  const folder = await mkdtemp(join(tmpdir(), 'funnelscope-electron-'));
  const { ELECTRON_RUN_AS_NODE: _unwanted, ...environment } = process.env as Record<string, string>;
  return {
    folder,
    display,
    environment: { ...environment, DISPLAY: display.name, FUNNELSCOPE_DATA: join(folder, 'data') },
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), `--user-data-dir=${join(folder, 'profile')}`],
    async close() {
      display.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export interface Running {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** Errors that reached nobody, and what the policy refused. */
  readonly faults: string[];
  /** The engine's process. */
  enginePid(): Promise<number>;
}

/** The driver now and then misses a window that opens while it attaches to this old Electron, and waits for ever: it gets three tries. */
async function attach(bench: Bench, files: readonly string[]): Promise<ElectronApplication> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await _electron.launch({ executablePath: program, args: [...bench.args, ...files], env: bench.environment, timeout: 30_000, chromiumSandbox: process.getuid?.() !== 0 });
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

export async function launch(bench: Bench, files: readonly string[] = []): Promise<Running> {
  const app = await attach(bench, files);
  const page = await app.firstWindow();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  await page.waitForFunction(() => document.querySelector('main, [role="main"]') !== null);
  return {
    app,
    page,
    faults,
    enginePid: () =>
      app.evaluate(async ({ app: main }) => {
        const engine = main.getAppMetrics().find((metric) => metric.name === 'Funnelscope engine' || metric.serviceName === 'Funnelscope engine');
        if (engine === undefined) throw new Error('no engine runs');
        return engine.pid;
      }),
  };
}

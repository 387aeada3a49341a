import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, openBench, packageProgram } from './electron-app.ts';
import type { Bench, Running } from './electron-app.ts';

/** What a page of the packaged program cannot do, tried from inside it, as a script that slipped in would. */
let bench: Bench;
let running: Running;
let page: Page;

beforeAll(async () => {
  packageProgram();
  bench = await openBench();
  running = await launch(bench);
  page = running.page;
});

afterAll(async () => {
  await running?.app.close().catch(() => undefined);
  await bench?.close();
});

describe('the page in its window', () => {
  it('has the bridge and nothing else of Electron or Node', async () => {
    const found = await page.evaluate(() => ({
      url: location.href,
      bridge: Object.keys(window.funnelscopeHost ?? {}).sort(),
      leaked: ['require', 'process', 'module', 'Buffer', 'global', 'electron', 'ipcRenderer', '__dirname'].filter((name) => name in window),
    }));
    expect(found).toEqual({
      url: 'app://funnelscope/index.html',
      bridge: ['deleteSecret', 'kind', 'noteOpened', 'onCommand', 'onMessage', 'openExternal', 'pathOfFile', 'pickPaths', 'platform', 'printPdf', 'runCommand', 'saveFile', 'send', 'setSecret'],
      leaked: [],
    });
  });

  it('has every protection on', async () => {
    const preferences = await running.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> };
      const { contextIsolation, nodeIntegration, sandbox, webSecurity, webviewTag, allowRunningInsecureContent, experimentalFeatures, enableBlinkFeatures } = contents.getLastWebPreferences();
      return { contextIsolation, nodeIntegration, sandbox, webSecurity, webviewTag, allowRunningInsecureContent, experimentalFeatures, enableBlinkFeatures };
    });
    expect(preferences).toEqual({ contextIsolation: true, nodeIntegration: false, sandbox: true, webSecurity: true, webviewTag: false, allowRunningInsecureContent: false, experimentalFeatures: false, enableBlinkFeatures: '' });
  });

  it('runs no inline script, evaluates nothing, and loads nothing from elsewhere', async () => {
    const tried = await page.evaluate(async () => {
      const violations: string[] = [];
      const listen = (event: SecurityPolicyViolationEvent): void => void violations.push(event.effectiveDirective);
      document.addEventListener('securitypolicyviolation', listen);
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.body.append(script);
      document.body.insertAdjacentHTML('beforeend', '<img id="probe" src="x" onerror="window.injected = true">');
      // Not at once: what a driver evaluates itself is exempt from the policy.
      const evaluated = await new Promise((resolve) =>
        setTimeout(() => {
          try {
            resolve((0, eval)('1 + 1'));
          } catch (error) {
            resolve((error as Error).name);
          }
        }),
      );
      const fetched = await fetch('https://example.com/').then(() => 'loaded', () => 'refused');
      const frame = document.createElement('iframe');
      frame.src = 'https://example.com/';
      const webview = document.createElement('webview');
      webview.setAttribute('src', 'https://example.com/');
      document.body.append(frame, webview);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const isPlain = !('getWebContentsId' in webview);
      webview.remove();
      document.removeEventListener('securitypolicyviolation', listen);
      script.remove();
      frame.remove();
      document.querySelector('#probe')?.remove();
      return { isPlain, injected: 'injected' in window, evaluated, fetched, violations: [...new Set(violations)].sort() };
    });
    expect(tried).toMatchObject({ isPlain: true, injected: false, evaluated: 'EvalError', fetched: 'refused' });
    expect(tried.violations).toEqual(expect.arrayContaining(['connect-src', 'frame-src', 'script-src', 'script-src-attr', 'script-src-elem']));
  });

  it('finds nothing outside its own files', async () => {
    const answers = await page.evaluate(() =>
      Promise.all(['/index.html', '/../../package.json', '/%2e%2e/%2e%2e/package.json', '/..%2f..%2fpackage.json', '/etc/passwd', '//etc/passwd', '/assets'].map(async (path) => (await fetch(path).catch(() => ({ status: 0 }))).status)),
    );
    expect(answers[0]).toBe(200);
    expect(answers.slice(1).filter((status) => status !== 404 && status !== 0)).toEqual([]);
  });

  it('does not navigate away, open a window or embed another page', async () => {
    const { app } = running;
    const before = page.url();
    await page.evaluate(() => {
      location.href = 'https://example.com/';
    });
    await page.evaluate(() => {
      const link = document.createElement('a');
      link.href = 'file:///etc/passwd';
      document.body.append(link);
      link.click();
      link.remove();
    });
    const opened = await page.evaluate(() => [window.open('https://example.com/'), window.open('app://funnelscope/index.html'), window.open('about:blank')].map((one) => one === null));
    expect(opened).toEqual([true, true, true]);
    await page.waitForTimeout(300);
    expect(page.url()).toBe(before);
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });

  it('is given no permission but the clipboard', async () => {
    const states = await page.evaluate(async () => {
      const names = ['geolocation', 'notifications', 'midi', 'camera', 'microphone', 'clipboard-read', 'clipboard-write'];
      const asked = await Promise.all(names.map(async (name) => [name, (await navigator.permissions.query({ name: name as PermissionName }).catch(() => ({ state: 'unknown' }))).state]));
      const located = await new Promise<string>((resolve) => navigator.geolocation.getCurrentPosition(() => resolve('told'), (error) => resolve(error.code === 1 ? 'denied' : 'failed')));
      const camera = await (navigator.mediaDevices?.getUserMedia({ video: true }).then(() => 'given', (error: Error) => error.name) ?? 'none');
      return { asked, located, camera };
    });
    expect(states.asked.filter(([, state]) => state === 'granted')).toEqual([['clipboard-write', 'granted']]);
    expect(states.located).toBe('denied');
    expect(['NotAllowedError', 'NotFoundError', 'none']).toContain(states.camera);
  });

  it('opens no address that is not listed', async () => {
    const asked = await page.evaluate(() => Promise.all(['https://evil.example/', 'file:///etc/passwd', 'javascript:alert(1)'].map((url) => window.funnelscopeHost?.openExternal?.(url).then(() => 'opened', (error: Error) => error.message))));
    for (const answer of asked) expect(answer).toContain('Refused to open this address');
  });

  it('refuses messages of another window, even with the same preload', async () => {
    const answer = await running.app.evaluate(async ({ BrowserWindow, app }) => {
      const foreign = new BrowserWindow({ show: false, webPreferences: { preload: `${app.getAppPath()}/dist/electron-test/preload.cjs`, sandbox: true, contextIsolation: true } });
      await foreign.loadURL('app://funnelscope/licences.html');
      const asked = (await foreign.webContents.executeJavaScript(
        `Promise.all([funnelscopeHost.saveFile({ fileName: 'a.txt', mimeType: 'text/plain', data: 'x' }), funnelscopeHost.setSecret('a', 'b')].map((one) => one.then(() => 'done', (error) => error.message)))`,
      )) as string[];
      foreign.destroy();
      return asked;
    });
    expect(answer).toHaveLength(2);
    for (const message of answer) expect(message).toContain('does not come from a page of Funnelscope');
  });

  it('refuses malformed messages of its own', async () => {
    const asked = await page.evaluate(() => {
      const host = window.funnelscopeHost as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
      const tries: [string, unknown[]][] = [
        ['saveFile', [{ fileName: '', mimeType: 'a', data: 'x' }]],
        ['saveFile', [{ fileName: 'a', mimeType: 'a', data: 7 }]],
        ['saveFile', [{ fileName: 'a', mimeType: 'a', data: 'x', path: '/etc/passwd' }]],
        ['pickPaths', [null]],
        ['setSecret', ['../x', 'y']],
        ['setSecret', ['x', 7]],
        ['printPdf', [{ fileName: 'a' }]],
      ];
      return Promise.all(tries.map(([name, given]) => host[name]?.(...given).then(() => 'done', (error: Error) => error.message)));
    });
    for (const message of asked) expect(message).toContain('Refused');
  });

  it('has no developer tools', async () => {
    const isOpened = await running.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]!.webContents;
      contents.openDevTools({ mode: 'detach' });
      return contents.isDevToolsOpened();
    });
    expect(isOpened).toBe(false);
  });
});

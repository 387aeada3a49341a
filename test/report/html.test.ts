import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/contract/report.ts';
import { reportSchema } from '../../src/contract/report.ts';
import { reportHtml } from '../../src/report/html.ts';
import { fixtureReport, plainReport } from '../fixtures/report.ts';
import { hostileReport, hostileTexts } from './hostile.ts';

const browserPath = [process.env['CHROMIUM_PATH'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => path !== undefined && existsSync(path));

const withoutBrowser = 'no Chromium at /usr/bin/chromium or where CHROMIUM_PATH says';
if (browserPath === undefined && process.env['CI'] === 'true') throw new Error(`${withoutBrowser} (CI must not skip these tests)`);

describe('report.html as text', () => {
  it.each([
    ['full', fixtureReport],
    ['plain', plainReport],
    ['hostile', hostileReport()],
  ])('the %s report needs nothing and runs nothing', (_, report) => {
    const html = reportHtml(report);
    const tags = [...html.matchAll(/<\/?([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"<>]*")?)*)\s*\/?>/gi)];
    expect(html.match(/<script/gi)).toHaveLength(1);
    expect(html.match(/<\/script/gi)).toHaveLength(1);
    expect(html).toContain('<script type="application/json" id="report">');
    const names = new Set(tags.map((tag) => tag[1]!.toLowerCase()));
    for (const name of ['img', 'iframe', 'object', 'embed', 'link', 'a', 'form', 'base']) expect(names.has(name), name).toBe(false);
    const attributes = new Set(tags.flatMap((tag) => [...tag[2]!.replace(/"[^"]*"/g, '""').matchAll(/\s([a-z-]+)(?==)/gi)].map((match) => match[1]!.toLowerCase())));
    for (const name of attributes) expect(/^on|^src|^href|^style$|^xlink/.test(name), name).toBe(false);
    expect(html).toMatch(/Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; script-src 'none'/);
  });

  it('carries its data, without dumped neighbours', () => {
    const dumped: Report = { ...fixtureReport, funnels: fixtureReport.funnels.map((funnel) => ({ ...funnel, neighbours: [[1, 2, 3]] })) };
    const data = /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(reportHtml(dumped))?.[1];
    expect(JSON.parse(data!)).toEqual(reportSchema.parse(fixtureReport));
  });

  it('follows every picture with its table', () => {
    const html = reportHtml(fixtureReport);
    const figures = [...html.matchAll(/<figure.*?<\/figure>/gs)].map((match) => match[0]);
    expect(figures.length).toBeGreaterThan(10);
    for (const figure of figures) expect(figure).toMatch(figure.includes('<svg') ? /<\/svg><details><summary>.*<table/s : /<table/);
  });

  it('writes no NaN, no undefined and no infinity', () => {
    for (const report of [fixtureReport, plainReport]) expect(reportHtml(report)).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe.skipIf(browserPath === undefined)(`report.html in Chromium${browserPath === undefined ? `: skipped, ${withoutBrowser}` : ''}`, () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'funnelscope-report-'));
    browser = await chromium.launch({ executablePath: browserPath!, args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'] });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async (report: Report, change: (html: string) => string = (html) => html) => {
    const file = join(folder, `${Math.floor(performance.now() * 1000)}.html`);
    writeFileSync(file, change(reportHtml(report)));
    const page = await browser.newPage();
    const messages: string[] = [];
    page.on('console', (message) => messages.push(message.text()));
    page.on('pageerror', (error) => messages.push(error.message));
    page.on('dialog', (dialog) => void dialog.dismiss());
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    return { page, messages, requests, url: pathToFileURL(file).href };
  };

  it('runs no script from hostile names and shows them as they are', async () => {
    const { page, messages, requests, url } = await open(hostileReport());
    await page.mouse.move(300, 300);
    const seen = await page.evaluate(() => ({
      pwned: (globalThis as { pwned?: number }).pwned,
      scripts: [...document.scripts].map((script) => script.type),
      images: document.images.length,
      hidden: getComputedStyle(document.body).display,
      first: document.querySelector('.findings')?.textContent ?? '',
      data: (JSON.parse(document.getElementById('report')!.textContent) as Report).findings,
    }));
    expect(seen).toMatchObject({ pwned: undefined, scripts: ['application/json'], images: 0, hidden: 'block', data: expect.arrayContaining(hostileTexts.filter((text) => !text.includes('\ud800'))) as unknown });
    expect(seen.first).toContain(hostileTexts[2]);
    expect({ messages, requests }).toEqual({ messages: [], requests: [url] });
  });

  it('would run no script even if markup came through', async () => {
    const { page, messages } = await open(plainReport, (html) => html.replace('</header>', '</header><script>window.pwned = 1</script><img src="x" onerror="window.pwned = 1">'));
    expect(await page.evaluate(() => (globalThis as { pwned?: number }).pwned)).toBeUndefined();
    expect(messages.some((message) => /Content Security Policy/.test(message))).toBe(true);
  });

  it.each([
    ['usual', fixtureReport],
    ['hostile', hostileReport()],
  ])('applies its style sheet and keeps every text inside its picture, with %s names', async (_, report) => {
    const { page, messages } = await open(report);
    const outside = await page.evaluate(() =>
      [...document.querySelectorAll('svg')].flatMap((svg) => {
        const box = svg.getBoundingClientRect();
        return [...svg.querySelectorAll('text:not(.readout)')].filter((text) => {
          const inner = text.getBoundingClientRect();
          return inner.left < box.left - 1 || inner.right > box.right + 1 || inner.top < box.top - 1 || inner.bottom > box.bottom + 1;
        }).map((text) => `${svg.getAttribute('aria-label')}: ${text.textContent}`);
      }),
    );
    expect({ outside, messages, font: await page.evaluate(() => getComputedStyle(document.body).fontSize) }).toEqual({ outside: [], messages: [], font: '15px' });
  });

  it('reads in both themes: text has a contrast of 4.5, marks of 3', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await open(plainReport);
      await page.emulateMedia({ colorScheme });
      const contrasts = await page.evaluate(() => {
        const style = getComputedStyle(document.documentElement);
        const light = (name: string): number => {
          const hex = style.getPropertyValue(name).trim();
          const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)) as [number, number, number];
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const paper = light('--paper');
        return Object.fromEntries(['--ink', '--soft', '--faint', '--s0', '--s1', '--s2', '--s3', '--s4', '--s5'].map((name) => [name, (Math.max(paper, light(name)) + 0.05) / (Math.min(paper, light(name)) + 0.05)]));
      });
      for (const [name, contrast] of Object.entries(contrasts)) expect(contrast, `${colorScheme} ${name}`).toBeGreaterThanOrEqual(4.5);
    }
  });
});

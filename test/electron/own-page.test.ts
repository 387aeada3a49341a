import { describe, expect, it } from 'vitest';
import { allowedExternalUrl } from '../../electron/main/external-links.ts';
import { isOwnSender, isOwnUrl, mayLoad, pageUrl } from '../../electron/main/own-page.ts';

describe('isOwnUrl', () => {
  it('knows the own pages and nothing that looks like them', () => {
    const own = ['app://funnelscope/index.html', 'app://funnelscope/', 'app://funnelscope/assets/a.js?x#y'];
    const foreign = ['app://evil/index.html', 'app://funnelscope.evil/', 'app://user@funnelscope/', 'app://funnelscope:80/', 'file:///etc/passwd', 'https://funnelscope/', 'apps://funnelscope/', 'javascript:alert(1)', 'not a url', ''];
    expect(own.map(isOwnUrl)).toEqual([true, true, true]);
    expect(foreign.filter(isOwnUrl)).toEqual([]);
  });
});

describe('mayLoad', () => {
  it('lets a page load its own files and what it made itself, developer tools only in development', () => {
    const loads = (isDevelopment: boolean): boolean[] =>
      ['app://funnelscope/a.js', 'blob:app://funnelscope/1', 'data:image/png;base64,AA', 'devtools://devtools/x', 'https://example.com/', 'http://127.0.0.1:80/', 'file:///etc/passwd', 'ws://127.0.0.1/'].map((url) => mayLoad(url, isDevelopment));
    expect(loads(false)).toEqual([true, true, true, false, false, false, false, false]);
    expect(loads(true)).toEqual([true, true, true, true, false, false, false, false]);
  });
});

describe('isOwnSender', () => {
  const isOwnWindow = (id: number): boolean => id === 1;
  const event = (url: string, { id = 1, parent = null as unknown } = {}) => ({ senderFrame: { url, parent }, sender: { id } });

  it('takes messages from the top frame of an own window on an own page', () => {
    expect(isOwnSender(event(pageUrl), isOwnWindow)).toBe(true);
  });

  it('refuses another page, a frame inside, another window, and a frame that is gone', () => {
    expect([
      isOwnSender(event('https://example.com/'), isOwnWindow),
      isOwnSender(event('about:blank'), isOwnWindow),
      isOwnSender(event(pageUrl, { parent: {} }), isOwnWindow),
      isOwnSender(event(pageUrl, { id: 2 }), isOwnWindow),
      isOwnSender({ senderFrame: null, sender: { id: 1 } }, isOwnWindow),
      isOwnSender(
        {
          get senderFrame(): never {
            throw new Error('disposed');
          },
          sender: { id: 1 },
        },
        isOwnWindow,
      ),
    ]).toEqual([false, false, false, false, false, false]);
  });
});

describe('allowedExternalUrl', () => {
  it('passes the listed sites over https only', () => {
    expect(allowedExternalUrl('https://huggingface.co/nomic-ai/nomic-embed-text-v1.5')).toBe('https://huggingface.co/nomic-ai/nomic-embed-text-v1.5');
  });

  it.each(['http://huggingface.co/', 'https://huggingface.co.evil.example/', 'https://evil.example/?huggingface.co', 'https://user:word@github.com/', 'https://github.com:8443/', 'file:///etc/passwd', 'javascript:alert(1)', 'smb://github.com/share', `https://github.com/${'a'.repeat(3000)}`, '', 7, null, { toString: () => 'https://github.com/' }])('refuses %s', (url) => {
    expect(allowedExternalUrl(url)).toBeUndefined();
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('../../renderer/theme/tokens.css', import.meta.url), 'utf8');

function tokens(theme: 'light' | 'dark'): Record<string, string> {
  const start = css.indexOf(`:root[data-theme="${theme}"]`);
  const block = css.slice(css.indexOf('{', start) + 1, css.indexOf('}', start));
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map((match) => [match[1]!, match[2]!]));
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

describe.each(['light', 'dark'] as const)('the %s theme', (theme) => {
  const all = tokens(theme);
  const grounds = ['ground', 'sunken', 'raised', 'hover', 'accent-soft'];
  const of = (name: string): string => {
    const value = all[name];
    if (value === undefined) throw new Error(`tokens.css: ${theme} has no --${name}`);
    return value;
  };
  const below = (names: readonly string[], on: readonly string[], least: number): string[] =>
    names.flatMap((name) => on.filter((ground) => contrast(of(name), of(ground)) < least).map((ground) => `${name} on ${ground}: ${contrast(of(name), of(ground)).toFixed(2)}`));

  it('has text of at least 4.5:1 on every ground it stands on', () => {
    expect(below(['text', 'text-2', 'text-3'], grounds, 4.5)).toEqual([]);
    expect(below(['accent', 'good', 'warn', 'bad'], ['ground', 'raised', 'sunken'], 4.5)).toEqual([]);
    expect(below(['text', 'text-3', 'warn'], ['warn-soft'], 4.5)).toEqual([]);
    expect(below(['text', 'text-3', 'bad'], ['bad-soft'], 4.5)).toEqual([]);
    expect(below(['on-accent'], ['accent', 'accent-hover'], 4.5)).toEqual([]);
  });

  it('has marks and control edges of at least 3:1', () => {
    const series = [1, 2, 3, 4, 5, 6].flatMap((index) => [`series-${index}`, `dims-${index}`]);
    expect(below([...series, 'edge'], ['ground', 'raised'], 3)).toEqual([]);
  });

  it('labels lines in their own colour, so series colours are text too', () => {
    expect(below([1, 2, 3, 4, 5, 6].flatMap((index) => [`series-${index}`, `dims-${index}`]), ['ground'], 4.5)).toEqual([]);
  });

  it('steps the heat map evenly in one direction', () => {
    const steps = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((bin) => luminance(of(`heat-${bin}`)));
    const sorted = [...steps].sort((a, b) => (theme === 'light' ? b - a : a - b));
    expect(steps).toEqual(sorted);
  });
});

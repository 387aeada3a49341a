import { describe, expect, it } from 'vitest';
import { commands, describeKeys, matchesKeys, openPathCommand, pathOfCommand } from '../../src/contract/commands.ts';
import { tokenOfHash } from '../../src/contract/web-link.ts';

const stroke = (key: string, held: readonly string[] = []) => ({
  key,
  ctrlKey: held.includes('ctrl'),
  metaKey: held.includes('meta'),
  altKey: held.includes('alt'),
  shiftKey: held.includes('shift'),
});

describe('the command table', () => {
  it('names no command and no key twice', () => {
    const ids = commands.map((command) => command.id);
    const keys = commands.flatMap((command) => command.keys ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('matches each key with exactly its own command, on both kinds of keyboard', () => {
    for (const isMac of [false, true]) {
      const matches = commands.flatMap(({ keys }) => {
        if (keys === undefined) return [];
        const parts = keys.split('+');
        const held = parts.slice(0, -1).map((part) => (part === 'CmdOrCtrl' ? (isMac ? 'meta' : 'ctrl') : part.toLowerCase()));
        const pressed = stroke(parts.at(-1) ?? '', held);
        return [commands.filter((command) => command.keys !== undefined && matchesKeys(command.keys, pressed, isMac)).map((command) => command.keys)];
      });
      expect(matches).toEqual(commands.flatMap(({ keys }) => (keys === undefined ? [] : [[keys]])));
    }
  });

  it('takes ? with the shift key some keyboards need for it, and no letter with a modifier too many', () => {
    expect(matchesKeys('?', stroke('?', ['shift']), false)).toBe(true);
    expect(matchesKeys('CmdOrCtrl+K', stroke('K', ['ctrl', 'shift']), false)).toBe(false);
    expect(matchesKeys('CmdOrCtrl+K', stroke('k', ['ctrl', 'alt']), false)).toBe(false);
    expect(matchesKeys('CmdOrCtrl+K', stroke('k', ['ctrl']), true)).toBe(false);
    expect(matchesKeys('1', stroke('1', ['ctrl']), false)).toBe(false);
  });

  it('writes keys the way each system does', () => {
    expect([describeKeys('CmdOrCtrl+Shift+Z', true), describeKeys('CmdOrCtrl+Shift+Z', false), describeKeys('Escape', false)]).toEqual(['⇧⌘Z', 'Ctrl+Shift+Z', 'Esc']);
  });

  it('carries a path in a command and back', () => {
    const path = '/data/my corpus:v2.jsonl';
    expect(pathOfCommand(openPathCommand(path))).toBe(path);
    expect(pathOfCommand('corpus.open')).toBeUndefined();
    expect(pathOfCommand('corpus.open:')).toBeUndefined();
  });
});

describe('tokenOfHash', () => {
  it('finds the token alone or among other parts, and nothing that could not be one', () => {
    expect(['#token=abc-_1', '#screen=funnel&token=xyz', '#token=', '#token=a b', '', '#xtoken=abc'].map(tokenOfHash)).toEqual(['abc-_1', 'xyz', undefined, undefined, undefined, undefined]);
  });
});

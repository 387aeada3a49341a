import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { menuTemplate } from '../../electron/main/menu-template.ts';
import { commands } from '../../src/contract/commands.ts';

function menu(change: Partial<Parameters<typeof menuTemplate>[0]> = {}) {
  const ran: string[] = [];
  const template = menuTemplate({ isMac: false, isDevelopment: false, recentPaths: [], run: (command) => ran.push(command), clearRecent: () => ran.push('clear'), ...change });
  const items: MenuItemConstructorOptions[] = [];
  const walk = (list: MenuItemConstructorOptions[]): void => {
    for (const item of list) {
      items.push(item);
      if (Array.isArray(item.submenu)) walk(item.submenu);
    }
  };
  walk(template);
  return { ran, items, byId: (id: string) => items.find((item) => item.id === id), template };
}

const click = (item: MenuItemConstructorOptions | undefined): void => (item?.click as (() => void) | undefined)?.();

describe('the menu', () => {
  it.each([true, false])('has every command of the table once, with its key (Mac: %s)', (isMac) => {
    const { items } = menu({ isMac });
    const found = items.flatMap(({ id, label, accelerator }) => (commands.some((command) => command.id === id) ? [[id, label, accelerator]] : []));
    expect(found.sort()).toEqual(commands.map(({ id, title, keys }) => [id, title, keys]).sort());
  });

  it('runs the command that was chosen', () => {
    const { ran, byId } = menu();
    click(byId('palette'));
    click(byId('engine.restart'));
    expect(ran).toEqual(['palette', 'engine.restart']);
  });

  it('shows keys that belong to text fields without taking them', () => {
    const { byId } = menu();
    expect(['undo', 'screen.funnel', 'cancel', 'shortcuts', 'palette'].map((id) => byId(id)?.registerAccelerator)).toEqual([false, false, false, false, true]);
  });

  it('opens recent files, and is disabled without any', () => {
    expect(menu().byId('recent')?.enabled).toBe(false);
    const { byId, ran } = menu({ recentPaths: ['/data/A & B.jsonl'] });
    const [first, , clear] = byId('recent')?.submenu as MenuItemConstructorOptions[];
    expect([byId('recent')?.enabled, first?.label]).toEqual([true, '/data/A && B.jsonl']);
    click(first);
    click(clear);
    expect(ran).toEqual(['corpus.open:/data/A & B.jsonl', 'clear']);
  });

  it('offers developer tools in development only', () => {
    const hasTools = (isDevelopment: boolean): boolean => menu({ isDevelopment }).items.some(({ role }) => role === 'toggleDevTools' || role === 'reload');
    expect([hasTools(true), hasTools(false)]).toEqual([true, false]);
  });
});

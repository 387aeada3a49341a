import type { MenuItemConstructorOptions } from 'electron';
import { commands, openPathCommand } from '../../src/contract/commands.ts';
import type { Command } from '../../src/contract/commands.ts';

export interface MenuOptions {
  readonly isMac: boolean;
  readonly isDevelopment: boolean;
  readonly recentPaths: readonly string[];
  readonly run: (command: string) => void;
  readonly clearRecent: () => void;
}

const separator: MenuItemConstructorOptions = { type: 'separator' };

/** The menu bar, from the command table and the roles the system knows better (clipboard, zoom, windows, quitting). */
export function menuTemplate(options: MenuOptions): MenuItemConstructorOptions[] {
  const { isMac } = options;
  const itemsOf = (menu: Command['menu'], except: readonly string[] = []): MenuItemConstructorOptions[] =>
    commands.filter((command) => command.menu === menu && !except.includes(command.id)).flatMap((command) => itemsOfCommand(command, options));
  const about = itemsOf('help').filter(({ id }) => id === 'about');
  return [
    ...(isMac
      ? [{ role: 'appMenu' as const, label: 'Funnelscope', submenu: [...about, separator, { role: 'services' as const }, separator, { role: 'hide' as const }, { role: 'hideOthers' as const }, { role: 'unhide' as const }, separator, { role: 'quit' as const }] }]
      : []),
    { label: '&File', submenu: [...withRecent(itemsOf('file'), options), separator, { role: 'close' }, ...(isMac ? [] : [{ role: 'quit' as const }])] },
    { label: '&Edit', submenu: [...itemsOf('edit'), separator, { role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }] },
    {
      label: '&View',
      submenu: [
        ...itemsOf('view'),
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
        ...(options.isDevelopment ? [separator, { role: 'reload' as const }, { role: 'toggleDevTools' as const }] : []),
      ],
    },
    { label: '&Go', submenu: itemsOf('go') },
    { label: '&Run', submenu: itemsOf('run') },
    ...(isMac ? [{ role: 'windowMenu' as const }] : []),
    { role: 'help', label: '&Help', submenu: itemsOf('help', isMac ? ['about'] : []) },
  ];
}

function itemsOfCommand(command: Command, options: MenuOptions): MenuItemConstructorOptions[] {
  const item: MenuItemConstructorOptions = {
    id: command.id,
    label: command.title,
    click: () => options.run(command.id),
    ...(command.keys === undefined ? {} : { accelerator: command.keys, registerAccelerator: command.keepKeyForPage !== true }),
  };
  return command.startsGroup === true ? [separator, item] : [item];
}

/** "Open recent" stands below "Open corpus…". */
function withRecent(items: readonly MenuItemConstructorOptions[], options: MenuOptions): MenuItemConstructorOptions[] {
  const submenu: MenuItemConstructorOptions[] = [
    // An ampersand in a label would underline a letter.
    ...options.recentPaths.map((path) => ({ label: path.replace(/&/g, '&&'), click: () => options.run(openPathCommand(path)) })),
    separator,
    { label: 'Clear this list', click: () => options.clearRecent() },
  ];
  const recent: MenuItemConstructorOptions = { id: 'recent', label: 'Open recent', enabled: options.recentPaths.length > 0, submenu };
  const after = items.findIndex(({ id }) => id === 'corpus.open') + 1;
  return [...items.slice(0, after), recent, ...items.slice(after)];
}

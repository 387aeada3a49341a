/**
 * Every command of the program, once: the Electron menu, the command palette and the shortcut list are made from this table.
 * `keys` is written as Electron writes accelerators ("CmdOrCtrl+Shift+Z"). Screens handle the keys of commands that are theirs in both hosts
 * (and prevent the default); Electron's menu shows them and sends the same command when the item is chosen.
 */
export interface Command {
  readonly id: string;
  readonly title: string;
  readonly menu: 'file' | 'edit' | 'view' | 'go' | 'run' | 'help';
  readonly keys?: string;
  /** Who acts: a screen (both hosts), or only Electron's main process. */
  readonly by: 'screen' | 'main';
  /** A key that must reach text fields first: shown in the menu, never taken by it. */
  readonly keepKeyForPage?: boolean;
  /** A line above it in the menu. */
  readonly startsGroup?: boolean;
}

const table = [
  { id: 'corpus.open', title: 'Open corpus…', menu: 'file', keys: 'CmdOrCtrl+O', by: 'screen' },
  { id: 'corpus.sample', title: 'Open the WordNet sample', menu: 'file', by: 'screen' },
  { id: 'report.save', title: 'Save report', menu: 'file', keys: 'CmdOrCtrl+S', by: 'screen', startsGroup: true },
  { id: 'report.export', title: 'Export report…', menu: 'file', keys: 'CmdOrCtrl+E', by: 'screen' },
  { id: 'window.new', title: 'New window', menu: 'file', keys: 'CmdOrCtrl+Shift+N', by: 'main', startsGroup: true },

  { id: 'undo', title: 'Undo', menu: 'edit', keys: 'CmdOrCtrl+Z', by: 'screen', keepKeyForPage: true },
  { id: 'redo', title: 'Redo', menu: 'edit', keys: 'CmdOrCtrl+Shift+Z', by: 'screen', keepKeyForPage: true },

  { id: 'palette', title: 'Command palette', menu: 'view', keys: 'CmdOrCtrl+K', by: 'screen' },
  { id: 'rail', title: 'Show or hide screen names', menu: 'view', keys: 'CmdOrCtrl+B', by: 'screen' },
  { id: 'theme.system', title: 'Theme of the system', menu: 'view', by: 'screen', startsGroup: true },
  { id: 'theme.light', title: 'Light theme', menu: 'view', by: 'screen' },
  { id: 'theme.dark', title: 'Dark theme', menu: 'view', by: 'screen' },

  { id: 'screen.corpus', title: 'Corpus', menu: 'go', keys: '1', by: 'screen', keepKeyForPage: true },
  { id: 'screen.model', title: 'Model', menu: 'go', keys: '2', by: 'screen', keepKeyForPage: true },
  { id: 'screen.tradeoffs', title: 'Tradeoffs', menu: 'go', keys: '3', by: 'screen', keepKeyForPage: true },
  { id: 'screen.funnel', title: 'Funnel', menu: 'go', keys: '4', by: 'screen', keepKeyForPage: true },
  { id: 'screen.inspect', title: 'Inspect', menu: 'go', keys: '5', by: 'screen', keepKeyForPage: true },
  { id: 'screen.reports', title: 'Reports', menu: 'go', keys: '6', by: 'screen', keepKeyForPage: true },
  { id: 'screen.connection', title: 'Connection', menu: 'go', keys: '7', by: 'screen', keepKeyForPage: true },

  { id: 'run', title: 'Run', menu: 'run', keys: 'CmdOrCtrl+Enter', by: 'screen' },
  { id: 'cancel', title: 'Cancel', menu: 'run', keys: 'Escape', by: 'screen', keepKeyForPage: true },
  { id: 'engine.restart', title: 'Restart the engine', menu: 'run', by: 'main', startsGroup: true },

  { id: 'shortcuts', title: 'Keyboard shortcuts', menu: 'help', keys: '?', by: 'screen', keepKeyForPage: true },
  { id: 'about', title: 'About Funnelscope', menu: 'help', by: 'main', startsGroup: true },
] as const satisfies readonly Command[];

export type CommandId = (typeof table)[number]['id'];
export const commands: readonly (Command & { readonly id: CommandId })[] = table;

const openPrefix = 'corpus.open:';

/** The command that opens one path (recent files, file associations, files given on the command line). */
export function openPathCommand(path: string): string {
  return `${openPrefix}${path}`;
}

/** The path of an open-path command, or undefined for every other command. */
export function pathOfCommand(command: string): string | undefined {
  return command.startsWith(openPrefix) && command.length > openPrefix.length ? command.slice(openPrefix.length) : undefined;
}

/** The parts of a DOM KeyboardEvent that decide; written down here because the contract has no DOM. */
export interface KeyStroke {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** Whether the stroke is the accelerator `keys`. Characters that need Shift on some keyboards ("?") match with or without it. */
export function matchesKeys(keys: string, stroke: KeyStroke, isMac: boolean): boolean {
  const parts = keys.split('+');
  const key = parts.pop() ?? '';
  const wantsMain = parts.includes('CmdOrCtrl');
  const main = isMac ? stroke.metaKey : stroke.ctrlKey;
  const other = isMac ? stroke.ctrlKey : stroke.metaKey;
  if (main !== wantsMain || other || stroke.altKey !== parts.includes('Alt')) return false;
  const isCharacter = key.length === 1 && !/[a-z]/i.test(key);
  if (!isCharacter && stroke.shiftKey !== parts.includes('Shift')) return false;
  return stroke.key.toLowerCase() === key.toLowerCase();
}

/** The accelerator as people read it: "⇧⌘Z" on a Mac, "Ctrl+Shift+Z" elsewhere. */
export function describeKeys(keys: string, isMac: boolean): string {
  const parts = keys.split('+');
  if (!isMac) return parts.map((part) => (part === 'CmdOrCtrl' ? 'Ctrl' : part === 'Escape' ? 'Esc' : part)).join('+');
  const symbols: Readonly<Record<string, string>> = { CmdOrCtrl: '⌘', Shift: '⇧', Alt: '⌥', Enter: '↩', Escape: 'esc' };
  const key = parts.pop() ?? '';
  const modifiers = ['Alt', 'Shift', 'CmdOrCtrl'].filter((name) => parts.includes(name)).map((name) => symbols[name] ?? name);
  return `${modifiers.join('')}${symbols[key] ?? key}`;
}

import { useEffect } from 'react';
import { commands, matchesKeys } from '../../src/contract/commands.ts';
import type { App } from '../state/app.ts';
import { overlay, runCommand } from './actions.ts';

/** Whether the keyboard belongs to a field in which people type. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range'].includes(target.type);
}

/** Handles the keys of the command table; with an overlay open only its own keys work. */
export function useCommandKeys(app: App): void {
  useEffect(() => {
    const isMac = /mac/i.test(app.host.platform);
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || overlay.get() !== undefined) return;
      if (document.querySelector('[role="dialog"], [role="listbox"], [role="menu"]') !== null) return;
      const command = commands.find((one) => one.by === 'screen' && 'keys' in one && one.keys !== undefined && matchesKeys(one.keys, event, isMac));
      if (command === undefined) return;
      const isPlain = command.keys !== undefined && !command.keys.includes('CmdOrCtrl');
      const keepsKey = isPlain || command.id === 'undo' || command.id === 'redo';
      if (keepsKey && isTyping(event.target)) return;
      event.preventDefault();
      runCommand(app, command.id);
    };
    window.addEventListener('keydown', onKeyDown);
    const stop = app.host.onCommand?.((command) => runCommand(app, command));
    return () => {
      window.removeEventListener('keydown', onKeyDown);
      stop?.();
    };
  }, [app]);
}

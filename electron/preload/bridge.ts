import { ipcRenderer, webUtils } from 'electron';
import type { HostBridge } from '../../src/contract/host.ts';
import { channels } from '../channels.ts';
import type { EngineStateMessage } from '../channels.ts';
import { createEnginePort } from './engine-port.ts';

/** All that a page gets of Electron: functions of one interface, no module, no event object, no channel name. */
export function createBridge(): HostBridge {
  const engine = createEnginePort();
  ipcRenderer.on(channels.enginePort, (event) => {
    const port = event.ports[0];
    if (port !== undefined) engine.open(port);
  });
  ipcRenderer.on(channels.engineState, (_event, state: EngineStateMessage) => engine.lose(state));

  const commandListeners = new Set<(command: string) => void>();
  const earlyCommands: string[] = [];
  ipcRenderer.on(channels.command, (_event, command: string) => {
    if (commandListeners.size === 0) earlyCommands.push(command);
    for (const listener of commandListeners) listener(command);
  });

  return {
    kind: 'electron',
    platform: process.platform,
    send: (message) => engine.send(message),
    onMessage: (listener) => engine.onMessage(listener),
    pickPaths: (options) => ipcRenderer.invoke(channels.pickPaths, options),
    pathOfFile,
    saveFile: (options) => ipcRenderer.invoke(channels.saveFile, options),
    printPdf: (options) => ipcRenderer.invoke(channels.printPdf, options),
    setSecret: (ref, value) => ipcRenderer.invoke(channels.setSecret, ref, value),
    deleteSecret: (ref) => ipcRenderer.invoke(channels.deleteSecret, ref),
    onCommand(listener) {
      commandListeners.add(listener);
      for (const command of earlyCommands.splice(0)) listener(command);
      return () => commandListeners.delete(listener);
    },
    noteOpened: (path) => ipcRenderer.send(channels.noteOpened, path),
    runCommand: (command) => ipcRenderer.send(channels.runCommand, command),
    openExternal: (url) => ipcRenderer.invoke(channels.openExternal, url),
  };
}

/** webUtils since Electron 29; before that the file itself told its path. */
function pathOfFile(file: File): string | undefined {
  const told = (webUtils as typeof webUtils | undefined)?.getPathForFile(file) ?? (file as { path?: string }).path;
  return told === '' ? undefined : told;
}

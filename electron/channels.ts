/** The names under which main and the preload talk. The engine's own calls go over a MessagePort and pass none of these. */
export const channels = {
  /** Main → page, with a port to the engine: when the page is there, and again after every restart of either. */
  enginePort: 'engine:port',
  /** Main → page: the engine is gone; a new port follows when it is back. */
  engineState: 'engine:state',
  /** Main → page: a command of the menu. */
  command: 'command',
  pickPaths: 'host:pick-paths',
  saveFile: 'host:save-file',
  printPdf: 'host:print-pdf',
  setSecret: 'host:set-secret',
  deleteSecret: 'host:delete-secret',
  noteOpened: 'host:note-opened',
  runCommand: 'host:run-command',
  openExternal: 'host:open-external',
} as const;

/** What the engine's state looks like to a page. */
export interface EngineStateMessage {
  readonly state: 'restarting' | 'failed';
  readonly message: string;
}

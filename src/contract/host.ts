/**
 * What a screen may ask of its host (Electron's preload or the web page): the things that are not the engine's.
 * Exposed to the renderer as `window.funnelscopeHost`; the engine's calls go over `engine`.
 */
export interface HostBridge {
  readonly kind: 'electron' | 'web';
  readonly platform: string;
  /** Sends one wire message to the engine. */
  send(message: unknown): void;
  /** Receives every wire message from the engine. @returns a function that stops. */
  onMessage(listener: (message: unknown) => void): () => void;
  /** Native open dialog (files or folders); undefined when the user cancels or the host has none (web: the user types a path). */
  pickPaths?(options: { readonly title: string; readonly folders?: boolean; readonly multiple?: boolean }): Promise<readonly string[] | undefined>;
  /** The disk path of a dropped file; undefined where the host cannot tell (web). */
  pathOfFile?(file: File): string | undefined;
  /** Copies a file that the page was given to where the engine can read it; only hosts that cannot tell its path (web) have this. @returns the copy's path. */
  takeFile?(file: File): Promise<string>;
  /** Saves text or bytes through the native dialog (Electron) or as a download (web). @returns the path or file name, undefined if cancelled. */
  saveFile(options: { readonly fileName: string; readonly mimeType: string; readonly data: string | Uint8Array }): Promise<string | undefined>;
  /** Prints self-contained HTML to PDF and saves it. Web: opens the browser's print dialog. */
  printPdf?(options: { readonly fileName: string; readonly html: string }): Promise<string | undefined>;
  /** Keeps a secret in the OS's secret store under `ref`; it never comes back to the renderer. */
  setSecret?(ref: string, value: string): Promise<{ readonly isProtected: boolean }>;
  deleteSecret?(ref: string): Promise<void>;
  /** Commands of the host's menu: ids of commands.ts, or `openPathCommand(path)`. */
  onCommand?(listener: (command: string) => void): () => void;
  /** Runs a command of the table that is the host's (`by: 'main'`); a host without this shows none of them. */
  runCommand?(command: string): void;
  /** Tells the host that this path was opened, for its list of recent files. */
  noteOpened?(path: string): void;
  /** Opens one of the few allowed web addresses in the system's browser. */
  openExternal?(url: string): Promise<void>;
}

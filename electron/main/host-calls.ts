import { BrowserWindow, dialog, ipcMain, shell } from 'electron';
import type { IpcMainEvent, IpcMainInvokeEvent } from 'electron';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { writeFileAtomic } from '../../src/base/atomic-file.ts';
import { describeError } from '../../src/base/errors.ts';
import { commands } from '../../src/contract/commands.ts';
import { channels } from '../channels.ts';
import { allowedExternalUrl } from './external-links.ts';
import { isOwnSender } from './own-page.ts';
import { printToPdf } from './print-pdf.ts';
import { isSecretRef } from './secrets.ts';
import type { Secrets } from './secrets.ts';

export interface HostCallsOptions {
  readonly isOwnWindow: (webContentsId: number) => boolean;
  readonly secrets: Secrets;
  readonly noteOpened: (path: string) => void;
  readonly runCommand: (command: string, window: BrowserWindow | undefined) => void;
  /** Where a save dialog begins. */
  readonly documentsDir: () => string;
}

const maxFileBytes = 512 * 1024 * 1024;
const fileName = z.string().min(1).max(255);

/** What every message from a page must look like; anything else is refused before it does anything. */
export const hostCallSchemas = {
  pickPaths: z.tuple([z.strictObject({ title: z.string().max(200), folders: z.boolean().optional(), multiple: z.boolean().optional() })]),
  saveFile: z.tuple([
    z.strictObject({
      fileName,
      mimeType: z.string().max(100),
      data: z.union([z.string().max(maxFileBytes), z.instanceof(Uint8Array).refine((bytes) => bytes.byteLength <= maxFileBytes)]),
    }),
  ]),
  printPdf: z.tuple([z.strictObject({ fileName, html: z.string().max(64 * 1024 * 1024) })]),
  setSecret: z.tuple([z.string().refine(isSecretRef), z.string().min(1).max(10_000)]),
  deleteSecret: z.tuple([z.string().refine(isSecretRef)]),
  noteOpened: z.tuple([z.string().min(1).max(4096)]),
  runCommand: z.tuple([z.enum(commands.filter(({ by }) => by === 'main').map(({ id }) => id))]),
  openExternal: z.tuple([z.string().max(2000)]),
} as const;

/** Registers the page's calls to main. Each checks its sender, then its input. */
export function handleHostCalls(options: HostCallsOptions): void {
  function handle<Schema extends z.ZodType<readonly unknown[]>>(channel: string, schema: Schema, run: (input: z.output<Schema>, window: BrowserWindow | undefined) => Promise<unknown>): void {
    ipcMain.handle(channel, async (event: IpcMainInvokeEvent, ...given: unknown[]) => {
      if (!isOwnSender(event, options.isOwnWindow)) throw new Error(`Refused ${channel} because it does not come from a page of Funnelscope`);
      const input = schema.safeParse(given);
      if (!input.success) throw new Error(`Refused ${channel}: ${input.error.issues[0]?.message ?? 'not valid'}`);
      return run(input.data, BrowserWindow.fromWebContents(event.sender) ?? undefined);
    });
  }
  function listen<Schema extends z.ZodType<readonly unknown[]>>(channel: string, schema: Schema, run: (input: z.output<Schema>, event: IpcMainEvent) => void): void {
    ipcMain.on(channel, (event, ...given: unknown[]) => {
      if (!isOwnSender(event, options.isOwnWindow)) return;
      const input = schema.safeParse(given);
      if (input.success) run(input.data, event);
    });
  }

  listen(channels.noteOpened, hostCallSchemas.noteOpened, ([path]) => options.noteOpened(path));
  listen(channels.runCommand, hostCallSchemas.runCommand, ([command], event) => options.runCommand(command, BrowserWindow.fromWebContents(event.sender) ?? undefined));

  handle(channels.pickPaths, hostCallSchemas.pickPaths, async ([{ title, folders, multiple }], window) => {
    const picked = await showOpen(window, { title, properties: [folders === true ? 'openDirectory' : 'openFile', ...(multiple === true ? (['multiSelections'] as const) : [])] });
    return picked.canceled || picked.filePaths.length === 0 ? undefined : picked.filePaths;
  });
  handle(channels.saveFile, hostCallSchemas.saveFile, async ([file], window) => {
    const path = await pickSavePath(file.fileName, window);
    if (path === undefined) return undefined;
    await write(path, file.data);
    return path;
  });
  handle(channels.printPdf, hostCallSchemas.printPdf, async ([{ fileName: name, html }], window) => {
    const path = await pickSavePath(name, window);
    if (path === undefined) return undefined;
    await write(path, await printToPdf(html));
    return path;
  });
  handle(channels.setSecret, hostCallSchemas.setSecret, ([ref, value]) => options.secrets.set(ref, value));
  handle(channels.deleteSecret, hostCallSchemas.deleteSecret, ([ref]) => options.secrets.delete(ref));
  handle(channels.openExternal, hostCallSchemas.openExternal, async ([url]) => {
    const allowed = allowedExternalUrl(url);
    if (allowed === undefined) throw new Error('Refused to open this address because it is not one of the sites Funnelscope links to');
    await shell.openExternal(allowed);
  });

  async function pickSavePath(name: string, window: BrowserWindow | undefined): Promise<string | undefined> {
    // Only the name counts: a page may suggest what a file is called, not where it goes.
    const defaultPath = join(options.documentsDir(), basename(name.replace(/\\/g, '/')));
    const picked = window === undefined ? await dialog.showSaveDialog({ defaultPath }) : await dialog.showSaveDialog(window, { defaultPath });
    return picked.canceled || picked.filePath === undefined || picked.filePath === '' ? undefined : picked.filePath;
  }
}

function showOpen(window: BrowserWindow | undefined, options: Electron.OpenDialogOptions): Promise<Electron.OpenDialogReturnValue> {
  return window === undefined ? dialog.showOpenDialog(options) : dialog.showOpenDialog(window, options);
}

async function write(path: string, data: string | Uint8Array): Promise<void> {
  try {
    await writeFileAtomic(path, data);
  } catch (error) {
    throw new Error(`${path} could not be written: ${describeError(error)}`, { cause: error });
  }
}

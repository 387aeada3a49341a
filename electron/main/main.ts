import { app, dialog, Menu, protocol, safeStorage, session } from 'electron';
import type { BrowserWindow } from 'electron';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openPathCommand, pathOfCommand } from '../../src/contract/commands.ts';
import { defaultDataDir } from '../../src/engine/data-dir.ts';
import { listStaticFiles } from '../../src/host/static-files.ts';
import { showAbout } from './about.ts';
import { startEngine } from './engine.ts';
import { guardContents, guardSession } from './guards.ts';
import { handleHostCalls } from './host-calls.ts';
import { menuTemplate } from './menu-template.ts';
import { pathsOfArguments } from './opened-paths.ts';
import { answerOwnUrl, schemePrivileges, serveScheme } from './own-protocol.ts';
import { openRecentFiles } from './recent-files.ts';
import { createSecrets } from './secrets.ts';
import { createWindows } from './windows.ts';

/** An error nobody foresaw, in main: say it and end, rather than go on half alive or hang before the first window. */
function end(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`main: ${text}\n`);
  if (app.isReady()) dialog.showErrorBox('Funnelscope has to end', text);
  app.exit(70);
}
process.on('uncaughtException', end);
process.on('unhandledRejection', end);

app.setName('Funnelscope');
const profile = app.commandLine.getSwitchValue('user-data-dir');
if (profile !== '') app.setPath('userData', profile);
// As root Chromium runs only with --no-sandbox, and enabling it then would start child processes for ever.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
protocol.registerSchemesAsPrivileged([schemePrivileges]);
guardContents(app);

const openedPaths: string[] = [...pathsOfArguments(process.argv, process.cwd(), app.isPackaged)];
let openPaths = (paths: readonly string[]): void => {
  openedPaths.push(...paths);
};
app.on('open-file', (event, path) => {
  event.preventDefault();
  openPaths([path]);
});

if (app.requestSingleInstanceLock({ paths: openedPaths })) void app.whenReady().then(run);
else app.quit();

async function run(): Promise<void> {
  const isDevelopment = !app.isPackaged;
  const files = await listStaticFiles(join(__dirname, '..', 'renderer'));
  guardSession(session.defaultSession, isDevelopment);
  serveScheme(session.defaultSession.protocol, (url) => answerOwnUrl(url, files));

  const userData = app.getPath('userData');
  const resourcesDir = app.isPackaged ? process.resourcesPath : app.getAppPath();
  const secrets = createSecrets(safeStorage, join(userData, 'secrets.json'));
  const recent = await openRecentFiles(join(userData, 'recent.json'));
  const engine = startEngine({
    entry: join(__dirname, 'engine-host.cjs'),
    environment: { ...process.env, FUNNELSCOPE_RESOURCES: resourcesDir, FUNNELSCOPE_VERSION: app.getVersion(), FUNNELSCOPE_SECRETS_PROTECTED: secrets.isProtected() ? '1' : '0' },
    open: { resourcesDir, dataDir: defaultDataDir(), host: 'electron' },
    resolveSecret: (ref) => secrets.get(ref),
  });

  const icon = join(resourcesDir, app.isPackaged ? 'icon.png' : 'electron/resources/icon.png');
  const windows = createWindows({ preload: join(__dirname, 'preload.cjs'), icon: existsSync(icon) ? icon : undefined, stateFile: join(userData, 'window.json'), isDevelopment, onPage: (contents) => engine.connect(contents) });

  function runCommand(command: string, window?: BrowserWindow): void {
    switch (command) {
      case 'window.new':
        windows.open();
        return;
      case 'engine.restart':
        engine.restart();
        return;
      case 'about':
        void showAbout(window, () => windows.openLicences(window));
        return;
      default: {
        const target = window ?? windows.current();
        windows.send(target, command);
        if (pathOfCommand(command) !== undefined) target.focus();
      }
    }
  }

  function showMenu(): void {
    const template = menuTemplate({
      isMac: process.platform === 'darwin',
      isDevelopment,
      recentPaths: recent.list(),
      run: (command) => runCommand(command, windows.count() > 0 ? windows.current() : undefined),
      clearRecent: () => void recent.clear().then(showMenu),
    });
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  }

  handleHostCalls({
    isOwnWindow: (id) => windows.isOwn(id),
    secrets,
    noteOpened(path) {
      void recent.note(path).then((isNoted) => {
        if (!isNoted) return;
        app.addRecentDocument(path);
        showMenu();
      });
    },
    runCommand,
    documentsDir: () => app.getPath('documents'),
  });

  app.on('second-instance', (_event, argv, workingDir, given) => {
    const window = windows.current();
    if (window.isMinimized()) window.restore();
    window.focus();
    const { paths } = (given ?? {}) as { paths?: unknown };
    openPaths(Array.isArray(paths) ? paths.filter((path): path is string => typeof path === 'string') : pathsOfArguments(argv, workingDir, app.isPackaged));
  });
  app.on('activate', () => {
    if (windows.count() === 0) windows.open();
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  let isClosed = false;
  app.on('will-quit', (event) => {
    if (isClosed) return;
    event.preventDefault();
    void Promise.all([engine.close(), windows.settled()]).then(() => {
      isClosed = true;
      app.quit();
    });
  });

  showMenu();
  const first = windows.open();
  openPaths = (paths) => {
    for (const path of paths) runCommand(openPathCommand(path), windows.current());
  };
  for (const path of openedPaths.splice(0)) windows.send(first, openPathCommand(path));
}

import { BrowserWindow, session } from 'electron';
import { ownHost, ownScheme } from './own-page.ts';
import { serveScheme } from './own-protocol.ts';

const documentUrl = `${ownScheme}://${ownHost}/print.html`;
const withinMs = 60_000;
let printed = 0;

/** The policy of a document that is only printed: no script, nothing from anywhere. */
const printPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'";

/**
 * Prints self-contained HTML to PDF in a hidden window of its own: JavaScript off, no preload, a session that ends with it and can load this one
 * document and nothing else. @throws when it takes longer than a minute.
 */
export async function printToPdf(html: string): Promise<Buffer> {
  printed += 1;
  const own = session.fromPartition(`print-${printed}`, { cache: false });
  own.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  own.setPermissionCheckHandler(() => false);
  own.webRequest.onBeforeRequest((details, answer) => answer({ cancel: details.url !== documentUrl && !details.url.startsWith('data:') }));
  serveScheme(own.protocol, async () => ({
    status: 200,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': printPolicy, 'X-Content-Type-Options': 'nosniff' },
    bytes: Buffer.from(html, 'utf8'),
  }));
  const window = new BrowserWindow({
    show: false,
    webPreferences: { session: own, javascript: false, sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true, devTools: false, spellcheck: false },
  });
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('printing took longer than a minute')), withinMs);
  });
  try {
    await Promise.race([window.loadURL(documentUrl), tooLong]);
    const printing = window.webContents.printToPDF({ printBackground: true, pageSize: 'A4', displayHeaderFooter: false });
    return await Promise.race([printing, tooLong]);
  } finally {
    clearTimeout(timer);
    window.destroy();
  }
}

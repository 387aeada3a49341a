import { shell } from 'electron';
import type { App, Session, WebContents } from 'electron';
import { allowedExternalUrl } from './external-links.ts';
import { isOwnUrl, mayLoad } from './own-page.ts';

/** The one permission a page needs: to put a table or a line of code on the clipboard after a click. */
const allowedPermission = 'clipboard-sanitized-write';

/** Nothing is loaded from anywhere but the program, and no permission is given but writing text to the clipboard. */
export function guardSession(session: Session, isDevelopment: boolean): void {
  session.setPermissionRequestHandler((contents, permission, decide) => decide((permission as string) === allowedPermission && isOwnUrl(contents?.getURL() ?? '')));
  session.setPermissionCheckHandler((_contents, permission, origin) => (permission as string) === allowedPermission && isOwnUrl(origin));
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !mayLoad(details.url, isDevelopment) }));
}

/** No page navigates away, opens a window or embeds another page; a link to one of the listed sites goes to the system's browser. */
export function guardContents(app: App): void {
  app.on('web-contents-created', (_event, contents) => {
    const keep = (event: { preventDefault(): void }, url: string): void => {
      if (!isSamePage(contents, url)) event.preventDefault();
    };
    contents.on('will-navigate', (event, url) => keep(event, url));
    contents.on('will-redirect', (event, url) => keep(event, url));
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(({ url }) => {
      const allowed = allowedExternalUrl(url);
      if (allowed !== undefined) void shell.openExternal(allowed);
      return { action: 'deny' };
    });
  });
}

/** A reload, or another hash of the same page. */
function isSamePage(contents: WebContents, url: string): boolean {
  return isOwnUrl(url) && url.split('#', 1)[0] === contents.getURL().split('#', 1)[0];
}

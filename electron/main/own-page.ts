/** The program's own scheme and host: every page it shows comes from here, and nothing else is a page of its own. */
export const ownScheme = 'app';
export const ownHost = 'funnelscope';
export const pageUrl = `${ownScheme}://${ownHost}/index.html`;
export const licencesUrl = `${ownScheme}://${ownHost}/licences.html`;

/** Whether the address is one of the program's own pages. URL's `origin` is "null" for schemes it does not know, so scheme and host are compared. */
export function isOwnUrl(url: string): boolean {
  const parsed = parseUrl(url);
  return parsed !== undefined && parsed.protocol === `${ownScheme}:` && parsed.host === ownHost && parsed.username === '' && parsed.password === '';
}

/** Whether a page of the program may load this: its own files, and what it made itself. */
export function mayLoad(url: string, isDevelopment: boolean): boolean {
  if (isOwnUrl(url)) return true;
  const protocol = parseUrl(url)?.protocol;
  return protocol === 'blob:' || protocol === 'data:' || (isDevelopment && protocol === 'devtools:');
}

export function parseUrl(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}

/** What a message's sender looks like, of Electron's event. */
export interface Sender {
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null;
  readonly sender: { readonly id: number };
}

/** A message is taken only from the top frame of one of the program's windows while it shows the program's own page. */
export function isOwnSender(event: Sender, isOwnWindow: (webContentsId: number) => boolean): boolean {
  try {
    const frame = event.senderFrame;
    return frame !== null && frame.parent === null && isOwnUrl(frame.url) && isOwnWindow(event.sender.id);
  } catch {
    // Electron throws when the frame is gone by now: nobody is left to answer.
    return false;
  }
}

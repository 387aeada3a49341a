/**
 * How a page reaches the engine when it is served on 127.0.0.1 instead of opened by Electron.
 *
 * `npm start` prints `http://127.0.0.1:PORT/#token=TOKEN`. The token stands after the `#`, so it is in no request line, log or Referer. The page
 * opens `new WebSocket('ws://' + location.host + webLink.path, [webLink.protocol, webLink.tokenPrefix + token])`: a subprotocol is the
 * one header a page may set. Every text frame is one wire message as JSON, in both directions.
 */
export const webLink = {
  path: '/engine',
  /** POST here, with the token as `Authorization: Bearer`, copies a file to where the engine reads it; the answer is `{path}`. */
  filesPath: '/files',
  protocol: 'funnelscope.1',
  tokenPrefix: 'token.',
  /** A larger message from a page closes its connection (code 1009). */
  maxMessageBytes: 8 * 1024 * 1024,
  /** Close code when the page reads too slowly and too much waits for it: connect again. */
  tooSlowCode: 4008,
} as const;

/** The token of a link's hash (`#token=…`, also among other hash parts joined by &), or undefined. */
export function tokenOfHash(hash: string): string | undefined {
  const found = /(?:^#|&)token=([A-Za-z0-9_-]{1,200})(?:&|$)/.exec(hash);
  return found?.[1];
}

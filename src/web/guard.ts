import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { webLink } from '../contract/web-link.ts';

/** 256 random bits, in characters that a link may hold. */
export function createToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Compares in time that does not depend on where the two differ, or on their lengths. */
export function isSameToken(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** The Host values under which this server is reached. Any other one is a name somebody pointed at 127.0.0.1 (DNS rebinding). */
export function isOwnHost(host: string | undefined, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}

/** A page of this server; a missing Origin is none (browsers always send one with a WebSocket). */
export function isOwnOrigin(origin: string | undefined, port: number): boolean {
  return origin !== undefined && origin.startsWith('http://') && isOwnHost(origin.slice('http://'.length), port);
}

export type Refusal = { readonly status: number; readonly reason: string };

/** Why this request may not open a connection to the engine, or undefined when it may. */
export function refusalOfUpgrade(request: IncomingMessage, port: number, token: string): Refusal | undefined {
  if (!isOwnHost(request.headers.host, port)) return { status: 421, reason: 'this server does not answer to that Host' };
  if (request.url !== webLink.path) return { status: 404, reason: `the engine is at ${webLink.path}` };
  if (!isOwnOrigin(request.headers.origin, port)) return { status: 403, reason: 'only pages of this server may connect' };
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (!offered.includes(webLink.protocol)) return { status: 400, reason: `expected the subprotocol ${webLink.protocol}` };
  const given = offered.find((name) => name.startsWith(webLink.tokenPrefix))?.slice(webLink.tokenPrefix.length);
  if (given === undefined) return { status: 401, reason: 'the token is missing: open the link that was printed' };
  if (!isSameToken(given, token)) return { status: 401, reason: 'the token is wrong: open the link that was printed last' };
  return undefined;
}

/** Why this request may not hand over a file, or undefined when it may. A page of another origin cannot set the header without being asked first. */
export function refusalOfFile(request: IncomingMessage, port: number, token: string): Refusal | undefined {
  if (!isOwnHost(request.headers.host, port)) return { status: 421, reason: 'this server does not answer to that Host' };
  if (request.method !== 'POST') return { status: 405, reason: 'files are handed over by POST' };
  if (!isOwnOrigin(request.headers.origin, port)) return { status: 403, reason: 'only pages of this server may hand over files' };
  const given = /^Bearer (\S{1,200})$/.exec(request.headers.authorization ?? '')?.[1];
  if (given === undefined) return { status: 401, reason: 'the token is missing: open the link that was printed' };
  if (!isSameToken(given, token)) return { status: 401, reason: 'the token is wrong: open the link that was printed last' };
  return undefined;
}

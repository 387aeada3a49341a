import { isIPv4, isIPv6 } from 'node:net';
import { UserError, showValue } from '../../base/errors.ts';
import type { MilvusTarget } from '../../contract/connection.ts';

/** A Milvus address with its secret resolved. Lives inside the engine's host only; never logged, never part of a report. */
export interface ResolvedTarget {
  /** `host:port`, what people see. */
  readonly address: string;
  readonly tls: boolean;
  readonly database: string | undefined;
  readonly username: string | undefined;
  /** The password when there is a user name, a token (`key` or `user:password`) otherwise. */
  readonly secret: string | undefined;
  /** For one call that reads; loading and indexing have longer times of their own. */
  readonly timeoutMs: number;
}

const DEFAULT_PORT = 19530;
const DEFAULT_TIMEOUT_MS = 15_000;

/**
 * Reads an address: `http://host:port`, `https://host` (TLS, port 443), `host:port` or `host` (port 19530).
 * @throws UserError `milvus/address` for anything else, for a secret written into the address and for link-local hosts.
 */
export function resolveTarget(target: MilvusTarget, secret?: string): ResolvedTarget {
  const text = target.address.trim();
  // Never echo an address that carries a user name or password.
  if (/^[^/]*:\/\/[^/]*@|^[^/]*@/.test(text)) {
    throw new UserError('milvus/address', 'the Milvus address holds a user name or password, expected host and port only', {
      hint: 'give the token in FUNNELSCOPE_MILVUS_TOKEN or in the connection pane',
    });
  }
  const fail = (why: string): never => {
    throw new UserError('milvus/address', `Milvus address ${showValue(target.address)}: ${why}`, { hint: 'for example http://localhost:19530' });
  };
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') fail(`${scheme} is not spoken, expected http or https`);
  let url: URL;
  try {
    url = new URL(scheme === undefined ? `http://${text}` : text);
  } catch {
    return fail('not an address, expected host:port');
  }
  if (url.hostname === '') fail('has no host');
  if ((url.pathname !== '/' && url.pathname !== '') || url.search !== '' || url.hash !== '') fail('has a path, expected host and port only');
  if (isLinkLocal(url.hostname)) fail('is a link-local address, which is never called');
  const tls = url.protocol === 'https:' || target.tls === true;
  // URL drops the port that is its scheme's default: 80 must be asked for, 443 is what https means.
  const written = /:(\d+)\/?$/.exec(text.replace(/^[a-z][a-z0-9+.-]*:\/\//i, ''))?.[1];
  const port = written ?? (url.protocol === 'https:' ? '443' : String(DEFAULT_PORT));
  return {
    address: `${url.hostname}:${port}`,
    tls,
    database: target.database === '' ? undefined : target.database,
    username: target.username === '' ? undefined : target.username,
    secret: secret === '' ? undefined : secret,
    timeoutMs: target.timeoutMs ?? DEFAULT_TIMEOUT_MS,
  };
}

function isLinkLocal(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIPv4(host)) return host.startsWith('169.254.');
  if (!isIPv6(host)) return false;
  // IPv4-mapped addresses reach the same hosts: ::ffff:a9fe:… is 169.254.…
  return /^fe[89ab]/.test(host) || /^::ffff:(a9fe:|169\.254\.)/.test(host);
}

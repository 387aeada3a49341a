import { CancelledError, UserError } from '../../base/errors.ts';

/** What went wrong between here and a Milvus server. The code of the UserError is `milvus/` + kind. */
export type FaultKind =
  | 'unreachable'
  | 'starting'
  | 'overloaded'
  | 'timeout'
  | 'tls'
  | 'credentials'
  | 'permission'
  | 'database'
  | 'no-collection'
  | 'released'
  | 'disk-full'
  | 'unsupported'
  | 'server';

/** The kinds that pass by themselves: asking again later may help, and did nothing the first time. */
const PASSING: readonly FaultKind[] = ['unreachable', 'starting', 'overloaded'];

const HINTS: Partial<Record<FaultKind, string>> = {
  unreachable: 'is the server running, and is this its gRPC port (usually 19530)?',
  starting: 'the server is starting up; try again in a moment',
  overloaded: 'the server limits rate or memory; try again later or load fewer rows at once',
  timeout: 'raise the connection’s time-out, or look at the server’s load',
  tls: 'check https:// against http:// and the server’s certificate',
  credentials: 'check the token, or the user name and password',
  permission: 'this user may not do that; ask for the privilege or use another user',
  'disk-full': 'free disk space on the server, then run again: what is loaded already is kept',
  'no-collection': 'it was dropped on the server; run again to load it anew',
};

/** The parts of an error that tell its kind, whatever shape it came in. */
interface Parts {
  /** gRPC status 0–16. */
  readonly grpc: number | undefined;
  /** Milvus's own code. */
  readonly code: number | undefined;
  readonly name: string;
  readonly reason: string;
  readonly isRetriable: boolean;
}

/** Milvus's status message, as it comes back with success or failure. */
export interface ServerStatus {
  readonly error_code?: string | number | undefined;
  readonly code?: string | number | undefined;
  readonly reason?: string | undefined;
  readonly detail?: string | undefined;
  readonly retriable?: boolean | undefined;
}

export function isSuccess(status: ServerStatus | undefined): boolean {
  if (status === undefined) return false;
  const name = status.error_code;
  return (name === undefined || name === 'Success' || name === 0 || name === '0') && Number(status.code ?? 0) === 0;
}

/** Errors of the SDK are thrown or returned, as ServiceError, as text, as a bare status or wrapped in a response. */
function partsOf(error: unknown): Parts {
  const record = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const nested = record['status'];
  const status = (typeof nested === 'object' && nested !== null ? nested : record) as Record<string, unknown>;
  if ('error_code' in status || ('reason' in status && !(error instanceof Error))) {
    const code = Number(status['code'] ?? 0);
    return {
      grpc: undefined,
      code: Number.isFinite(code) ? code : undefined,
      name: String(status['error_code'] ?? ''),
      reason: String(status['reason'] || status['detail'] || status['error_code'] || 'no reason given'),
      isRetriable: status['retriable'] === true,
    };
  }
  if (typeof record['details'] === 'string' && typeof record['code'] === 'number') {
    return { grpc: record['code'], code: undefined, name: '', reason: record['details'] || String(record['message'] ?? ''), isRetriable: false };
  }
  const message = error instanceof Error ? error.message : String(error);
  const written = /^ErrorCode: (\S+?)\. Reason: (.*)$/s.exec(message);
  return { grpc: undefined, code: undefined, name: written?.[1] ?? '', reason: written?.[2] ?? message, isRetriable: false };
}

/** The kind of any error of the SDK or the server. */
export function kindOf(error: unknown): FaultKind {
  if (error instanceof UserError) return error.code.startsWith('milvus/') ? (error.code.slice('milvus/'.length) as FaultKind) : 'server';
  const { grpc, code, name, reason, isRetriable } = partsOf(error);
  if (/no space left|disk quota|disk.{0,20}(full|exhaust|exceed)|DiskQuotaExhausted|ENOSPC/i.test(`${name} ${reason}`) || code === 7) return 'disk-full';
  if (/certificate|self.signed|\bTLS\b|\bSSL\b|wrong version number|EPROTO/i.test(reason) && (grpc === 14 || grpc === undefined)) return 'tls';
  switch (grpc) {
    case 4:
      return 'timeout';
    case 7:
      return 'permission';
    case 8:
      return 'overloaded';
    case 12:
      return 'unsupported';
    case 14:
      return 'unreachable';
    case 16:
      return 'credentials';
    case 1:
    case 2:
    case 13:
      if (/RST_STREAM|connection|ECONN|socket|stream (removed|terminated)|GOAWAY|http status|parse error|protocol error|received/i.test(reason)) return 'unreachable';
      break;
    default:
  }
  if (/auth check failure|unauthenticated|incorrect password|authentication fail/i.test(reason) || code === 1400) return 'credentials';
  if (/permission deny|permission denied|privilege/i.test(reason) || code === 1401) return 'permission';
  if (/database.{0,80}not (found|exist)/i.test(reason) || name === 'DatabaseNotExists' || code === 800) return 'database';
  if (/state 'released'|not (been )?loaded|not fully loaded/i.test(reason) || code === 101 || code === 103 || name === 'CollectionNotLoaded') return 'released';
  if (code === 100 || name === 'CollectionNotExists' || name === 'CollectionNotFound' || /can.?t find collection|collection.{0,200}(not found|not exist|does not exist)/i.test(reason)) return 'no-collection';
  if (name === 'RateLimit' || name === 'ForceDeny' || code === 8 || code === 9 || /rate limit|too many requests|memory quota|deny to write/i.test(reason)) return 'overloaded';
  if (isRetriable || /not (yet )?ready|not healthy|unhealthy|initializing|is recovering|service unavailable|no available|channel not available|node not (found|match)|node offline/i.test(reason)) return 'starting';
  return 'server';
}

/** Whether asking the same again can help. Only for what may be done twice. */
export function isPassing(kind: FaultKind): boolean {
  return PASSING.includes(kind);
}

/** An error of a call as one clear line: what was tried, where, what the server said. Cancellations and UserErrors pass through. */
export function faultOf(error: unknown, doing: string, address: string, secret?: string): UserError | CancelledError {
  if (error instanceof UserError || error instanceof CancelledError) return error;
  const kind = kindOf(error);
  const said = withoutSecret(shorten(partsOf(error).reason), secret);
  const message = ((): string => {
    switch (kind) {
      case 'unreachable':
        return `no Milvus answers at ${address} (${doing}: ${said})`;
      case 'timeout':
        return `Milvus at ${address} took too long (${doing})`;
      case 'credentials':
        return `Milvus at ${address} refused the credentials (${doing})`;
      default:
        return `Milvus at ${address}: ${doing}: ${said}`;
    }
  })();
  // The SDK's error object is not kept as `cause`: it can carry request metadata, and with it the credentials.
  const hint = HINTS[kind];
  return new UserError(`milvus/${kind}`, message, hint === undefined ? {} : { hint });
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 240 ? `${line.slice(0, 239)}…` : line;
}

function withoutSecret(text: string, secret: string | undefined): string {
  if (secret === undefined || secret.length < 3) return text;
  return [secret, Buffer.from(secret).toString('base64')].reduce((clean, word) => clean.split(word).join('•••'), text);
}

/** Some answers are a status, most carry one, a few (a connect) have none. */
export function statusOf(answer: unknown): ServerStatus | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  if ('status' in answer && typeof answer.status === 'object' && answer.status !== null) return answer.status as ServerStatus;
  return 'error_code' in answer ? (answer as ServerStatus) : undefined;
}

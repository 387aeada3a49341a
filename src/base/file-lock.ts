import { randomBytes } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { sleep } from './async.ts';

/** A lock file that is held until `release`. */
export interface FileLock {
  /** False when someone else has taken it over (it was thought dead): stop writing. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process began, where the system tells: a process number can be used again. */
  readonly started: string;
  readonly token: string;
}

/** A lock written on another machine is believed dead after this long without a sign of life. */
const foreignSilenceMs = 5 * 60_000;
const takeoverSilenceMs = 10_000;

/**
 * Takes a lock file (exclusive creation). A lock whose process has died is taken over.
 * @param onWait called once when a living holder has to be waited for. @throws CancelledError when the signal fires while waiting.
 */
export async function lockFile(path: string, options: { readonly signal?: AbortSignal | undefined; readonly onWait?: (() => void) | undefined; readonly pollMs?: number } = {}): Promise<FileLock> {
  let told = false;
  for (;;) {
    const lock = await tryLock(path);
    if (lock !== undefined) return lock;
    if (!told) options.onWait?.();
    told = true;
    await sleep(options.pollMs ?? 100, options.signal);
  }
}

/** The same without waiting: undefined while a living holder has it. */
export async function tryLock(path: string): Promise<FileLock | undefined> {
  const mine: Holder = { pid: process.pid, host: hostname(), started: await startOf(process.pid), token: randomBytes(8).toString('hex') };
  if (await create(path, mine)) return lockOf(path, mine);
  if (!(await isDead(path))) return undefined;
  // Only one may clear a dead lock: two that both saw it dead would clear each other's new one.
  const takeover = `${path}.takeover`;
  if (!(await create(takeover, mine))) {
    const age = Date.now() - ((await stat(takeover).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (age > takeoverSilenceMs) await rm(takeover, { force: true });
    return undefined;
  }
  try {
    if (await isDead(path)) await rm(path, { force: true });
    return (await create(path, mine)) ? lockOf(path, mine) : undefined;
  } finally {
    await rm(takeover, { force: true });
  }
}

function lockOf(path: string, mine: Holder): FileLock {
  const isHeld = async (): Promise<boolean> => (await read(path))?.token === mine.token;
  return {
    isHeld,
    async release() {
      if (await isHeld()) await rm(path, { force: true });
    },
  };
}

async function create(path: string, holder: Holder): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(holder), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function read(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

async function isDead(path: string): Promise<boolean> {
  const holder = await read(path);
  const modifiedMs = (await stat(path).catch(() => undefined))?.mtimeMs;
  if (modifiedMs === undefined) return false;
  // Created but not yet written: its writer has a moment, then it is taken for killed in between.
  if (holder === undefined || typeof holder.pid !== 'number') return Date.now() - modifiedMs > 2000;
  if (holder.host !== hostname()) return Date.now() - modifiedMs > foreignSilenceMs;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  const started = await startOf(holder.pid);
  return started !== '' && holder.started !== '' && started !== holder.started;
}

/** The start time in /proc/PID/stat (field 22); '' where there is no such thing. */
async function startOf(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

import { UserError } from './errors.ts';

/** What the operating system refuses now and then through nobody's fault in here, in words, and what helps. */
const known: Readonly<Record<string, readonly [code: string, message: string, hint: string]>> = {
  ENOSPC: ['system/disk-full', 'the disk is full', 'make room and do it again; what was finished before is kept'],
  EDQUOT: ['system/disk-full', 'the disk quota is used up', 'make room and do it again; what was finished before is kept'],
  EFBIG: ['system/disk-full', 'the file would be larger than is allowed here', 'raise the limit on file sizes (ulimit -f), or use another folder'],
  EROFS: ['system/read-only', 'this place can only be read', 'choose a folder that can be written; FUNNELSCOPE_DATA names the one for caches and settings'],
  EACCES: ['system/no-permission', 'there is no permission', 'choose another folder, or change its permissions'],
  EPERM: ['system/no-permission', 'there is no permission', 'choose another folder, or change its permissions'],
  EMFILE: ['system/too-many-files', 'too many files are open', 'close other programs, or raise the limit (ulimit -n)'],
  ENFILE: ['system/too-many-files', 'too many files are open', 'close other programs, or raise the limit (ulimit -n)'],
  EIO: ['system/io', 'the disk reports an error', 'check the disk before you go on'],
};

/**
 * The error as a user should read it: one of the system's own (full disk, read-only folder, …) becomes a UserError that says so and where;
 * everything else stays what it is. @param file where it happened, if the error does not know.
 */
export function explainSystemError(error: unknown, file?: string): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  // Node says so of a folder that cannot be made where only reading is allowed.
  const found = code === 'ENOENT' && syscall === 'mkdir' ? known['EROFS'] : code === undefined ? undefined : known[code];
  if (found === undefined || syscall === undefined) return error;
  const [kind, message, hint] = found;
  const where = path ?? file;
  return new UserError(kind, `${message} (${code})`, { hint, cause: error, ...(where === undefined ? {} : { place: { file: where } }) });
}

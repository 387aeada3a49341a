import { expect, it } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { explainSystemError } from '../../src/base/system-error.ts';

const systemError = (code: string, syscall: string, path: string): Error => Object.assign(new Error(`${code}: …, ${syscall} '${path}'`), { code, syscall, path });

it('says in words what the system refuses, and where; a missing file stays what it is', () => {
  expect(explainSystemError(systemError('ENOSPC', 'write', '/data/x'))).toMatchObject({ code: 'system/disk-full', place: { file: '/data/x' } });
  // Node's answer to a folder that cannot be made on a file system that is mounted read-only.
  expect(explainSystemError(systemError('ENOENT', 'mkdir', '/data/cache'))).toMatchObject({ code: 'system/read-only', place: { file: '/data/cache' } });
  const missing = systemError('ENOENT', 'open', '/data/x');
  expect(explainSystemError(missing)).toBe(missing);
  const told = new UserError('some/fault', 'told already');
  expect(explainSystemError(told)).toBe(told);
});

import { CallError } from '../../src/contract/call-error.ts';
import type { WireError } from '../../src/contract/wire.ts';
import { UserError } from '../../src/base/errors.ts';

/** Any failure as the screens show it. What no one foresaw is an internal error with its stack to copy. */
export function toWireError(error: unknown): WireError {
  if (error instanceof CallError) return error.wire;
  if (error instanceof UserError) return { kind: 'user', code: error.code, message: error.message, hint: error.hint };
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'internal', code: 'internal', message, details: error instanceof Error ? error.stack : undefined };
}

export function isCancelled(error: unknown): boolean {
  return error instanceof CallError && error.wire.kind === 'cancelled';
}

/** The failure as text for the clipboard: everything someone who helps would ask for. */
export function describeForCopy(error: WireError): string {
  const { file, line, column } = error.place ?? {};
  const where = [file, line, column].filter((part) => part !== undefined).join(':');
  return [
    `${error.code}: ${error.message}`,
    where === '' ? undefined : `at ${where}`,
    error.hint,
    error.details,
  ]
    .filter((part) => part !== undefined && part !== '')
    .join('\n');
}

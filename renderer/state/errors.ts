import { CallError } from '../../src/contract/call-error.ts';
import type { WireError } from '../../src/contract/wire.ts';
import { UserError } from '../../src/base/errors.ts';

/** Any failure as the screens show it. What no one foresaw is an internal error with its stack to copy. */
export function toWireError(error: unknown): WireError {
  if (error instanceof CallError) return tidy(error.wire);
  if (error instanceof UserError) return { kind: 'user', code: error.code, message: error.message, hint: error.hint };
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'internal', code: 'internal', message, details: error instanceof Error ? error.stack : undefined };
}

/** The engine writes the hint into its one line too; here it has a line of its own. */
function tidy(error: WireError): WireError {
  const suffix = error.hint === undefined ? undefined : ` (${error.hint})`;
  const message = suffix !== undefined && error.message.endsWith(suffix) ? error.message.slice(0, -suffix.length) : error.message;
  return { ...error, message: capital(message), hint: error.hint === undefined ? undefined : capital(error.hint) };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
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

/** Where in the user's input something was wrong. Lines and columns count from 1. */
export interface InputPlace {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/**
 * An error in what the user gave or in the world around the program: shown as one clear line, without a stack trace.
 * The message says what was wrong, the value, and what was expected; `place` says where; `hint` says what to do.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly place: InputPlace;
  readonly hint: string | undefined;
  /** A stable, machine-readable kind such as `corpus/bad-json`; the renderer may act on it. */
  readonly code: string;

  constructor(code: string, message: string, detail: { place?: InputPlace; hint?: string; cause?: unknown } = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.place = detail.place ?? {};
    this.hint = detail.hint;
  }
}

/** Thrown when work stops because its AbortSignal fired. Never shown as a failure. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
  constructor(message = 'cancelled') {
    super(message);
  }
}

/** `file:line:column: message` in one line, the way compilers print it. */
export function describeError(error: unknown): string {
  if (error instanceof UserError) {
    const { file, line, column } = error.place;
    const where = [file, line, column].filter((part) => part !== undefined).join(':');
    const text = where === '' ? error.message : `${where}: ${error.message}`;
    return oneLine(error.hint === undefined ? text : `${text} (${error.hint})`);
  }
  return oneLine(error instanceof Error ? error.message : String(error));
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ').trim();
}

/** A value for an error message: quoted, cut to a length that fits on a line. */
export function showValue(value: unknown, maxLength = 60): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : typeof value === 'object' ? (JSON.stringify(value) ?? String(value)) : String(value);
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
}

/** For the `default` of a switch over a closed union: the compiler proves it is never reached. */
export function unreachable(value: never): never {
  throw new Error(`unexpected value: ${showValue(value)}`);
}

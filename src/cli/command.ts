/** What a command writes to, and what stops it. */
export interface CliContext {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WriteStream;
  readonly signal: AbortSignal;
}

export type Command = (argv: readonly string[], context: CliContext) => Promise<void>;

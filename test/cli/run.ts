import { Writable } from 'node:stream';
import { runCli } from '../../src/cli/run-cli.ts';

class Sink extends Writable {
  text = '';
  override _write(chunk: Buffer | string, _encoding: string, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}

/** Runs one command in this process, as the shell would; `lastLine` is what a user reads when it fails. */
export async function cli(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string; lastLine: string }> {
  const stdout = new Sink();
  const stderr = new Sink();
  const code = await runCli(argv, { stdout, stderr: stderr as unknown as NodeJS.WriteStream, signal: new AbortController().signal });
  const lines = stderr.text.trim().split('\n');
  return { code, stdout: stdout.text, stderr: stderr.text, lastLine: lines.at(-1) ?? '' };
}

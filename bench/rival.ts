// A rival in Python: a process that answers one JSON line for each JSON line it is sent.
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Rival {
  ask<T>(question: object): Promise<T>;
  close(): void;
}

/** Starts `bench/SCRIPT` with the given Python, or in the benchmarks' venv (made when it is missing). */
export function openRival(script: string, args: readonly string[], givenPython?: string): Rival {
  const python = givenPython ?? execFileSync('bash', [join(import.meta.dirname, 'venv.sh')], { encoding: 'utf8' }).trim().split('\n').pop()!;
  const child = spawn(python, [join(import.meta.dirname, script), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask<T>(question: object): Promise<T> {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${script} ended`);
      return JSON.parse(value as string) as T;
    },
    close: () => child.stdin.end(),
  };
}

// A rival in Python: a process that answers one JSON line for each JSON line it is sent.
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Rival {
  ask<T>(question: object): Promise<T>;
  close(): void;
}

/** Python of the benchmarks' venv, made when it is missing; `full` has sentence-transformers and pymilvus too. */
export function benchPython(kind: 'small' | 'full' = 'small'): string {
  const made = execFileSync('bash', [join(import.meta.dirname, 'venv.sh'), ...(kind === 'full' ? ['full'] : [])], { encoding: 'utf8' });
  return made.trim().split('\n').pop()!;
}

/** The environment without settings that would slow a rival's BLAS down or pin its threads. */
function fairEnvironment(): NodeJS.ProcessEnv {
  const { OPENBLAS_CORETYPE: _core, OPENBLAS_L2_SIZE: _l2, OMP_NUM_THREADS: _omp, ...rest } = process.env;
  return rest;
}

/** Starts `bench/SCRIPT` with the given Python, or in the benchmarks' venv. */
export function openRival(script: string, args: readonly string[], givenPython?: string): Rival {
  const child = spawn(givenPython ?? benchPython(), [join(import.meta.dirname, script), ...args], { stdio: ['pipe', 'pipe', 'inherit'], env: fairEnvironment() });
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

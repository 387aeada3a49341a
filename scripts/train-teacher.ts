import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readHalfRows, type HalfRows } from './train-half-rows.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const HOME = join(ROOT, '.venv', 'teacher');
const PYTHON = join(HOME, 'bin', 'python');
const SCRIPT = join(ROOT, 'scripts', 'export-minilm.py');

/** MiniLM as a model folder (onnx/model.onnx, tokenizer.json …), made on first use. */
export function teacherFolder(): string {
  const folder = join(HOME, 'all-MiniLM-L6-v2');
  if (!existsSync(join(folder, 'onnx', 'model.onnx'))) run('folder', folder);
  return folder;
}

/** MiniLM's vector of every vocabulary token by itself: 30,522 × 384, unit rows. */
export function teacherTokens(): HalfRows {
  const path = join(HOME, 'tokens.npy');
  if (!existsSync(path)) runInto('tokens', path);
  return readHalfRows(path);
}

/** MiniLM's vectors of these texts, unit rows; kept by the texts' hash, since they take minutes. */
export function teacherTexts(texts: readonly string[]): HalfRows {
  const lines = `${texts.map((text) => JSON.stringify(text)).join('\n')}\n`;
  const path = join(HOME, `texts-${createHash('sha256').update(lines).digest('hex').slice(0, 16)}.npy`);
  if (!existsSync(path)) {
    const input = path.replace(/\.npy$/, '.jsonl');
    mkdirSync(HOME, { recursive: true });
    writeFileSync(input, lines);
    runInto('texts', path, input);
  }
  return readHalfRows(path);
}

/** The tokenizer's definition without the padding and cutting to 128 tokens that MiniLM's copy asks for. */
export function teacherTokenizer(): Record<string, unknown> {
  const definition = JSON.parse(readFileSync(join(teacherFolder(), 'tokenizer.json'), 'utf8')) as Record<string, unknown>;
  return { ...definition, padding: null, truncation: null };
}

/** A file that is half-written when the run is stopped must not pass for a whole one. */
function runInto(job: string, path: string, ...inputs: readonly string[]): void {
  const partial = path.replace(/\.npy$/, '.partial.npy');
  run(job, ...inputs, partial);
  renameSync(partial, path);
}

function run(...args: readonly string[]): void {
  if (!existsSync(PYTHON)) throw new Error(`the teacher needs ${PYTHON}; the head of scripts/export-minilm.py says how to make it`);
  execFileSync(PYTHON, [SCRIPT, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
}

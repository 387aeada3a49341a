import { readFile } from 'node:fs/promises';
import { showValue, UserError } from '../base/errors.ts';
import { readNpyHeader, readNpyRows } from '../vectors/npy.ts';

/**
 * Scores of pairs, one each: a text file with a number a line, or a .npy of n × 1.
 * @throws UserError with the line of what is no number.
 */
export async function readScores(path: string): Promise<Float32Array> {
  if (path.toLowerCase().endsWith('.npy')) return readNpyScores(path);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UserError('training/scores', `cannot be read: ${(cause as Error).message}`, { place: { file: path }, cause });
  });
  const lines = text.trimEnd().split(/\r?\n/);
  return Float32Array.from(lines, (line, at) => {
    const value = line.trim() === '' ? Number.NaN : Number(line);
    if (!Number.isFinite(value)) throw new UserError('training/scores', `${showValue(line)}: expected one number a line`, { place: { file: path, line: at + 1 } });
    return value;
  });
}

async function readNpyScores(path: string): Promise<Float32Array> {
  const { rowCount, dims } = await readNpyHeader(path);
  if (dims !== 1) throw new UserError('training/scores', `has ${dims} columns, expected one score a pair`, { place: { file: path } });
  const scores = new Float32Array(rowCount);
  let at = 0;
  for await (const chunk of readNpyRows(path)) {
    scores.set(chunk, at);
    at += chunk.length;
  }
  const wrong = scores.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new UserError('training/scores', `row ${wrong} is ${scores[wrong]}, expected a number`, { place: { file: path } });
  return scores;
}

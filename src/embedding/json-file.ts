import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../base/errors.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** A JSON object in a model folder; undefined when the file is not there. @throws UserError when it is there and is no JSON object. */
export async function readJsonObject(folder: string, name: string): Promise<JsonObject | undefined> {
  const value = await readJson(folder, name);
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UserError('embedding/bad-model', 'holds no JSON object', { place: { file: join(folder, name) } });
  return value as JsonObject;
}

/** Any JSON value in a model folder; undefined when the file is not there. */
export async function readJson(folder: string, name: string): Promise<unknown> {
  const file = join(folder, name);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw new UserError('embedding/unreadable', `cannot be read: ${(error as Error).message}`, { place: { file }, cause: error });
  }
  try {
    return JSON.parse(text.replace(/^\ufeff/, '')) as unknown;
  } catch (error) {
    throw new UserError('embedding/bad-model', `is not JSON: ${(error as Error).message}`, { place: { file }, cause: error });
  }
}

export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function positiveOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}

/** A list of whole positive numbers, rising and without repeats; undefined for anything else. */
export function dimsListOf(value: unknown): readonly number[] | undefined {
  if (!Array.isArray(value) || !value.every((item) => Number.isSafeInteger(item) && item > 0)) return undefined;
  return [...new Set(value as number[])].sort((a, b) => a - b);
}

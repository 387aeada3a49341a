import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecrets, isSecretRef } from '../../electron/main/secrets.ts';
import type { SecretStorage } from '../../electron/main/secrets.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'funnelscope-secrets-'));
  file = join(folder, 'secrets.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Reverses the text: enough to tell written from plain. */
function storage(backend: string | undefined = 'gnome_libsecret', isAvailable = true): SecretStorage {
  const turned = (text: string): string => [...text].reverse().join('');
  return {
    isEncryptionAvailable: () => isAvailable,
    encryptString: (text) => Buffer.from(`v10${turned(text)}`),
    decryptString(encrypted) {
      const text = encrypted.toString();
      if (!text.startsWith('v10')) throw new Error('not encrypted by this system');
      return turned(text.slice(3));
    },
    ...(backend === undefined ? {} : { getSelectedStorageBackend: () => backend }),
  };
}

describe('secrets', () => {
  it('are kept encrypted, found again by the next start, and deleted', async () => {
    const secrets = createSecrets(storage(), file);
    expect(await secrets.set('api:openai', 'sk-verysecret')).toEqual({ isProtected: true });
    expect(await readFile(file, 'utf8')).not.toContain('verysecret');
    const next = createSecrets(storage(), file);
    expect(await next.get('api:openai')).toBe('sk-verysecret');
    await next.delete('api:openai');
    expect(await next.get('api:openai')).toBeUndefined();
    expect(await readFile(file, 'utf8')).toBe('{}');
  });

  it.each([
    ['basic_text', true],
    [undefined, false],
  ])('are never written where the backend is %s and encryption available is %s', async (backend, isAvailable) => {
    const secrets = createSecrets(storage(backend, isAvailable), file);
    expect(await secrets.set('api:openai', 'sk-verysecret')).toEqual({ isProtected: false });
    expect(await secrets.get('api:openai')).toBe('sk-verysecret');
    await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await createSecrets(storage(backend, isAvailable), file).get('api:openai')).toBeUndefined();
  });

  it('of two changes at once none is lost', async () => {
    const secrets = createSecrets(storage(), file);
    await Promise.all(['a', 'b', 'c'].map((ref) => secrets.set(ref, `value of ${ref}`)));
    expect(await Promise.all(['a', 'b', 'c'].map((ref) => secrets.get(ref)))).toEqual(['value of a', 'value of b', 'value of c']);
  });

  it('have to be typed again when the file is broken or another system wrote it', async () => {
    for (const text of ['{', '[]', 'null', JSON.stringify({ openai: 7 }), JSON.stringify({ openai: Buffer.from('foreign').toString('base64') }), '{"__proto__":"x"}']) {
      await writeFile(file, text);
      expect(await createSecrets(storage(), file).get('openai')).toBeUndefined();
    }
    const secrets = createSecrets(storage(), file);
    await secrets.set('openai', 'new');
    expect(await secrets.get('openai')).toBe('new');
  });

  it('have names of a plain form', () => {
    expect(['openai', 'milvus:lab-1', 'api:https://host/v1'].map(isSecretRef)).toEqual([true, true, true]);
    expect(['', '__proto__', '../x', 'a b', 'x'.repeat(300)].map(isSecretRef)).toEqual([false, false, false, false, false]);
  });
});

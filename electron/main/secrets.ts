import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '../../src/base/atomic-file.ts';

/** The part of Electron's safeStorage that is used; older ones have no asynchronous half and do not tell their backend. */
export interface SecretStorage {
  isEncryptionAvailable(): boolean;
  encryptString(text: string): Buffer;
  decryptString(encrypted: Buffer): string;
  getSelectedStorageBackend?(): string;
}

export interface Secrets {
  /** @returns whether the system's secret store protects it. Where it has none the secret is kept in memory only, until the program ends. */
  set(ref: string, value: string): Promise<{ readonly isProtected: boolean }>;
  delete(ref: string): Promise<void>;
  get(ref: string): Promise<string | undefined>;
  isProtected(): boolean;
}

const refPattern = /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,199}$/;

export function isSecretRef(ref: string): boolean {
  return refPattern.test(ref);
}

/**
 * Keys by name, encrypted by the operating system in one file. On Linux without a keyring the backend is `basic_text`, whose password is known to
 * all: that protects nothing, so nothing is written then.
 */
export function createSecrets(storage: SecretStorage, file: string): Secrets {
  const inMemory = new Map<string, string>();
  let lastWrite: Promise<void> = Promise.resolve();

  const isProtected = (): boolean => storage.isEncryptionAvailable() && storage.getSelectedStorageBackend?.() !== 'basic_text';

  async function stored(): Promise<Map<string, string>> {
    try {
      const told: unknown = JSON.parse(await readFile(file, 'utf8'));
      return new Map(Object.entries(told as object).filter((entry): entry is [string, string] => isSecretRef(entry[0]) && typeof entry[1] === 'string'));
    } catch {
      return new Map();
    }
  }

  /** One change after the other: two at once must not lose one. */
  function change(apply: (entries: Map<string, string>) => boolean): Promise<void> {
    lastWrite = lastWrite
      .catch(() => undefined)
      .then(async () => {
        const entries = await stored();
        if (apply(entries)) await writeFileAtomic(file, JSON.stringify(Object.fromEntries(entries)));
      });
    return lastWrite;
  }

  return {
    isProtected,
    async set(ref, value) {
      if (!isProtected()) {
        inMemory.set(ref, value);
        await change((entries) => entries.delete(ref));
        return { isProtected: false };
      }
      const encrypted = storage.encryptString(value).toString('base64');
      await change((entries) => {
        entries.set(ref, encrypted);
        return true;
      });
      inMemory.delete(ref);
      return { isProtected: true };
    },
    async delete(ref) {
      inMemory.delete(ref);
      await change((entries) => entries.delete(ref));
    },
    async get(ref) {
      const held = inMemory.get(ref);
      if (held !== undefined) return held;
      const encrypted = (await stored()).get(ref);
      if (encrypted === undefined || !isProtected()) return undefined;
      try {
        return storage.decryptString(Buffer.from(encrypted, 'base64'));
      } catch {
        // Another user's or another machine's file: the key has to be typed again.
        return undefined;
      }
    },
  };
}

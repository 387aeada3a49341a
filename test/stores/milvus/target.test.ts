import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/base/errors.ts';
import { resolveTarget } from '../../../src/stores/milvus/target.ts';

describe('a Milvus address', () => {
  it.each([
    ['http://localhost:19530', 'localhost:19530', false],
    ['http://localhost', 'localhost:19530', false],
    ['localhost:1234', 'localhost:1234', false],
    ['127.0.0.1', '127.0.0.1:19530', false],
    [' http://10.0.0.7:80/ ', '10.0.0.7:80', false],
    ['https://in01-abc.cloud.example', 'in01-abc.cloud.example:443', true],
    ['https://milvus.example:19530', 'milvus.example:19530', true],
    ['http://[::1]:19530', '[::1]:19530', false],
  ])('%s is %s', (address, expected, tls) => {
    expect(resolveTarget({ address })).toMatchObject({ address: expected, tls });
  });

  it('takes TLS, database, user and time-out from the target, and the secret apart', () => {
    expect(resolveTarget({ address: 'milvus:19530', tls: true, database: 'books', username: 'reader', timeoutMs: 500 }, 'pass')).toEqual({
      address: 'milvus:19530',
      tls: true,
      database: 'books',
      username: 'reader',
      secret: 'pass',
      timeoutMs: 500,
    });
    expect(resolveTarget({ address: 'milvus', database: '', username: '' }, '')).toMatchObject({ database: undefined, username: undefined, secret: undefined });
  });

  it.each(['ftp://localhost:19530', 'http://', 'http://localhost:19530/api', 'http://localhost:19530?x=1', 'not an address', 'http://169.254.169.254', 'http://[fe80::1]', 'http://[::ffff:169.254.1.1]:80', 'localhost:99999'])('%s is refused', (address) => {
    expect(() => resolveTarget({ address })).toThrow(UserError);
  });

  it('never repeats a secret that was written into the address', () => {
    for (const address of ['http://root:hunter2@localhost:19530', 'root:hunter2@localhost:19530']) {
      const error = (() => {
        try {
          resolveTarget({ address });
        } catch (thrown) {
          return thrown as UserError;
        }
      })();
      expect(error).toBeInstanceOf(UserError);
      expect(JSON.stringify([error?.message, error?.hint])).not.toContain('hunter2');
    }
  });
});

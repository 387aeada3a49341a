import { UserError } from '../../base/errors.ts';
import type { Milvus } from './milvus.ts';

/** The calls that change what is on a server. */
const WRITES = ['create', 'drop', 'insert', 'flush', 'createIndex', 'dropIndex', 'release'] as const satisfies readonly (keyof Milvus)[];

/** The same connection without any call that writes: whoever explores a collection of the user's cannot change it, whatever mistake is made. */
export function readOnly(milvus: Milvus): Milvus {
  const refuse = (call: string) => async (): Promise<never> => {
    throw new UserError('milvus/read-only', `${call} would write to Milvus at ${milvus.address}, which is only read`);
  };
  return { ...milvus, ...Object.fromEntries(WRITES.map((call) => [call, refuse(call)])) };
}

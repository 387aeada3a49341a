import { describe, expect, it } from 'vitest';
import { CancelledError, describeError, UserError } from '../../../src/base/errors.ts';
import { faultOf, isSuccess, kindOf } from '../../../src/stores/milvus/faults.ts';

/** As grpc-js throws them. */
const grpc = (code: number, details: string): Error => Object.assign(new Error(`${code}: ${details}`), { code, details, metadata: { internalRepr: new Map([['authorization', ['c2VjcmV0']]]) } });
/** As Milvus answers. */
const status = (error_code: string, code: number, reason: string): object => ({ error_code, code, reason, retriable: false, detail: '', extra_info: {} });

describe('what went wrong with Milvus', () => {
  it.each([
    ['unreachable', grpc(14, 'No connection established. Last error: connect ECONNREFUSED 127.0.0.1:19530')],
    ['unreachable', grpc(13, 'Received RST_STREAM with code 2')],
    ['unreachable', grpc(2, 'Received HTTP status code 404')],
    ['tls', grpc(14, 'No connection established. Last error: self-signed certificate')],
    ['timeout', grpc(4, 'Deadline exceeded after 1.001s')],
    ['credentials', grpc(16, 'auth check failure, please check api key is correct')],
    ['credentials', status('UnexpectedError', 1400, 'auth check failure, please check username and password are correct')],
    ['permission', grpc(7, 'CreateCollection: permission deny to reader')],
    ['overloaded', grpc(8, 'grpc: received message larger than max')],
    ['overloaded', status('RateLimit', 8, 'request is rejected by grpc RateLimiter middleware, please retry later: rate limit exceeded')],
    ['overloaded', status('ForceDeny', 9, 'quota exceeded[reason=deny to write, reason: memory quota exceeded]')],
    ['disk-full', status('ForceDeny', 9, 'deny to write, reason: disk quota exceeded')],
    ['disk-full', status('UnexpectedError', 1, '[Errno 28] No space left on device')],
    ['released', status('101', 101, "Collection 'x' is in state 'released'; call load() before search/get/query")],
    ['released', status('UnexpectedError', 101, 'collection not loaded[collection=447]')],
    ['no-collection', status('CollectionNotExists', 100, "can't find collection[database=default][collection=x]")],
    ['no-collection', { status: status('CollectionNotExists', 4, "collection 'x' does not exist") }],
    ['no-collection', new Error("ErrorCode: CollectionNotExists. Reason: can't find collection: x")],
    ['database', status('UnexpectedError', 800, 'database not found[database=books]')],
    ['starting', status('UnexpectedError', 1, 'service not ready[proxy=3]: Initializing')],
    ['starting', { ...status('UnexpectedError', 65535, 'something passing'), retriable: true }],
    ['server', status('UnexpectedError', 1100, 'invalid parameter[expected=valid index params]')],
    ['server', new TypeError("Cannot read properties of undefined (reading 'dim')")],
  ])('%s: %o', (kind, error) => {
    expect(kindOf(error)).toBe(kind);
    const fault = faultOf(error, 'searching', '127.0.0.1:19530') as UserError;
    expect(fault.code).toBe(`milvus/${kind}`);
    expect(describeError(fault)).toContain('127.0.0.1:19530');
    expect(kindOf(fault)).toBe(kind);
  });

  it('success is success in every spelling', () => {
    expect([{ error_code: 'Success', code: 0 }, { error_code: 0 }, { code: 0 }].map(isSuccess)).toEqual([true, true, true]);
    expect([{ error_code: 'Success', code: 100 }, { error_code: 'UnexpectedError' }, undefined].map(isSuccess)).toEqual([false, false, false]);
  });

  it('cancellations and errors that are clear already pass unchanged', () => {
    const cancelled = new CancelledError();
    const clear = new UserError('store/query', 'too short');
    expect(faultOf(cancelled, 'searching', 'x')).toBe(cancelled);
    expect(faultOf(clear, 'searching', 'x')).toBe(clear);
  });

  it('keeps no secret: neither in what the server said nor in the error that came', () => {
    const fault = faultOf(grpc(13, `bad token root:hunter2 (${Buffer.from('root:hunter2').toString('base64')})`), 'connecting', 'x', 'root:hunter2') as UserError;
    const all = JSON.stringify([describeError(fault), fault.stack, fault.cause]);
    expect(all).not.toContain('hunter2');
    expect(all).not.toContain(Buffer.from('root:hunter2').toString('base64'));
    expect(fault.cause).toBeUndefined();
  });
});

import type { WireError } from './wire.ts';

/** What a call rejects with: an Error that carries the failure as it crossed the wire. Its own file, so that screens need no schema library. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly wire: WireError;
  constructor(wire: WireError) {
    super(wire.message);
    this.wire = wire;
  }
}

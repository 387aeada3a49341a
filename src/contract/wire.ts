import { z } from 'zod';
import type { CallInput, CallName, CallOutput } from './calls.ts';
import { jobSchema } from './calls.ts';

/** Messages from a client to the engine. One shape over every transport: MessagePort, WebSocket, in process. */
export const requestSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('call'), id: z.number().int().min(0), name: z.string().max(100), input: z.unknown() }),
  z.object({ type: z.literal('cancel'), id: z.number().int().min(0) }),
]);
export type Request = z.infer<typeof requestSchema>;

export const progressSchema = z.object({
  phase: z.string(),
  done: z.number(),
  total: z.number().optional(),
  unit: z.string(),
  note: z.string().optional(),
  perSecond: z.number().optional(),
  remainingMs: z.number().optional(),
  elapsedMs: z.number(),
});
export type WireProgress = z.infer<typeof progressSchema>;

/** A failure as the user reads it. `cancelled` is no failure; `internal` is a bug of ours, with details to copy. */
export const wireErrorSchema = z.object({
  kind: z.enum(['user', 'cancelled', 'internal', 'disconnected']),
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  place: z.object({ file: z.string().optional(), line: z.number().optional(), column: z.number().optional() }).optional(),
  details: z.string().optional(),
});
export type WireError = z.infer<typeof wireErrorSchema>;

/** Messages from the engine to a client. Events go to every client. */
export const responseSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('result'), id: z.number().int(), output: z.unknown() }),
  z.object({ type: z.literal('error'), id: z.number().int(), error: wireErrorSchema }),
  z.object({ type: z.literal('progress'), id: z.number().int(), progress: progressSchema }),
  z.object({ type: z.literal('event'), event: z.discriminatedUnion('name', [
    z.object({ name: z.literal('jobs'), jobs: z.array(jobSchema) }),
    z.object({ name: z.literal('connection'), state: z.unknown() }),
    /** The engine was restarted: datasets and pools are gone, caches are not. */
    z.object({ name: z.literal('engine'), state: z.enum(['ready', 'restarting', 'failed']), message: z.string().optional() }),
  ]) }),
]);
export type Response = z.infer<typeof responseSchema>;
export type EngineEvent = Extract<Response, { type: 'event' }>['event'];

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: WireProgress) => void) | undefined;
}

/** What screens and the web client see: the same over every transport. Rejects with an Error whose `wire` is the WireError. */
export interface EngineClient {
  call<Name extends CallName>(name: Name, input: CallInput<Name>, options?: CallOptions): Promise<CallOutput<Name>>;
  onEvent(listener: (event: EngineEvent) => void): () => void;
}

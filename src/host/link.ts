import type { EngineOptions } from '../engine/workspace.ts';

/**
 * Messages between the process a user looks at (Electron's main, the web host) and the process the engine lives in.
 * Both ends are this program's own, started together from one build: types are enough, the client's messages are validated by the engine.
 */
export type ToEngine =
  | { readonly type: 'open'; readonly options: Omit<EngineOptions, 'resolveSecret'> }
  /** A client came; in Electron its MessagePort is transferred with this. */
  | { readonly type: 'connect'; readonly clientId: number }
  /** One wire message of a client without a port of its own, as the JSON text that came. */
  | { readonly type: 'message'; readonly clientId: number; readonly text: string }
  | { readonly type: 'disconnect'; readonly clientId: number }
  | { readonly type: 'secret'; readonly requestId: number; readonly value?: string | undefined }
  | { readonly type: 'close' };

export type FromEngine =
  | { readonly type: 'ready' }
  /** The engine could not open (a read-only folder, a broken install): starting it again would not help. */
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'need-secret'; readonly requestId: number; readonly ref: string }
  /** One wire message for a client without a port of its own. Droppable ones (progress) may be left out for a slow client. */
  | { readonly type: 'message'; readonly clientId: number; readonly text: string; readonly isDroppable: boolean };

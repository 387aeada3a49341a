import { AsyncLocalStorage } from 'node:async_hooks';

/** When a call's message left for the server and when its answer was here, by performance.now; undefined until then. */
export interface WireTimes {
  sentMs?: number | undefined;
  receivedMs?: number | undefined;
}

const current = new AsyncLocalStorage<WireTimes>();

/** The parts of gRPC's call that are looked at. */
interface Call {
  start(metadata: unknown, listener?: { onReceiveMessage?: ((message: unknown) => void) | undefined }): void;
  sendMessageWithContext(context: unknown, message: unknown): void;
}

/** Notes on calls made within `timed` when they leave and come back: what lies before is the SDK making the request, what lies after is ours again. */
export function wireInterceptor(options: unknown, nextCall: (options: unknown) => Call): Call {
  const call = nextCall(options);
  const times = current.getStore();
  if (times === undefined) return call;
  const start = call.start.bind(call);
  const send = call.sendMessageWithContext.bind(call);
  call.sendMessageWithContext = (context, message) => {
    // The first message of several (a question about the schema, then the search) begins the time that is not ours.
    times.sentMs ??= performance.now();
    send(context, message);
  };
  call.start = (metadata, listener) =>
    start(metadata, {
      ...listener,
      onReceiveMessage: (message) => {
        times.receivedMs = performance.now();
        listener?.onReceiveMessage?.(message);
      },
    });
  return call;
}

/** Where the time of a call to the server went, in ms. */
export interface CallTimes {
  /** Making the request, up to its leaving. */
  readonly requestMs: number;
  /** From its leaving to the answer's being here: the network and the server. */
  readonly serverMs: number;
}

/** A call and its times. Without the interceptor all of it counts as the server's. */
export async function timed<T>(call: () => Promise<T>): Promise<{ readonly answer: T; readonly times: CallTimes }> {
  const wire: WireTimes = {};
  const start = performance.now();
  const answer = await current.run(wire, call);
  const { sentMs, receivedMs } = wire;
  if (sentMs === undefined || receivedMs === undefined) return { answer, times: { requestMs: 0, serverMs: performance.now() - start } };
  return { answer, times: { requestMs: sentMs - start, serverMs: receivedMs - sentMs } };
}

/** A signal that fires on the first Ctrl-C (or SIGTERM): work stops cleanly, caches stay resumable. The second one ends the process at once. */
export function cancelOnSignal(): AbortSignal {
  const abort = new AbortController();
  const stop = (): void => {
    if (abort.signal.aborted) process.exit(130);
    process.stderr.write('\nstopping; what is done so far is kept. Press Ctrl-C again to end at once.\n');
    abort.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return abort.signal;
}

import { fileURLToPath } from 'node:url';
import { describeError, UserError } from '../base/errors.ts';
import { resourcesDir } from '../base/resources.ts';
import { defaultDataDir } from '../engine/data-dir.ts';
import { environmentSecret } from './environment-secret.ts';
import { startWebHost } from './web-host.ts';

/** Entry of the web host: `[--port N]`. Prints the link on stdout, everything else on stderr; ends on SIGINT and SIGTERM. */
async function main(): Promise<void> {
  const host = await startWebHost({
    pageDir: fileURLToPath(new URL('../renderer', import.meta.url)),
    engineEntry: fileURLToPath(new URL('./engine-process.mjs', import.meta.url)),
    resourcesDir: resourcesDir(),
    dataDir: defaultDataDir(),
    port: portOf(process.argv.slice(2)),
    resolveSecret: async (ref) => environmentSecret(ref, process.env),
    onNote: (note) => process.stderr.write(`${note}\n`),
  });
  process.stdout.write(`${host.link}\n`);
  const end = (): void => {
    void host.close().then(() => process.exit(0));
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}

function portOf(args: readonly string[]): number | undefined {
  const [name, value, ...rest] = args;
  if (name === undefined) return undefined;
  const port = Number(value);
  if (name !== '--port' || rest.length > 0 || value === undefined || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UserError('web/arguments', `expected --port N (0 to 65535), not ${args.join(' ')}`);
  }
  return port;
}

main().catch((error: unknown) => {
  process.stderr.write(`${describeError(error)}\n`);
  process.exit(error instanceof UserError ? 2 : 1);
});

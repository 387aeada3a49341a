import { UserError } from '../base/errors.ts';
import type { CallOutput } from '../contract/calls.ts';
import type { Command } from './command.ts';
import { withEngine } from './with-engine.ts';

/** `cache`: what lies in the cache of embeddings, largest first; `cache clear [KEY…]` removes it, but for what another process is filling. */
export const cacheCommand: Command = async (argv, { stdout }) => {
  const [verb, ...keys] = argv;
  if (verb !== undefined && verb !== 'clear') throw new UserError('cli/arguments', `cache ${argv.join(' ')}: expected cache, or cache clear [KEY…]`);
  await withEngine(async (engine) => {
    if (verb === 'clear') {
      const { freedBytes } = (await engine.call('app.clearCache', keys.length === 0 ? {} : { keys })) as CallOutput<'app.clearCache'>;
      stdout.write(`${freedBytes} bytes freed\n`);
    }
    const entries = (await engine.call('cache.list', {})) as CallOutput<'cache.list'>;
    for (const { key, sizeBytes, content } of entries) {
      const what = content === undefined ? 'unfinished' : `${content.count} × ${content.dims}\t${content.role === 'query' ? 'queries' : 'documents'} by ${content.model}${content.dtype === undefined ? '' : ` ${content.dtype}`}\t${content.createdAt}`;
      stdout.write(`${key}\t${sizeBytes} bytes\t${what}\n`);
    }
    stdout.write(`${entries.length} entries, ${entries.reduce((sum, entry) => sum + entry.sizeBytes, 0)} bytes\n`);
  });
};

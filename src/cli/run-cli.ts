import { CancelledError, describeError, UserError } from '../base/errors.ts';
import { explainSystemError } from '../base/system-error.ts';
import { benchCommand } from './bench-command.ts';
import { cacheCommand } from './cache-command.ts';
import type { CliContext, Command } from './command.ts';
import { helpText } from './help.ts';
import { modelsCommand } from './models-command.ts';
import { samplesCommand } from './samples-command.ts';
import { trainCommand } from './train-command.ts';

const commands: Readonly<Record<string, Command>> = {
  bench: benchCommand,
  // `tune` is a bench whose schedule is looked for: recall=0.99 unless told otherwise.
  tune: (argv, context) => benchCommand(argv.some((argument) => argument === '--tune' || argument.startsWith('--tune=')) ? argv : [...argv, '--tune', 'recall=0.99'], context),
  train: trainCommand,
  models: modelsCommand,
  cache: cacheCommand,
  samples: samplesCommand,
};

/** Runs one command. @returns the exit code: 0 done, 2 bad input (one clear line on stderr), 130 cancelled, 1 a fault of ours. */
export async function runCli(argv: readonly string[], context: CliContext): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    context.stdout.write(helpText);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    context.stderr.write(`funnelscope: unknown command ${JSON.stringify(name)}, expected one of ${Object.keys(commands).join(', ')}\n`);
    return 2;
  }
  try {
    await command(rest, context);
    return 0;
  } catch (thrown) {
    const error = explainSystemError(thrown);
    if (error instanceof CancelledError || context.signal.aborted) {
      context.stderr.write('cancelled\n');
      return 130;
    }
    context.stderr.write(`funnelscope: ${describeError(error)}\n`);
    if (error instanceof UserError) return 2;
    if (process.env['FUNNELSCOPE_DEBUG'] !== undefined && error instanceof Error) context.stderr.write(`${error.stack}\n`);
    return 1;
  }
}

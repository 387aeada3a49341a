import { UserError } from '../base/errors.ts';
import { resourcesDir } from '../base/resources.ts';
import type { CallOutput } from '../contract/calls.ts';
import { defaultDataDir } from '../engine/data-dir.ts';
import { modelsOf } from '../engine/listing.ts';
import type { CliContext, Command } from './command.ts';
import { progressLine } from './progress-line.ts';
import { withEngine } from './with-engine.ts';

/** `models`: what can be embedded with, one a line; `models download ID [DTYPE]`, `models remove ID`. */
export const modelsCommand: Command = async (argv, context) => {
  const [verb, modelId, dtype, ...rest] = argv;
  if (verb === undefined) return list(context);
  if ((verb !== 'download' && verb !== 'remove') || modelId === undefined || rest.length > 0 || (verb === 'remove' && dtype !== undefined)) {
    throw new UserError('cli/arguments', `models ${argv.join(' ')}: expected models, models download ID [fp32|fp16|q8|…], or models remove ID`);
  }
  if (verb === 'remove') {
    await withEngine((engine) => engine.call('models.remove', { modelId }));
    return;
  }
  const progress = progressLine(context.stderr);
  try {
    const model = (await withEngine((engine) => engine.call('models.download', { modelId, ...(dtype === undefined ? {} : { dtype }) }, { signal: context.signal, onProgress: progress.sink }))) as CallOutput<'models.download'>;
    progress.end();
    context.stdout.write(`${model.path ?? model.id}\n`);
  } finally {
    progress.end();
  }
};

/** id, size, trained prefixes, number formats, where it is, licence. */
async function list({ stdout }: CliContext): Promise<void> {
  for (const model of await modelsOf(resourcesDir(), defaultDataDir())) {
    const trained = model.trainedDims.length === 0 ? 'not Matryoshka-trained' : `trained at ${model.trainedDims.join(', ')}`;
    const dtypes = model.dtypes === undefined || model.dtypes.length === 0 ? [] : [model.dtypes.map(({ dtype }) => dtype).join(' ')];
    stdout.write(`${[model.id, `${model.dims} dimensions, ${trained}`, model.where, ...dtypes, ...(model.licence === undefined ? [] : [model.licence])].join('\t')}\n`);
  }
}

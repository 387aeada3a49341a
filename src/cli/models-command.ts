import { resourcesDir } from '../base/resources.ts';
import { defaultDataDir } from '../engine/data-dir.ts';
import { modelsOf } from '../engine/listing.ts';
import type { Command } from './command.ts';

/** `models`: what can be embedded with, one a line: id, size, trained prefixes, where it is. */
export const modelsCommand: Command = async (_argv, { stdout }) => {
  for (const model of await modelsOf(resourcesDir(), defaultDataDir())) {
    const trained = model.trainedDims.length === 0 ? 'not Matryoshka-trained' : `trained at ${model.trainedDims.join(', ')}`;
    stdout.write(`${model.id}\t${model.dims} dimensions, ${trained}\t${model.where}${model.licence === undefined ? '' : `\t${model.licence}`}\n`);
  }
};

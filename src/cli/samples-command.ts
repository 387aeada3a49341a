import { formatBytes, formatCount } from '../base/format.ts';
import { resourcesDir } from '../base/resources.ts';
import { samplesOf } from '../engine/listing.ts';
import type { Command } from './command.ts';

/** `samples`: the bundled corpora, one a line. */
export const samplesCommand: Command = async (_argv, { stdout }) => {
  for (const sample of await samplesOf(resourcesDir())) {
    stdout.write(`sample:${sample.name}\t${formatCount(sample.count)} documents, ${formatCount(sample.queryCount)} queries, ${formatBytes(sample.sizeBytes)}\t${sample.title}\n`);
  }
};

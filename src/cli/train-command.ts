import { UserError } from '../base/errors.ts';
import type { Command } from './command.ts';

export const trainCommand: Command = async () => {
  throw new UserError('train/not-wired', 'training is not wired up yet');
};

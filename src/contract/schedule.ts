import { showValue, UserError } from '../base/errors.ts';

/** One step of a funnel: score the survivors by prefix `dims`, keep the best `keep`. */
export interface Stage {
  readonly dims: number;
  readonly keep: number;
}

/** Stages with rising dims and falling keeps; the first one searches the whole corpus (the head search). */
export type Schedule = readonly Stage[];

/** What a schedule has to fit to be run: full dimension, corpus size, and the number of neighbours wanted. */
export interface ScheduleLimits {
  readonly dims: number;
  readonly rowCount?: number | undefined;
  readonly k?: number | undefined;
}

/**
 * Reads `64:512,128:256,768:10`.
 * @throws UserError `schedule/syntax` or `schedule/order` naming the stage that is wrong and what was expected.
 */
export function parseSchedule(text: string): Schedule {
  const parts = text.split(',').map((part) => part.trim());
  const stages = parts.map((part, index) => {
    const match = /^(\d+)\s*:\s*(\d+)$/.exec(part);
    if (match === null) {
      throw new UserError('schedule/syntax', `schedule ${showValue(text)}: stage ${index + 1} is ${showValue(part)}, expected dims:keep such as 64:512`);
    }
    return { dims: Number(match[1]), keep: Number(match[2]) };
  });
  checkOrder(stages, text);
  return stages;
}

/** `64:512,128:256,768:10` */
export function formatSchedule(schedule: Schedule): string {
  return schedule.map((stage) => `${stage.dims}:${stage.keep}`).join(',');
}

function checkOrder(schedule: Schedule, text = formatSchedule(schedule)): void {
  const fail = (message: string): never => {
    throw new UserError('schedule/order', `schedule ${showValue(text)}: ${message}`);
  };
  if (schedule.length === 0) fail('has no stages, expected at least one');
  schedule.forEach((stage, index) => {
    const name = `stage ${index + 1} (${stage.dims}:${stage.keep})`;
    if (!Number.isSafeInteger(stage.dims) || stage.dims < 1) fail(`${name} has ${stage.dims} dims, expected a whole number of at least 1`);
    if (!Number.isSafeInteger(stage.keep) || stage.keep < 1) fail(`${name} keeps ${stage.keep}, expected a whole number of at least 1`);
    const before = schedule[index - 1];
    if (before === undefined) return;
    if (stage.dims <= before.dims) fail(`${name} does not raise the dims of the stage before (${before.dims}); dims must rise`);
    if (stage.keep > before.keep) fail(`${name} keeps more than the stage before (${before.keep}); keeps must fall`);
  });
}

/**
 * Checks a schedule against what it will run on.
 * @throws UserError when dims do not rise, keeps rise, dims exceed the model's, or the last keep is below k.
 */
export function checkSchedule(schedule: Schedule, limits: ScheduleLimits): void {
  checkOrder(schedule);
  const text = formatSchedule(schedule);
  const last = schedule[schedule.length - 1]!;
  for (const stage of schedule) {
    if (stage.dims > limits.dims) {
      throw new UserError('schedule/dims', `schedule ${showValue(text)}: ${stage.dims} dims is beyond the embeddings' ${limits.dims}`);
    }
  }
  if (limits.k !== undefined && last.keep < limits.k) {
    throw new UserError('schedule/k', `schedule ${showValue(text)}: the last stage keeps ${last.keep}, fewer than k = ${limits.k}`);
  }
}

/** The schedule with every keep cut to the corpus size: a head search cannot keep more rows than there are. */
export function clampSchedule(schedule: Schedule, rowCount: number): Schedule {
  return schedule.map((stage) => ({ dims: stage.dims, keep: Math.min(stage.keep, rowCount) }));
}

import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import type { MachineUse } from '../contract/dataset.ts';
import type { Report } from '../contract/report.ts';

/** What of it this machine can give; undefined for what is usual anyway. */
export function possibleUse({ threads, vectorMemoryBytes }: MachineUse): MachineUse | undefined {
  const able = Math.min(threads ?? 1, availableParallelism());
  if (able === 1 && vectorMemoryBytes === undefined) return undefined;
  return { ...(able === 1 ? {} : { threads: able }), ...(vectorMemoryBytes === undefined ? {} : { vectorMemoryBytes }) };
}

/** The machine that a latency was measured on: it stands in every report, because times do not travel. */
export function machineOf(): Report['machine'] {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    os: `${type()} ${release()}`,
    node: process.versions.node,
  };
}

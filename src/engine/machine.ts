import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import type { Report } from '../contract/report.ts';

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

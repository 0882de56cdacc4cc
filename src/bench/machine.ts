import { statfsSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { fileSystemName } from '../kernel/storage/file-system.ts';

/** What the figures were measured on: they are worth something only beside it. */
export type Machine = {
  cores: number;
  processor: string;
  memoryGb: number;
  kernel: string;
  fileSystem: string;
  node: string;
};

/** This machine, with the file system that `dir` is on. */
export function describeMachine(dir: string): Machine {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    memoryGb: Math.round(totalmem() / 1e9),
    kernel: `${type()} ${release()}`,
    fileSystem: fileSystemName(statfsSync(dir).type),
    node: process.versions.node,
  };
}

import { type Loop, startLoop } from '../kernel/jobs/loop.ts';
import type { Log } from '../kernel/log.ts';
import type { Folders } from './recording/folders.ts';

const learnEveryMs = 5_000;

/** Learns every few seconds which sites, stations, parts and folders other processes on this database have added. */
export function startLearning(folders: Folders, log: Log): Loop {
  const run = () => folders.refresh();
  return startLoop({ name: 'what other processes added', intervalMs: learnEveryMs, run, log });
}

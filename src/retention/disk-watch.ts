import type { Clock } from '../kernel/time/clock.ts';
import { type Disk, isAboveHigh, type Marks, type readDisks } from './disks.ts';

/** A disk that was still above its high mark after a run is not relieved again before this has passed. */
const reliefPauseMs = 10 * 60_000;

/** `stuck`: above the high mark, and nothing more may be deleted. */
export type DiskState = Disk & { state: 'ok' | 'high' | 'stuck' };

/** Watches how full the disks of some folders are. */
export type DiskWatch = {
  /** As of the last refresh. */
  readonly states: readonly DiskState[];
  refresh(): Promise<void>;
  /** The disks as they are now. */
  read(): Promise<Disk[]>;
  /** The disks above their high mark. A disk that is still there afterwards counts as stuck for a while. */
  beginRelief(): Promise<Disk[]>;
};

export function createDiskWatch(options: {
  folders: () => readonly string[];
  marks: Marks;
  clock: Clock;
  readDisks: typeof readDisks;
}): DiskWatch {
  const { marks, clock } = options;
  let states: DiskState[] = [];
  let relievedAt = Number.NEGATIVE_INFINITY;

  const read = () => options.readDisks(options.folders());

  return {
    get states() {
      return states;
    },
    refresh: async () => {
      const isRelieved = clock.now() - relievedAt < reliefPauseMs;
      states = (await read()).map((disk) => ({
        ...disk,
        state: !isAboveHigh(disk, marks) ? 'ok' : isRelieved ? 'stuck' : 'high',
      }));
    },
    read,
    beginRelief: async () => {
      const full = (await read()).filter((disk) => isAboveHigh(disk, marks));
      if (full.length > 0) relievedAt = clock.now();
      return full;
    },
  };
}

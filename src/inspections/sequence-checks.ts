import { startLoop } from '../kernel/jobs/loop.ts';
import type { Log } from '../kernel/log.ts';
import type { Sites } from '../plant/sites.ts';
import type { Db } from '../schema/db.ts';
import { checkSequences } from './gaps/check-gaps.ts';

const checkEveryMs = 5_000;
/** More images than this since the last look are a sweep at work; the check waits until it is over. */
const sweepImages = 5_000;
/** But for a minute at most. */
const maxWaits = 12;

/** Works COUNT gaps out behind the writer: every few seconds while images arrive, and after a start until none are left. */
export function startSequenceChecks(options: {
  db: Db;
  sites: Sites;
  log: Log;
  onChecked: () => void;
  /** Whether this is the process that checks; the others keep in mind that there is something to check. */
  isDuty: () => boolean;
}): {
  wake(added: number): void;
  stop(): Promise<void>;
} {
  let isNeeded = true;
  let recorded = 0;
  let waits = 0;
  const isSweeping = () => {
    const isBusy = recorded > sweepImages && waits < maxWaits;
    waits = isBusy ? waits + 1 : 0;
    recorded = 0;
    return isBusy;
  };
  const loop = startLoop({
    name: 'COUNT check',
    intervalMs: checkEveryMs,
    log: options.log,
    run: async (signal) => {
      if (!options.isDuty() || isSweeping()) return;
      while (isNeeded && options.isDuty() && !signal.aborted) {
        isNeeded = false;
        const { checked, isDone } = await checkSequences(options.db, options.sites.ownFilter()).catch(
          (error) => {
            isNeeded = true;
            throw error;
          },
        );
        if (checked > 0) options.onChecked();
        if (isDone) return;
        isNeeded = true;
        await new Promise(setImmediate);
      }
    },
  });
  return {
    wake: (added) => {
      recorded += added;
      isNeeded = true;
    },
    stop: loop.stop,
  };
}

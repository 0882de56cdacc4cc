import type { Log } from '../kernel/log.ts';
import { startLoop } from '../kernel/loop.ts';
import type { Db } from '../schema/db.ts';
import { checkSequences } from './check-sequences.ts';

const checkEveryMs = 5_000;

/** Works COUNT gaps out behind the writer: every few seconds while images arrive, and after a start until none are left. */
export function startSequenceChecks(options: { db: Db; log: Log; onChecked: () => void }): {
  wake(): void;
  stop(): Promise<void>;
} {
  let isNeeded = true;
  const loop = startLoop({
    name: 'COUNT check',
    intervalMs: checkEveryMs,
    log: options.log,
    run: async (signal) => {
      while (isNeeded && !signal.aborted) {
        isNeeded = false;
        const { checked, isDone } = await checkSequences(options.db).catch((error) => {
          isNeeded = true;
          throw error;
        });
        if (checked > 0) options.onChecked();
        if (isDone) return;
        isNeeded = true;
        await new Promise(setImmediate);
      }
    },
  });
  return {
    wake: () => {
      isNeeded = true;
    },
    stop: loop.stop,
  };
}

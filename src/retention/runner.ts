import type { Log } from '../kernel/log.ts';
import type { RunCause } from './run-records.ts';

/** Executes one run at a time. */
export type Runner = {
  readonly isBusy: boolean;
  /** Begins a run in the background; false when one is under way, or after `cancel`. */
  begin(cause: RunCause): boolean;
  /** Cancels a run after its current step, and begins no other. */
  cancel(): void;
  /** Resolves when no run is under way. */
  settled(): Promise<void>;
};

export function createRunner(options: {
  execute: (cause: RunCause, isStopping: () => boolean) => Promise<void>;
  /** Called after every run, also a failed one. */
  onEnd: () => void;
  log: Log;
}): Runner {
  let current: Promise<void> | undefined;
  let isCancelled = false;
  return {
    get isBusy() {
      return current !== undefined;
    },
    begin: (cause) => {
      if (current || isCancelled) return false;
      current = options
        .execute(cause, () => isCancelled)
        .catch((err) => options.log.error({ err }, 'The run could not be recorded; it will be tried again'))
        .finally(() => {
          current = undefined;
          options.onEnd();
        });
      return true;
    },
    cancel: () => {
      isCancelled = true;
    },
    settled: async () => {
      while (current) await current;
    },
  };
}

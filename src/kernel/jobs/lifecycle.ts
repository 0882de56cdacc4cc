import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';

export type Lifecycle = {
  /** Registers how to stop something that has just started. */
  onStop(name: string, stop: () => Promise<void> | void): void;
  /**
   * Stops everything one by one, last started first. A stop that fails or exceeds the deadline is logged and skipped.
   * Resolves to whether everything stopped cleanly; a second call waits for the first.
   */
  stop(reason: string): Promise<boolean>;
};

/** Stops everything in reverse order of its start: first no new connections are accepted, last the database closes. */
export function createLifecycle(options: { log: Log; deadlineMs: number }): Lifecycle {
  const { log, deadlineMs } = options;
  const started: { name: string; stop: () => Promise<void> | void }[] = [];
  let stopping: Promise<boolean> | undefined;

  async function stopAll(reason: string): Promise<boolean> {
    log.info({ reason }, 'stopping');
    const deadline = new AbortController();
    const late = sleep(deadlineMs, 'late' as const, { signal: deadline.signal });
    late.catch(() => {});
    let clean = true;
    for (let part = started.pop(); part !== undefined; part = started.pop()) {
      try {
        if ((await Promise.race([part.stop(), late])) === 'late') throw new Error('did not stop in time');
      } catch (error) {
        clean = false;
        log.error({ err: error, part: part.name }, 'a part did not stop cleanly');
      }
    }
    deadline.abort();
    log.info({ clean }, 'stopped');
    return clean;
  }

  return {
    onStop: (name, stop) => void started.push({ name, stop }),
    stop: (reason) => {
      stopping ??= stopAll(reason);
      return stopping;
    },
  };
}

/**
 * Shuts the process down on SIGTERM (containers, services) and SIGINT (Ctrl-C), with exit code 0 when everything stopped
 * cleanly, else 1. Further signals are ignored, because npm forwards a Ctrl-C that the terminal has sent already. An
 * uncaught error stops the process too: its state is unknown, and the supervisor restarts it.
 */
export function stopOnSignals(lifecycle: Lifecycle, log: Log): void {
  let failed = false;
  const stop = async (reason: string) => {
    const clean = await lifecycle.stop(reason);
    process.exit(clean && !failed ? 0 : 1);
  };
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGINT', () => void stop('SIGINT'));
  process.on('uncaughtException', (error) => {
    failed = true;
    log.fatal({ err: error }, 'Uncaught error');
    void stop('uncaught error');
  });
}

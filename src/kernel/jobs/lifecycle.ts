import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';

export type Lifecycle = {
  /** Remembers how to stop something that has just started. */
  onStop(name: string, stop: () => Promise<void> | void): void;
  /**
   * Stops everything, last started first, each before the next. One that fails or outlasts the deadline is logged and
   * passed over. Resolves to whether all of it stopped cleanly; a second call waits for the first.
   */
  stop(reason: string): Promise<boolean>;
};

/** Keeps what was started in order, so that it stops in reverse: first nobody new gets in, last the database closes. */
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
 * Ends the process in order on SIGTERM (containers, services) and SIGINT (Ctrl-C): exit code 0 when all stopped
 * cleanly, else 1. Further signals change nothing, because npm passes a Ctrl-C on that the terminal has sent already.
 * An error nobody caught stops the process too: what it left behind is unknown, and the supervisor starts it anew.
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
    log.fatal({ err: error }, 'an error that nobody caught');
    void stop('uncaught error');
  });
}

import type { Log } from '../log.ts';

export type Loop = {
  /**
   * Runs now, or once more right after the current run. Resolves when a run that started after this call has ended,
   * successfully or not; at once when the loop is stopped.
   */
  trigger(): Promise<void>;
  /** Ends the loop: aborts the signal given to `run`, and resolves when the current run has ended. */
  stop(): Promise<void>;
};

/**
 * Repeats `run` with `intervalMs` between the end of one run and the start of the next, so runs never overlap and slow runs
 * never pile up. A run that throws is logged under `name`, and the loop continues.
 */
export function startLoop(options: {
  name: string;
  intervalMs: number;
  run: (signal: AbortSignal) => Promise<void>;
  log: Log;
  /** Starts with a run instead of an interval. */
  runAtStart?: boolean;
}): Loop {
  const { name, intervalMs, run, log } = options;
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  async function runOnce(): Promise<void> {
    try {
      await run(ending.signal);
    } catch (error) {
      if (!ending.signal.aborted)
        log.error({ err: error, loop: name }, 'a periodic task failed and will run again');
    }
    current = undefined;
    if (next === undefined) wait();
  }

  function begin(): Promise<void> {
    next = undefined;
    clearTimeout(timer);
    if (ending.signal.aborted) return Promise.resolve();
    current = runOnce();
    return current;
  }

  function wait(): void {
    if (!ending.signal.aborted) timer = setTimeout(begin, intervalMs);
  }

  function trigger(): Promise<void> {
    if (next !== undefined) return next;
    if (current === undefined) return begin();
    next = current.then(begin);
    return next;
  }

  async function stop(): Promise<void> {
    ending.abort();
    clearTimeout(timer);
    await current;
  }

  if (options.runAtStart) void begin();
  else wait();
  return { trigger, stop };
}

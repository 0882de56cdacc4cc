export type Batch<T> = {
  /** Takes the item, or answers false when the batch is full or stopped: the caller must slow down or drop knowingly. */
  add(item: T): boolean;
  /** Writes everything that is pending now, at once. Rejects when that fails; the items stay and are tried again. */
  flush(): Promise<void>;
  /** Takes no more items and writes what is left, trying once. Rejects when that fails: those items are not written. */
  stop(): Promise<void>;
  /** Items not yet written, those being written included. */
  readonly size: number;
};

type BatchOptions<T> = {
  /** Most items of one write. */
  maxItems: number;
  /** Longest wait of an item while nothing fails. */
  maxDelayMs: number;
  /** Most items held; beyond it `add` refuses. */
  maxPending: number;
  /** Writes the items, all or nothing (or in a way that may be repeated). */
  flush: (items: T[]) => Promise<void>;
  /** Hears of every failed write. */
  onError?: (error: unknown) => void;
};

/** Waits between tries of a write that fails: doubled each time, from the first to the longest. */
const firstRetryMs = 100;
const longestRetryMs = 10_000;

/**
 * Gathers items and hands them to `options.flush` in order, at most `maxItems` at a time: as soon as that many wait, or
 * `maxDelayMs` after the first. Writes never overlap. The items of a failed one stay first in line and are tried again
 * with growing waits.
 */
export function createBatch<T>(options: BatchOptions<T>): Batch<T> {
  const { maxItems, maxDelayMs, maxPending } = options;
  const pending: T[] = [];
  let writing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let retryMs = 0;
  let stopped = false;

  async function writeFirst(count: number): Promise<void> {
    for (let left = count; left > 0; left -= maxItems) {
      const items = pending.slice(0, Math.min(maxItems, left));
      await options.flush(items);
      pending.splice(0, items.length);
    }
  }

  /** Only while nothing is being written. */
  function writePending(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const attempt = writeFirst(pending.length);
    writing = attempt.then(
      () => settle(0),
      (error) => {
        settle(Math.min(retryMs * 2 || firstRetryMs, longestRetryMs));
        options.onError?.(error);
      },
    );
    return attempt;
  }

  function settle(waitMs: number): void {
    writing = undefined;
    retryMs = waitMs;
    schedule();
  }

  function schedule(): void {
    if (stopped || writing !== undefined || pending.length === 0) return;
    if (retryMs === 0 && pending.length >= maxItems) writePending().catch(reportedAlready);
    else timer ??= setTimeout(() => writePending().catch(reportedAlready), retryMs || maxDelayMs);
  }

  async function flush(): Promise<void> {
    while (writing !== undefined) await writing;
    await writePending();
  }

  function add(item: T): boolean {
    if (stopped || pending.length >= maxPending) return false;
    pending.push(item);
    schedule();
    return true;
  }

  async function stop(): Promise<void> {
    stopped = true;
    await flush();
  }

  return {
    add,
    flush,
    stop,
    get size() {
      return pending.length;
    },
  };
}

/** The failure went to `onError`; the promise's own rejection has no other listener. */
function reportedAlready(): void {}

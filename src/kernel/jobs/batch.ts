export type Batch<T> = {
  /** Adds an item. False when the batch is full or stopped: the caller must slow down or drop the item. */
  add(item: T): boolean;
  /** Writes all pending items now. Rejects when that fails; the items stay and are retried. */
  flush(): Promise<void>;
  /** Accepts no more items and writes the rest, trying once. Rejects when that fails; those items are lost. */
  stop(): Promise<void>;
  /** Items not written yet, including those being written. */
  readonly size: number;
};

type BatchOptions<T> = {
  /** Most items per write. */
  maxItems: number;
  /** Longest delay of an item while writes succeed. */
  maxDelayMs: number;
  /** Most items held; `add` refuses more. */
  maxPending: number;
  /** Writes the items atomically, or idempotently. */
  flush: (items: T[]) => Promise<void>;
  /** Called for every failed write. */
  onError?: (error: unknown) => void;
};

/** Delay before a failed write is retried: doubled each time, from the first to the longest. */
const firstRetryMs = 100;
const longestRetryMs = 10_000;

/**
 * Collects items and passes them to `options.flush` in order, at most `maxItems` at a time: as soon as so many are pending,
 * or `maxDelayMs` after the first. Writes never overlap. The items of a failed write stay first in line and are retried
 * with growing delays.
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

  /** Set only while nothing is being written. */
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

/** `onError` has received the failure; this only handles the promise's rejection. */
function reportedAlready(): void {}

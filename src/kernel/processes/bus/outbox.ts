/** Least time between two messages of one name. */
const pauseMs = 100;
/** Time until the next try after a failure, unless the link is reported up before. */
const retryMs = 3_000;
/** Beyond this number of waiting names all are dropped, and the other processes reload everything. */
const maxWaiting = 1_000;

export type Outbox<Item> = {
  /** Queues an item, merged with the one that waits under this name. Returns at once. */
  put(name: string, item: Item): void;
  /** To be called when the link is up again. */
  resume(): void;
  stop(): Promise<void>;
};

/**
 * Sends the first item of a name at once and merges those that follow within `pauseMs`. Items that cannot be sent wait,
 * one a name; `onLost` is called when too many did and were dropped.
 */
export function createOutbox<Item>(options: {
  send: (item: Item) => Promise<void>;
  /** Called when `later` arrives while `earlier` still waits. */
  merge: (earlier: Item, later: Item) => Item;
  onLost: () => void;
}): Outbox<Item> {
  const waiting = new Map<string, Item>();
  const sentAt = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;
  let isBlocked = false;
  let stopped = false;

  function keep(name: string, item: Item, isOlder: boolean): void {
    const other = waiting.get(name);
    if (other === undefined && waiting.size >= maxWaiting) {
      waiting.clear();
      options.onLost();
    } else if (other === undefined) waiting.set(name, item);
    else waiting.set(name, isOlder ? options.merge(item, other) : options.merge(other, item));
  }

  async function sendDue(): Promise<void> {
    if (sentAt.size > maxWaiting) sentAt.clear();
    for (const [name, item] of [...waiting]) {
      const since = performance.now() - (sentAt.get(name) ?? Number.NEGATIVE_INFINITY);
      if (isBlocked || (since < pauseMs && !stopped)) continue;
      waiting.delete(name);
      sentAt.set(name, performance.now());
      await options.send(item).catch(() => {
        isBlocked = true;
        keep(name, item, true);
      });
    }
  }

  function begin(): void {
    if (sending) return;
    clearTimeout(timer);
    timer = undefined;
    sending = sendDue().finally(() => {
      sending = undefined;
      if (waiting.size === 0 || stopped) return;
      timer ??= isBlocked ? setTimeout(resume, retryMs).unref() : setTimeout(begin, pauseMs);
    });
  }

  function resume(): void {
    isBlocked = false;
    if (waiting.size > 0) begin();
  }

  return {
    put: (name, item) => {
      if (stopped) return;
      keep(name, item, false);
      if (!timer) begin();
    },
    resume,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await sending;
      await sendDue();
    },
  };
}

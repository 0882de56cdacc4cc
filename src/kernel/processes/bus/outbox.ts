/** What is told under one name waits at least this long after the last time: ten times a second. */
const pauseMs = 100;
/** After a failure, unless the way is said to be open again before. */
const retryMs = 3_000;
/** More names waiting than this are forgotten, and everybody is told to look at everything anew. */
const maxWaiting = 1_000;

export type Outbox<Item> = {
  /** Takes the place of what waits under this name, or is put together with it. Returns at once. */
  put(name: string, item: Item): void;
  /** The way is open again. */
  resume(): void;
  stop(): Promise<void>;
};

/**
 * Sends the first of a name at once and, of what follows within a tenth of a second, the sum. What cannot be sent waits,
 * one item a name. `onLost` is told when even that was too much.
 */
export function createOutbox<Item>(options: {
  send: (item: Item) => Promise<void>;
  /** `later` came while `earlier` still waited. */
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

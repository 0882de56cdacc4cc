import PQueue from 'p-queue';

/** `viewer`: a viewer is waiting for it. `ahead`: made in advance. */
export type Urgency = 'viewer' | 'ahead';

/** The result of work that was not done: the queue was full, or newer work replaced it. */
export const notDone = Symbol('not done');

export type ThumbnailQueue = {
  /**
   * Runs the work in turn: work for viewers in order, then work ahead, newest first. Resolves to `notDone` at once when
   * the queue of viewers is full; when the queue of work ahead is full, the oldest of it is dropped instead.
   */
  add<T>(id: string, work: () => Promise<T>, urgency: Urgency): Promise<T | typeof notDone>;
  /** Moves work ahead to the viewers' queue, because a viewer now waits for it. */
  hurry(id: string): void;
  /** Drops waiting work and resolves when the running work has ended. */
  stop(): Promise<void>;
  /** Waiting work. */
  size(): { viewers: number; ahead: number };
};

const viewerPriority = 1;

/** A bounded queue for work on images, `concurrency` at a time. */
export function createThumbnailQueue(options: {
  concurrency: number;
  maxViewers: number;
  maxAhead: number;
}): ThumbnailQueue {
  const queue = new PQueue({ concurrency: options.concurrency });
  const viewers = new Set<string>();
  /** In order of arrival. */
  const ahead = new Map<string, AbortController>();
  let aheadPriority = Number.MIN_SAFE_INTEGER;

  function dropOldestAhead(): void {
    const [oldest] = ahead;
    if (oldest === undefined) return;
    ahead.delete(oldest[0]);
    oldest[1].abort(notDone);
  }

  function enter(id: string, urgency: Urgency): { signal: AbortSignal; priority: number } {
    const dropping = new AbortController();
    if (urgency === 'viewer') {
      viewers.add(id);
      return { signal: dropping.signal, priority: viewerPriority };
    }
    if (ahead.size >= options.maxAhead) dropOldestAhead();
    ahead.set(id, dropping);
    aheadPriority += 1;
    return { signal: dropping.signal, priority: aheadPriority };
  }

  async function add<T>(id: string, work: () => Promise<T>, urgency: Urgency): Promise<T | typeof notDone> {
    if (urgency === 'viewer' && viewers.size >= options.maxViewers) return notDone;
    const { signal, priority } = enter(id, urgency);
    const begin = () => {
      viewers.delete(id);
      ahead.delete(id);
      return work();
    };
    try {
      return await queue.add(begin, { id, signal, priority });
    } catch (error) {
      if (error === notDone || (error instanceof DOMException && error.name === 'AbortError')) return notDone;
      throw error;
    }
  }

  function hurry(id: string): void {
    if (!ahead.has(id) || viewers.size >= options.maxViewers) return;
    ahead.delete(id);
    viewers.add(id);
    queue.setPriority(id, viewerPriority);
  }

  async function stop(): Promise<void> {
    viewers.clear();
    ahead.clear();
    queue.clear();
    await queue.onIdle();
  }

  return { add, hurry, stop, size: () => ({ viewers: viewers.size, ahead: ahead.size }) };
}

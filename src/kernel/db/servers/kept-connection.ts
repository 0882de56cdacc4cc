import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../log.ts';

/** A dedicated connection outside the pool. */
export type Line<C> = {
  connection: C;
  /** Throws if the server does not answer within a few seconds. */
  beat(): Promise<void>;
  /** Resolves when the server has closed it. */
  ended: Promise<unknown>;
  /** Closes it at once, without waiting for the server. */
  destroy(): void;
};

/** A dedicated connection that is reopened whenever it is lost. */
export type KeptConnection<C> = {
  /** The open connection, a new object after each reconnect. */
  current(): C | undefined;
  /** When the last answered heartbeat was sent, by `performance.now()`. */
  confirmedAt(): number;
  stop(): Promise<void>;
};

export const beatEveryMs = 3_000;
/** A server that has not answered for this long is taken to be away. */
export const answerWithinMs = 5_000;
const firstPauseMs = 200;
const maxPauseMs = 3_000;

/**
 * Keeps a connection open. It is tested every few seconds, because a half-open one looks healthy for hours, and reopened
 * with growing pauses. `onUp` is called for each connection, `onDown` at the end of each; one whose `onUp` throws counts
 * as lost.
 */
export function keepConnection<C>(options: {
  name: string;
  log: Log;
  open: () => Promise<Line<C>>;
  onUp: (connection: C) => Promise<void> | void;
  onDown?: () => void;
}): KeptConnection<C> {
  const { name, log } = options;
  const ending = new AbortController();
  let current: C | undefined;
  let confirmedAt = Number.NEGATIVE_INFINITY;
  let failures = 0;

  async function useOne(): Promise<void> {
    const openedAt = performance.now();
    const line = await options.open();
    const isOver = Promise.race([line.ended, aborted(ending.signal)]).then(() => true);
    try {
      confirmedAt = openedAt;
      current = line.connection;
      await options.onUp(line.connection);
      failures = 0;
      while (!(await Promise.race([isOver, sleep(beatEveryMs, false, { ref: false })]))) {
        const askedAt = performance.now();
        await Promise.race([line.beat(), isOver]);
        confirmedAt = askedAt;
      }
    } finally {
      current = undefined;
      line.destroy();
      options.onDown?.();
    }
  }

  async function keep(): Promise<void> {
    while (!ending.signal.aborted) {
      const err = await useOne().then(
        () => new Error('The server closed it'),
        (error: unknown) => error,
      );
      if (ending.signal.aborted) return;
      if (failures === 0) log.warn({ err }, `The ${name} was lost and is opened again`);
      const pauseMs = Math.min(maxPauseMs, firstPauseMs * 2 ** failures);
      failures += 1;
      await sleep(pauseMs, undefined, { signal: ending.signal }).catch(() => {});
    }
  }

  const running = keep();
  return {
    current: () => current,
    confirmedAt: () => confirmedAt,
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

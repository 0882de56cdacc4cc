import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../log.ts';

/** A connection that is not one of the pool: what it is asked to prove that the other side is there, and its end. */
export type Line<C> = {
  connection: C;
  /** Asks for a sign of life; throws when there is none within a few seconds. */
  beat(): Promise<void>;
  /** Resolves when the other side has closed it. */
  ended: Promise<unknown>;
  /** Ends it at once, whether or not anybody answers. */
  destroy(): void;
};

/** One connection of a process to its server, opened anew whenever it is lost. */
export type KeptConnection<C> = {
  /** The connection while it is there. A new one is another object. */
  current(): C | undefined;
  /** When the last answered beat was sent, by `performance.now()`. */
  confirmedAt(): number;
  stop(): Promise<void>;
};

export const beatEveryMs = 3_000;
/** A server that has not answered for this long is taken to be gone. */
export const answerWithinMs = 5_000;
const firstPauseMs = 200;
const longestPauseMs = 3_000;

/**
 * Opens a connection and keeps it: it is asked for a sign of life every few seconds, because one whose other side has
 * vanished looks open for hours, and opened again with growing pauses. `onUp` is told of each connection, `onDown` of
 * the end of each; a connection whose `onUp` throws is lost.
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
        () => new Error('The other side closed it'),
        (error: unknown) => error,
      );
      if (ending.signal.aborted) return;
      if (failures === 0) log.warn({ err }, `The ${name} was lost and is opened again`);
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** failures);
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

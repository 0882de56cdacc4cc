import type { Socket } from '../../kernel/http/server/socket.ts';

/** How often a viewer whose line is full is looked at again. */
const RETRY_MS = 25;

/** The messages on their way to one viewer. */
export type Outbox = {
  /** Sends at once when the line is free; else keeps it, in the place of an older one with the same key. */
  put(key: string, text: string): void;
  /** Forgets what waits. */
  clear(): void;
};

/**
 * Newest wins: while the network has not taken what was sent before, only the newest message of each key waits, so that
 * a slow viewer is told fewer things and never old ones. Keys are a bounded set, hence what waits is bounded.
 * `onSkip` is told of each message that was never sent.
 */
export function createOutbox(socket: Socket, onSkip: (key: string) => void): Outbox {
  const waiting = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;

  function drain(): void {
    for (const [key, text] of waiting) {
      if (socket.bufferedBytes() > 0) break;
      waiting.delete(key);
      socket.send(text);
    }
    if (waiting.size > 0 || timer === undefined) return;
    clearInterval(timer);
    timer = undefined;
  }

  return {
    put: (key, text) => {
      if (waiting.delete(key)) onSkip(key);
      waiting.set(key, text);
      drain();
      if (waiting.size === 0 || timer !== undefined) return;
      timer = setInterval(drain, RETRY_MS);
      timer.unref();
    },
    clear: () => {
      waiting.clear();
      clearInterval(timer);
      timer = undefined;
    },
  };
}

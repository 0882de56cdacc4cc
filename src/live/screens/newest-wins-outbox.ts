import type { Socket } from '../../kernel/http/server/kept-socket.ts';

/** How often to check a viewer whose connection is congested. */
const retryMs = 25;

/** The messages waiting for one viewer. */
export type Outbox = {
  /** Sends at once when the connection is free; otherwise waits, replacing an older message of the same key. */
  put(key: string, text: string): void;
  /** Drops all waiting messages. */
  clear(): void;
};

/**
 * Newest wins: while the network has not taken earlier messages, only the newest of each key waits, so that a slow viewer
 * gets fewer messages and never old ones. Keys are a bounded set, and so are the waiting messages. `onSkip` is called for
 * each message that was never sent.
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
      timer = setInterval(drain, retryMs);
      timer.unref();
    },
    clear: () => {
      waiting.clear();
      clearInterval(timer);
      timer = undefined;
    },
  };
}

import type { WebSocket } from 'ws';
import type { Log } from '../../log.ts';

/** A peer that has this much waiting takes nothing; it is cut off and connects anew. */
const maxPendingBytes = 1024 * 1024;

/** Close codes of RFC 6455, section 7.4.1, and of its registry. */
export const closeCodes = {
  normal: 1000,
  goingAway: 1001,
  unsupportedData: 1003,
  policyViolation: 1008,
  internalError: 1011,
  tryAgainLater: 1013,
} as const;

/** One open WebSocket, as a feature uses it. */
export type Socket = {
  /** Sends a text; nothing once the socket is closing. A peer with more than 1 MB waiting is cut off. */
  send(text: string): void;
  /** Bytes handed over that the network has not taken yet: above 0, a sender of newest states had better wait. */
  bufferedBytes(): number;
  /** Closes in an orderly way; 1000 unless another code is given. */
  close(code?: number, reason?: string): void;
};

/** What a feature does when something happens to its socket; `onClose` comes once, whatever ended it. */
export type SocketHandlers = { onMessage?(text: string): void; onClose?(): void };

export type SocketCounters = {
  /** Peers cut off for taking nothing, and peers that no longer answered. */
  cutOff: number;
  lost: number;
};

/** A socket with the handle the house keeps. */
export type KeptSocket = Socket & {
  /** Ends it at once, without the closing handshake. */
  terminate(): void;
  /** Stops asking whether the peer is there. */
  stopPinging(): void;
};

/** Wraps an open connection and asks its peer every `pingEveryMs` whether it is there; one that is not is let go. */
export function keepSocket(
  ws: WebSocket,
  { pingEveryMs, counters, log }: { pingEveryMs: number; counters: SocketCounters; log: Log },
): KeptSocket {
  let isAlive = true;
  const prove = () => {
    isAlive = true;
  };
  ws.on('pong', prove);
  ws.on('message', prove);
  const pinger = setInterval(() => {
    if (!isAlive) {
      counters.lost += 1;
      log.debug('The peer of a WebSocket no longer answers');
      return ws.terminate();
    }
    isAlive = false;
    if (ws.readyState === ws.OPEN) ws.ping();
  }, pingEveryMs);
  pinger.unref();
  return {
    send: (text) => {
      if (ws.readyState !== ws.OPEN) return;
      // What could not be sent is told by the socket's closing.
      ws.send(text, () => {});
      if (ws.bufferedAmount <= maxPendingBytes) return;
      counters.cutOff += 1;
      ws.terminate();
    },
    bufferedBytes: () => ws.bufferedAmount,
    close: (code = closeCodes.normal, reason = '') => ws.close(code, reason),
    terminate: () => ws.terminate(),
    stopPinging: () => clearInterval(pinger),
  };
}

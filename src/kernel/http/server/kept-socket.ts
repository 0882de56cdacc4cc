import type { WebSocket } from 'ws';
import type { Log } from '../../log.ts';

/** A peer with this much unsent data does not read, and is cut off. */
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
  /** Bytes not yet handed to the network; above 0, a sender of newest states should wait. */
  bufferedBytes(): number;
  /** Closes with a handshake; code 1000 by default. */
  close(code?: number, reason?: string): void;
};

/** A feature's handlers of its socket. `onClose` is called exactly once, whatever ended it. */
export type SocketHandlers = { onMessage?(text: string): void; onClose?(): void };

export type SocketCounters = {
  /** Peers cut off because they did not read, and peers that stopped answering. */
  cutOff: number;
  lost: number;
};

/** A socket with the controls of its keeper. */
export type KeptSocket = Socket & {
  /** Closes at once, without a handshake. */
  terminate(): void;
  stopPinging(): void;
};

/** Wraps an open connection and pings its peer every `pingEveryMs`; one that does not answer is cut off. */
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
      // A failed send closes the socket, which is reported.
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

import type { IncomingMessage } from 'node:http';
import { upgradeWebSocket } from '@hono/node-server';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Access } from '../../auth/principal.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Clock } from '../../time/clock.ts';
import type { AppContext, AppMiddleware } from '../env.ts';
import { networkOf, parseHostHeader } from '../guards/addresses.ts';
import { assertMayPass, declareSocket, stillMay } from '../guards/may.ts';
import { addressOf, siteOf } from '../guards/origin.ts';
import { createRateLimit } from '../guards/rate-limit.ts';
import {
  closeCodes,
  type KeptSocket,
  keepSocket,
  type Socket,
  type SocketCounters,
  type SocketHandlers,
} from './kept-socket.ts';

/** How often a peer is asked whether it is there, and its right to be there is looked up again. */
const defaultPingMs = 30_000;
const defaultRecheckMs = 30_000;
/** Largest message a peer may send; ours say a few words to us. */
const maxMessageBytes = 64 * 1024;
/** How long a peer has to answer our goodbye. */
const closeTimeoutMs = 2_000;
/** New sockets of one address: a wall of screens that returns after a restart passes, a flood does not. */
const upgradesOfAddress = { burst: 200, perSec: 10 };
const messagesOfSocket = { burst: 200, perSec: 20 };
/** When somebody there is no room for should come back. */
const retryAfterSec = 10;

export type SocketStats = SocketCounters & {
  open: number;
  /** Upgrades refused for want of room. */
  refused: number;
};

/** Called when a socket has opened; `c` is the request it began as. */
export type AcceptSocket = (socket: Socket, c: AppContext) => SocketHandlers;

/** All open WebSockets of the process, on whichever port they came. */
export type Sockets = {
  /** What the listeners hand upgrades to. */
  readonly server: WebSocketServer;
  /**
   * The handler of a route that takes upgrades by those who have `access`; any other request goes on to the next
   * handler of the same path. Browsers are let in from pages of this server, and as nobody from those of `CORS_ORIGINS`.
   */
  route(access: Access, accept: AcceptSocket, options?: { pingEveryMs?: number }): AppMiddleware;
  /** Refuses upgrades where no socket is, which would otherwise be answered like a page. */
  refuseStray(): AppMiddleware;
  /** Ends the sockets of whoever has just lost the right to them; by itself that takes half a minute. */
  recheck(): void;
  stats(): SocketStats;
  /** Takes no more sockets and says goodbye (1001) to all there are. */
  stop(): void;
};

export type SocketsOptions = {
  clock: Clock;
  log: Log;
  maxSockets: number;
  /** Origins of other sites whose pages may open sockets, without the rights of the browser's cookies. */
  corsOrigins?: readonly string[];
  recheckEveryMs?: number;
};

const serverOptions = {
  noServer: true,
  clientTracking: false,
  maxPayload: maxMessageBytes,
  closeTimeout: closeTimeoutMs,
  // One compressor a socket costs more memory than the little that is sent.
  perMessageDeflate: false,
};

/** Opens the house of the WebSockets. */
export function createSockets(options: SocketsOptions): Sockets {
  const house: House = {
    ...options,
    open: new Set(),
    rechecks: new Set(),
    counters: { cutOff: 0, lost: 0, refused: 0 },
    upgrades: createRateLimit({ clock: options.clock, ...upgradesOfAddress }),
    messages: createRateLimit({ clock: options.clock, ...messagesOfSocket }),
    isStopped: false,
    opened: 0,
  };
  return {
    server: new WebSocketServer(serverOptions),
    route: (access, accept, { pingEveryMs = defaultPingMs } = {}) =>
      declareSocket(socketHandler(house, access, accept, pingEveryMs), access),
    refuseStray,
    recheck: () => {
      for (const recheck of house.rechecks) recheck();
    },
    stats: () => ({ open: house.open.size, ...house.counters }),
    stop: () => {
      house.isStopped = true;
      for (const socket of house.open) socket.close(closeCodes.goingAway, 'The server is stopping.');
    },
  };
}

type House = SocketsOptions & {
  open: Set<KeptSocket>;
  rechecks: Set<() => void>;
  counters: SocketCounters & { refused: number };
  upgrades: ReturnType<typeof createRateLimit>;
  messages: ReturnType<typeof createRateLimit>;
  isStopped: boolean;
  /** How many there ever were: the name of the next. */
  opened: number;
};

/**
 * Whether a listener hands a request to the WebSockets. Everything else is answered as the request it is: Java's client
 * offers HTTP/2 by an upgrade with every first request, and a request that is none is refused as any other.
 */
export function takesUpgrade({ method, url, headers }: IncomingMessage): boolean {
  if (method !== 'GET' || !url?.startsWith('/') || !asksForSocket(headers.upgrade)) return false;
  return parseHostHeader(headers.host ?? '') !== undefined;
}

function asksForSocket(upgrade: string | undefined): boolean {
  return upgrade?.toLowerCase() === 'websocket';
}

function socketHandler(
  house: House,
  access: Access,
  accept: AcceptSocket,
  pingEveryMs: number,
): AppMiddleware {
  const upgrade = upgradeWebSocket((c: AppContext) => {
    let handlers: SocketHandlers = {};
    let kept: KeptSocket | undefined;
    const name = `${house.opened++}`;
    return {
      onOpen: (_event, { raw }) => {
        const ws = raw as unknown as WebSocket;
        kept = keepSocket(ws, { pingEveryMs, counters: house.counters, log: c.get('log') ?? house.log });
        handlers = settle(house, kept, c, access, accept);
      },
      onMessage: ({ data }) => {
        if (typeof data !== 'string') return kept?.close(closeCodes.unsupportedData, 'Only text is taken.');
        if (house.messages.take(name) > 0) {
          return kept?.close(closeCodes.policyViolation, 'More messages come than are taken.');
        }
        guard(house, kept, () => handlers.onMessage?.(data));
      },
      onClose: () => guard(house, kept, () => handlers.onClose?.()),
    };
  });
  return async (c, next) => {
    if (!asksForSocket(c.req.header('upgrade'))) return next();
    assertUpgradeRate(house, c);
    forgetCookiesOfOtherSites(house, c);
    await assertMayPass(c, access);
    assertRoom(house);
    if (c.env?.incoming === undefined || !('wss' in c.env)) {
      throw new AppError('invalid', 'A WebSocket needs a connection of its own.');
    }
    c.set('isSocket', true);
    return upgrade(c, next);
  };
}

/** Lets an open socket in: from here on it is counted, asked for its right to stay, and let out when it closes. */
function settle(
  house: House,
  kept: KeptSocket,
  c: AppContext,
  access: Access,
  accept: AcceptSocket,
): SocketHandlers {
  const { open, recheckEveryMs = defaultRecheckMs } = house;
  const recheck = () => endWhenRefused(c, access, kept);
  const timer = setInterval(recheck, recheckEveryMs);
  timer.unref();
  house.rechecks.add(recheck);
  const leave = () => {
    clearInterval(timer);
    house.rechecks.delete(recheck);
    kept.stopPinging();
    open.delete(kept);
  };
  // Several upgrades may have passed the door together.
  if (house.isStopped || open.size >= house.maxSockets) {
    kept.close(house.isStopped ? closeCodes.goingAway : closeCodes.tryAgainLater);
    return { onClose: leave };
  }
  open.add(kept);
  let handlers: SocketHandlers = {};
  guard(house, kept, () => {
    handlers = accept(kept, c);
  });
  return {
    ...handlers,
    onClose: () => {
      leave();
      handlers.onClose?.();
    },
  };
}

/** A fault of a feature ends the socket it happened on, and nothing else. */
function guard(house: House, kept: KeptSocket | undefined, act: () => void): void {
  try {
    act();
  } catch (error) {
    house.log.error({ err: error }, 'A WebSocket ended because its handler failed');
    kept?.close(closeCodes.internalError);
  }
}

/** A database that cannot be asked just now ends nothing. */
function endWhenRefused(c: AppContext, access: Access, kept: KeptSocket): void {
  stillMay(c, access).then(
    (isAllowed) => isAllowed || kept.close(closeCodes.policyViolation, 'Sign in again.'),
    (error: unknown) => c.get('log')?.warn({ err: error }, 'Whether a WebSocket may stay is not known'),
  );
}

function assertUpgradeRate({ upgrades }: House, c: AppContext): void {
  const waitMs = upgrades.take(networkOf(addressOf(c)));
  if (waitMs === 0) return;
  throw new AppError('rate_limited', 'More connections come from here than this server takes. Slow down.', {
    details: { retryAfterSec: Math.ceil(waitMs / 1000) },
  });
}

/**
 * Browsers open sockets for any page and send our cookies along, so a page of another site is refused; one the settings
 * name is nobody, whatever cookies came with it. A token is never sent by a browser unasked.
 */
function forgetCookiesOfOtherSites({ corsOrigins = [] }: House, c: AppContext): void {
  if (siteOf(c) !== 'foreign' || c.get('principal')?.kind === 'token') return;
  if (!corsOrigins.includes(c.req.header('origin') ?? '')) {
    throw new AppError(
      'forbidden',
      'WebSockets are opened only by the pages of this server, of those in CORS_ORIGINS, and by programs.',
    );
  }
  c.set('principal', { kind: 'nobody' });
  c.set('identifyAgain', async () => ({ kind: 'nobody' }));
}

function assertRoom(house: House): void {
  if (!house.isStopped && house.open.size < house.maxSockets) return;
  house.counters.refused += 1;
  throw new AppError('unavailable', 'No more WebSockets can be served now. MAX_VIEWERS is the limit.', {
    details: { retryAfterSec: retryAfterSec },
  });
}

function refuseStray(): AppMiddleware {
  return async (c, next) => {
    await next();
    if (!asksForSocket(c.req.header('upgrade')) || c.get('isSocket') || c.res.status >= 400) return;
    c.res = c.text('There is no WebSocket at this address.', 400);
  };
}

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

/** How often peers are pinged, and how often their access is checked again. */
const defaultPingMs = 30_000;
const defaultRecheckMs = 30_000;
/** Largest message of a peer; those of our pages are short. */
const maxMessageBytes = 64 * 1024;
/** Time for a peer to answer the closing handshake. */
const closeTimeoutMs = 2_000;
/** New sockets per address: enough for a wall of screens that reconnects after a restart. */
const upgradesOfAddress = { burst: 200, perSec: 10 };
const messagesOfSocket = { burst: 200, perSec: 20 };
/** When a client refused for lack of capacity should retry. */
const retryAfterSec = 10;

export type SocketStats = SocketCounters & {
  open: number;
  /** Upgrades refused for lack of capacity. */
  refused: number;
};

/** Called when a socket has opened; `c` is the upgrade request. */
export type AcceptSocket = (socket: Socket, c: AppContext) => SocketHandlers;

/** All open WebSockets of the process, on any port. */
export type Sockets = {
  /** Receives the upgrades of the listeners. */
  readonly server: WebSocketServer;
  /**
   * The handler of a route that accepts upgrades by callers with `access`; other requests go on to the next handler of the
   * same path. Browsers are accepted from pages of this server, and anonymously from those of `CORS_ORIGINS`.
   */
  route(access: Access, accept: AcceptSocket, options?: { pingEveryMs?: number }): AppMiddleware;
  /** Refuses upgrades at other paths, which would otherwise be answered like a page. */
  refuseStray(): AppMiddleware;
  /** Closes the sockets of callers that have just lost access, without waiting for the next check. */
  recheck(): void;
  stats(): SocketStats;
  /** Accepts no more sockets and closes all open ones (1001). */
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
  // A compressor per socket costs more memory than the short messages are worth.
  perMessageDeflate: false,
};

export function createSockets(options: SocketsOptions): Sockets {
  const hub: SocketHub = {
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
      declareSocket(socketHandler(hub, access, accept, pingEveryMs), access),
    refuseStray,
    recheck: () => {
      for (const recheck of hub.rechecks) recheck();
    },
    stats: () => ({ open: hub.open.size, ...hub.counters }),
    stop: () => {
      hub.isStopped = true;
      for (const socket of hub.open) socket.close(closeCodes.goingAway, 'The server is stopping.');
    },
  };
}

type SocketHub = SocketsOptions & {
  open: Set<KeptSocket>;
  rechecks: Set<() => void>;
  counters: SocketCounters & { refused: number };
  upgrades: ReturnType<typeof createRateLimit>;
  messages: ReturnType<typeof createRateLimit>;
  isStopped: boolean;
  /** Number of sockets so far, which names the next. */
  opened: number;
};

/**
 * Whether a request is a WebSocket upgrade. All others are answered as normal requests: Java's client, for example, offers
 * an upgrade to HTTP/2 with every first request.
 */
export function takesUpgrade({ method, url, headers }: IncomingMessage): boolean {
  if (method !== 'GET' || !url?.startsWith('/') || !asksForSocket(headers.upgrade)) return false;
  return parseHostHeader(headers.host ?? '') !== undefined;
}

function asksForSocket(upgrade: string | undefined): boolean {
  return upgrade?.toLowerCase() === 'websocket';
}

function socketHandler(
  hub: SocketHub,
  access: Access,
  accept: AcceptSocket,
  pingEveryMs: number,
): AppMiddleware {
  const upgrade = upgradeWebSocket((c: AppContext) => {
    let handlers: SocketHandlers = {};
    let kept: KeptSocket | undefined;
    const name = `${hub.opened++}`;
    return {
      onOpen: (_event, { raw }) => {
        const ws = raw as unknown as WebSocket;
        kept = keepSocket(ws, { pingEveryMs, counters: hub.counters, log: c.get('log') ?? hub.log });
        handlers = settle(hub, kept, c, access, accept);
      },
      onMessage: ({ data }) => {
        if (typeof data !== 'string') return kept?.close(closeCodes.unsupportedData, 'Only text is taken.');
        if (hub.messages.take(name) > 0) {
          return kept?.close(closeCodes.policyViolation, 'More messages come than are taken.');
        }
        guard(hub, kept, () => handlers.onMessage?.(data));
      },
      onClose: () => guard(hub, kept, () => handlers.onClose?.()),
    };
  });
  return async (c, next) => {
    if (!asksForSocket(c.req.header('upgrade'))) return next();
    assertUpgradeRate(hub, c);
    ignoreCookiesOfOtherSites(hub, c);
    await assertMayPass(c, access);
    assertRoom(hub);
    if (c.env?.incoming === undefined || !('wss' in c.env)) {
      throw new AppError('invalid', 'A WebSocket needs a connection of its own.');
    }
    c.set('isSocket', true);
    return upgrade(c, next);
  };
}

/** Registers an open socket: it is counted, its access is checked again regularly, and it is removed when it closes. */
function settle(
  hub: SocketHub,
  kept: KeptSocket,
  c: AppContext,
  access: Access,
  accept: AcceptSocket,
): SocketHandlers {
  const { open, recheckEveryMs = defaultRecheckMs } = hub;
  const recheck = () => endWhenRefused(c, access, kept);
  const timer = setInterval(recheck, recheckEveryMs);
  timer.unref();
  hub.rechecks.add(recheck);
  const leave = () => {
    clearInterval(timer);
    hub.rechecks.delete(recheck);
    kept.stopPinging();
    open.delete(kept);
  };
  // Several upgrades may have passed the check at the same time.
  if (hub.isStopped || open.size >= hub.maxSockets) {
    kept.close(hub.isStopped ? closeCodes.goingAway : closeCodes.tryAgainLater);
    return { onClose: leave };
  }
  open.add(kept);
  let handlers: SocketHandlers = {};
  guard(hub, kept, () => {
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

/** An error of a handler closes its own socket only. */
function guard(hub: SocketHub, kept: KeptSocket | undefined, act: () => void): void {
  try {
    act();
  } catch (error) {
    hub.log.error({ err: error }, 'A WebSocket ended because its handler failed');
    kept?.close(closeCodes.internalError);
  }
}

/** A failed check, as while the database is away, closes nothing. */
function endWhenRefused(c: AppContext, access: Access, kept: KeptSocket): void {
  stillMay(c, access).then(
    (isAllowed) => isAllowed || kept.close(closeCodes.policyViolation, 'Sign in again.'),
    (error: unknown) => c.get('log')?.warn({ err: error }, 'The access of a WebSocket could not be checked'),
  );
}

function assertUpgradeRate({ upgrades }: SocketHub, c: AppContext): void {
  const waitMs = upgrades.take(networkOf(addressOf(c)));
  if (waitMs === 0) return;
  throw new AppError('rate_limited', 'More connections come from here than this server takes. Slow down.', {
    details: { retryAfterSec: Math.ceil(waitMs / 1000) },
  });
}

/**
 * Browsers open sockets for pages of any site and send our cookies, so pages of other sites are refused. Those of
 * CORS_ORIGINS are anonymous, whatever cookies they send. A browser never sends a token by itself.
 */
function ignoreCookiesOfOtherSites({ corsOrigins = [] }: SocketHub, c: AppContext): void {
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

function assertRoom(hub: SocketHub): void {
  if (!hub.isStopped && hub.open.size < hub.maxSockets) return;
  hub.counters.refused += 1;
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

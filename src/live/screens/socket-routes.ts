import { Hono } from 'hono';
import { AppError } from '../../kernel/errors.ts';
import type { AppContext, AppEnv } from '../../kernel/http/env.ts';
import { may } from '../../kernel/http/guards/may.ts';
import { closeCodes, type Socket } from '../../kernel/http/server/kept-socket.ts';
import type { Sockets } from '../../kernel/http/server/sockets.ts';
import type { LiveFeed } from './feed.ts';
import { readSubscription, type Subscription } from './subscription.ts';

export type LiveSocketDeps = {
  sockets: Sockets;
  feed: LiveFeed;
  pingEveryMs: number;
  isChannel: (key: string) => boolean;
};

/**
 * The WebSocket of contract S5 at `/` and `/ws/images`, and its first message over HTTP for pages whose socket cannot
 * connect. Must be mounted before the page at `/`.
 */
export function liveSocketRoutes({ sockets, feed, pingEveryMs, isChannel }: LiveSocketDeps): Hono<AppEnv> {
  const wantedBy = (c: AppContext): Subscription =>
    readSubscription(new URL(c.req.url).searchParams, isChannel);
  const accept = (socket: Socket, c: AppContext) => {
    try {
      return feed.join(socket, wantedBy(c));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      socket.close(closeCodes.policyViolation, error.message);
      return {};
    }
  };
  const options = { pingEveryMs };
  return new Hono<AppEnv>()
    .get('/', sockets.route('look', accept, options))
    .get('/ws/images', sockets.route('look', accept, options))
    .get('/live/latest', may('look'), (c) =>
      c.body(feed.snapshot({ ...wantedBy(c), isDetailed: true }), 200, {
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'no-store',
      }),
    );
}

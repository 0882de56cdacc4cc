import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { Log } from '../../log.ts';
import { isAlreadySent } from '../already-sent.ts';
import type { AppEnv } from '../env.ts';

/** Longest path a log line carries. */
const maxLoggedPathLength = 300;

/** Requested by every screen all day; successes are not worth a line. */
const quietPaths = /^\/(?:static|images|thumb|img|health|stream)(?:[/?]|$)/;

/**
 * Gives every request an id (returned as `X-Request-Id`) and a log, and writes one line when it is answered: method, path
 * (still percent-encoded), status, duration in ms, peer. Successful assets are logged at `debug`.
 */
export function requestLog(options: { log: Log }): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const startedAt = performance.now();
    const requestId = randomUUID();
    c.set('requestId', requestId);
    c.set('log', options.log.child({ requestId }));
    await next();
    if (!isAlreadySent(c.res)) c.res.headers.set('x-request-id', requestId);
    const { status } = c.res;
    c.get('log')[levelOf(c.req.method, c.req.path, status)](
      {
        method: c.req.method,
        path: rawPath(c.req.url).slice(0, maxLoggedPathLength),
        status,
        ms: Math.round((performance.now() - startedAt) * 10) / 10,
        peer: c.env?.incoming?.socket?.remoteAddress,
      },
      'request',
    );
  };
}

/** The percent-encoded path, because Hono's own `path` is decoded and can contain anything. Hides the secret of a kiosk link. */
function rawPath(url: string): string {
  const path = /^[a-z]+:\/\/[^/]*([^?]*)/i.exec(url)?.[1] ?? '';
  return path.replace(/^\/kiosk\/.*/, '/kiosk/…');
}

function levelOf(method: string, path: string, status: number): 'debug' | 'info' | 'warn' | 'error' {
  if (status >= 500) return status === 503 ? 'warn' : 'error';
  if (status >= 400) return status === 404 && method === 'GET' ? 'info' : 'warn';
  return method === 'GET' && quietPaths.test(path) ? 'debug' : 'info';
}

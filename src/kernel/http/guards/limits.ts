import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { timeout } from 'hono/timeout';
import { AppError } from '../../errors.ts';
import type { AppEnv } from '../env.ts';

/** Longest request target, path and query together; links with every filter set stay far below. */
const maxUrlBytes = 8 * 1024;

/** Refuses request targets above 8 KB. */
export function urlLimit(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (c.req.url.length > maxUrlBytes) {
      throw new AppError('too_large', `The address of this request is longer than ${maxUrlBytes} bytes.`);
    }
    await next();
  };
}

/**
 * Refuses bodies above `maxBytes` with `too_large`, whatever length they claim. The paths in `besides` have limits of
 * their own.
 */
export function bodySizeLimit(maxBytes: number, besides: readonly string[] = []): MiddlewareHandler<AppEnv> {
  const limit = bodyLimit({
    maxSize: maxBytes,
    onError: () => {
      throw new AppError('too_large', `The body of this request is larger than ${maxBytes} bytes.`, {
        details: { maxBytes },
      });
    },
  });
  // A GET has no body, and asking for one costs the adapter a whole Request object.
  return (c, next) => {
    const isFree = c.req.method === 'GET' || c.req.method === 'HEAD' || besides.includes(c.req.path);
    return isFree ? next() : limit(c, next);
  };
}

/**
 * Answers `unavailable` when no answer has begun within `maxMs`; a body that is already streaming is not cut. The work
 * itself goes on, so the paths in `besides`, whose answers say what was kept, have limits of their own.
 */
export function timeLimit(maxMs: number, besides: readonly string[] = []): MiddlewareHandler<AppEnv> {
  const limit = timeout(maxMs, () => {
    const error = new AppError(
      'unavailable',
      'The server is busy and did not finish this in time. Try again.',
      {
        details: { retryAfterSec: 5 },
      },
    );
    // Hono's middleware only promises to throw what it is given; its type names its own exception.
    return error as never;
  });
  return (c, next) => (besides.includes(c.req.path) ? next() : limit(c, next));
}

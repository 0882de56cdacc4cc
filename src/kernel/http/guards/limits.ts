import type { HonoRequest, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { timeout } from 'hono/timeout';
import { AppError } from '../../errors.ts';
import type { AppEnv } from '../env.ts';

/** Longest path and query; links with every filter set are far below. */
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
 * Refuses bodies above `maxBytes` with `too_large`, whatever length they claim, except for the paths in `except`, which
 * have limits of their own.
 */
export function bodySizeLimit(maxBytes: number, except: readonly string[] = []): MiddlewareHandler<AppEnv> {
  const limit = bodyLimit({
    maxSize: maxBytes,
    onError: () => {
      throw new AppError('too_large', `The body of this request is larger than ${maxBytes} bytes.`, {
        details: { maxBytes },
      });
    },
  });
  // Where the length is known, nobody looks at the body before its route: that would make the adapter build a whole Request
  // object with a stream. A GET has none.
  return (c, next) => {
    const isFree = c.req.method === 'GET' || c.req.method === 'HEAD' || except.includes(c.req.path);
    return isFree || isShort(c.req, maxBytes) ? next() : limit(c, next);
  };
}

/** Whether a request says that its body is no longer than this; the server reads no more of it than it says. */
function isShort(request: HonoRequest, maxBytes: number): boolean {
  const length = request.header('content-length') ?? '';
  return (
    request.header('transfer-encoding') === undefined &&
    /^\d{1,15}$/.test(length) &&
    Number(length) <= maxBytes
  );
}

/**
 * Answers `unavailable` if no answer has begun within `maxMs`; a body that is already streaming is not cut. The work itself
 * continues, so the paths in `except`, whose answers report what was stored, have limits of their own.
 */
export function timeLimit(maxMs: number, except: readonly string[] = []): MiddlewareHandler<AppEnv> {
  const limit = timeout(maxMs, () => {
    const error = new AppError(
      'unavailable',
      'The server is busy and did not finish this in time. Try again.',
      {
        details: { retryAfterSec: 5 },
      },
    );
    // Hono's middleware throws any error it is given, although its type names only its own.
    return error as never;
  });
  return (c, next) => (except.includes(c.req.path) ? next() : limit(c, next));
}

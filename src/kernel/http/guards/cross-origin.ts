import { cors } from 'hono/cors';
import type { AppMiddleware } from '../env.ts';

const preflightSec = 3600;

/** Lets scripts of these web applications read answers and send tokens. Cookies are never shared with them. */
export function crossOrigin(origins: string[]): AppMiddleware {
  return cors({
    origin: origins,
    allowHeaders: ['authorization', 'content-type'],
    exposeHeaders: ['etag', 'retry-after', 'x-request-id'],
    maxAge: preflightSec,
  });
}

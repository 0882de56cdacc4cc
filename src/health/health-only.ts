import { AppError } from '../kernel/errors.ts';
import type { AppMiddleware } from '../kernel/http/env.ts';

const healthPaths = new Set(['/health', '/health/ready', '/metrics']);

/** In a process without pages, refuses every path but health and metrics. */
export function healthOnly(role: string): AppMiddleware {
  return async (c, next) => {
    // The refusal is a page itself and needs its styles.
    if (!healthPaths.has(c.req.path) && !c.req.path.startsWith('/static/'))
      throw new AppError(
        'not_found',
        `This process has the role ${role} and shows no pages; it answers ${[...healthPaths].join(', ')}. Pages are served by a process with ROLE=web or ROLE=all.`,
      );
    await next();
  };
}

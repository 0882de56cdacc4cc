import { routePath } from 'hono/route';
import { Histogram, type Registry } from 'prom-client';
import type { AppMiddleware } from '../kernel/http/env.ts';

/** Durations kept between two samples; of a busier half minute only the first ones count. */
const maxRecent = 5_000;
const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export type RequestTimes = {
  /** Measures every request until its answer begins, that of a stream until its head is sent. */
  measure: AppMiddleware;
  /** 95th percentile of the requests since the last call; null if there were none. */
  takeP95Ms(): number | null;
};

/**
 * Labels times by the route pattern such as `/inspections/:id`, never by the requested address, so that there are only as
 * many labels as routes.
 */
export function createRequestTimes(registry: Registry): RequestTimes {
  let recent: number[] = [];
  const seconds = new Histogram({
    name: 'linesight_http_request_duration_seconds',
    help: 'Time from a request to the beginning of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  return {
    measure: async (c, next) => {
      const startedAt = performance.now();
      await next();
      const ms = performance.now() - startedAt;
      const path = routePath(c, -1);
      const route = path === '/*' || path === '*' ? 'none' : path;
      const method = knownMethods.has(c.req.method) ? c.req.method : 'other';
      seconds.observe({ method, route, status: `${Math.floor(c.res.status / 100)}xx` }, ms / 1000);
      if (recent.length < maxRecent) recent.push(ms);
    },
    takeP95Ms: () => {
      const sorted = recent.sort((a, b) => a - b);
      recent = [];
      return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null;
    },
  };
}

import { routePath } from 'hono/route';
import { Histogram, type Registry } from 'prom-client';
import type { AppMiddleware } from '../kernel/http/env.ts';

/** Durations kept between two samples; a busier half minute is judged by its first ones. */
const maxRecent = 5_000;
const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export type RequestTimes = {
  /** Times every request until its answer begins; a stream counts until its head is sent. */
  measure: AppMiddleware;
  /** The time within which 95 of 100 requests since the last call were answered; null without any. */
  takeP95Ms(): number | null;
};

/**
 * Times by the pattern of the route, never by the address that was asked: `/inspections/:id` is one of as many labels
 * as there are routes, however many images there are and whatever strangers ask for.
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

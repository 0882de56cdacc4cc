import type { Hono } from 'hono';
import type { AppEnv } from '../kernel/http/env.ts';
import type { Renderer } from '../kernel/http/render.ts';
import type { Topics } from '../kernel/stream/topics.ts';
import { retentionApiRoutes } from './api.ts';
import type { Retention } from './retention.ts';
import { retentionRoutes } from './routes.ts';

/** The Retention page and its interface. */
export function mountRetention(options: {
  retention: Retention;
  renderer: Renderer;
  topics: Topics;
}): Hono<AppEnv>[] {
  return [retentionRoutes(options), retentionApiRoutes(options.retention)];
}

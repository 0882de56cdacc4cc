import type { Hono } from 'hono';
import type { AppEnv } from '../kernel/http/env.ts';
import { activityRoutes } from './api/activity-routes.ts';
import { metricsRoutes } from './api/metrics-routes.ts';
import { boardRoutes } from './pages/board-routes.ts';
import type { ProductivityPageDeps } from './pages/page-deps.ts';
import { timelineRoutes } from './pages/timeline-routes.ts';

/** Pages and interfaces of productivity. */
export function mountProductivity(deps: ProductivityPageDeps): Hono<AppEnv>[] {
  return [activityRoutes(deps), metricsRoutes(deps), boardRoutes(deps), timelineRoutes(deps)];
}

import type { Hono } from 'hono';
import type { AppEnv } from '../kernel/http/env.ts';
import { activityRoutes } from './api/activity-routes.ts';
import { metricsRoutes } from './api/metrics-routes.ts';
import { boardRoutes } from './pages/board-routes.ts';
import { handoverRoutes } from './pages/handover-routes.ts';
import { oeeRoutes } from './pages/oee-routes.ts';
import { defineOutputTiles } from './pages/output-tiles.ts';
import type { ProductivityPageDeps } from './pages/page-deps.ts';
import { stopRoutes } from './pages/stop-routes.ts';
import { timelineRoutes } from './pages/timeline-routes.ts';
import { waysRoutes } from './pages/ways-routes.ts';

/** Pages and interfaces of productivity. */
export function mountProductivity(deps: ProductivityPageDeps): Hono<AppEnv>[] {
  defineOutputTiles(deps);
  return [
    activityRoutes(deps),
    metricsRoutes(deps),
    boardRoutes(deps),
    timelineRoutes(deps),
    oeeRoutes(deps),
    stopRoutes(deps),
    handoverRoutes(deps),
    waysRoutes(deps),
  ];
}

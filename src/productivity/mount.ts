import type { Hono } from 'hono';
import type { AppEnv } from '../kernel/http/env.ts';
import { activityRoutes } from './api/activity-routes.ts';
import type { ProductivityDeps } from './deps.ts';

/** Pages and interfaces of productivity. */
export function mountProductivity(deps: ProductivityDeps): Hono<AppEnv>[] {
  return [activityRoutes(deps)];
}

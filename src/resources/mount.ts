import type { Hono } from 'hono';
import type { AppEnv } from '../kernel/http/env.ts';
import type { ResourceDeps } from './deps.ts';
import { fileRoutes } from './file-routes.ts';
import { lineRoutes } from './line-routes.ts';
import { modelRoutes } from './model-routes.ts';
import { plantApi } from './plant-api.ts';
import { workerRoutes } from './worker-routes.ts';

/** Pages and interfaces of what a plant consists of, besides its stations and shifts. */
export function mountResources(deps: ResourceDeps): Hono<AppEnv>[] {
  return [lineRoutes(deps), workerRoutes(deps), modelRoutes(deps), fileRoutes(deps), plantApi(deps)];
}

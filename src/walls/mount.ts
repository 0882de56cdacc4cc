import type { Hono } from 'hono';
import type { AppEnv } from '../kernel/http/env.ts';
import { type WallDeps, wallRoutes } from './routes.ts';

/** The pages of walls. */
export function mountWalls(deps: WallDeps): Hono<AppEnv> {
  return wallRoutes(deps);
}

import type { Hono } from 'hono';
import type { AppEnv } from '../kernel/http/env.ts';
import { type ShiftDeps, shiftRoutes } from './routes.ts';

/** The page of a site's shifts, and what programs read of them. */
export function mountShifts(deps: ShiftDeps): Hono<AppEnv> {
  return shiftRoutes(deps);
}

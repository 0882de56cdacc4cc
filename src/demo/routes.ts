import { Hono } from 'hono';
import { may } from '../kernel/http/access.ts';
import { redirectBack } from '../kernel/http/back.ts';
import type { AppEnv } from '../kernel/http/env.ts';
import type { Demo } from './demo.ts';

/** The button that starts the demo plant; its images appear on the Inspections page by themselves. */
export function demoRoutes(demo: Demo): Hono<AppEnv> {
  return new Hono<AppEnv>().post('/demo/start', may('change'), async (c) => {
    await demo.start();
    return redirectBack(c, '/inspections');
  });
}

import type { Hono } from 'hono';
import type { AppEnv } from '../kernel/http/env.ts';
import { type AlertDeps, alertRoutes } from './routes.ts';
import { type TargetDeps, targetRoutes } from './target-routes.ts';

/** The pages of alarms and of target yields. */
export function mountAlerts(
  options: Omit<AlertDeps, 'onChanged'> &
    Omit<TargetDeps, 'onChanged'> & {
      /** These stations, or all of them, are judged again now; pages follow. */
      judgeAgain: (stationIds: readonly number[] | undefined) => Promise<void>;
    },
): Hono<AppEnv>[] {
  const { judgeAgain, ...parts } = options;
  return [
    alertRoutes({ ...parts, onChanged: judgeAgain }),
    targetRoutes({ ...parts, onChanged: () => judgeAgain(undefined) }),
  ];
}

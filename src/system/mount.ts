import type { Hono } from 'hono';
import type { ScheduledBackups } from '../kernel/db/sqlite/scheduled-backups.ts';
import type { AppEnv } from '../kernel/http/env.ts';
import type { Renderer } from '../kernel/http/render.ts';
import type { Listeners } from '../kernel/http/server/listeners.ts';
import type { Tls } from '../kernel/http/server/tls.ts';
import { mapFairly } from '../kernel/jobs/map-fairly.ts';
import type { Topics } from '../kernel/stream/topics.ts';
import type { Clock } from '../kernel/time/clock.ts';
import { backupRoutes } from './backup-routes.ts';
import { systemRoutes } from './routes.ts';
import type { System } from './system.ts';
import type { DiskView } from './views.ts';

/** As retention measures it. */
type MeasuredDisk = { folders: string[]; usedBytes: number; totalBytes: number; usedRate: number };

/** The System page, the Backups page, and `/metrics`. */
export function mountSystem(options: {
  system: System;
  listeners: Listeners;
  tls: Tls | undefined;
  /** Disks as retention judges them. */
  retention: {
    readonly disks: readonly (MeasuredDisk & { state: string })[];
    forecastDisk(disk: MeasuredDisk): Promise<DiskView['forecast']>;
  };
  backups: ScheduledBackups;
  /** The database file; undefined where a database server has the data. */
  dbPath: string | undefined;
  renderer: Renderer;
  topics: Topics;
  clock: Clock;
}): Hono<AppEnv>[] {
  const { system, listeners, tls, retention, backups, dbPath, renderer, topics, clock } = options;
  const pages = systemRoutes({
    renderer,
    topics,
    system,
    clock,
    disks: () =>
      mapFairly(retention.disks, async (disk) => ({ ...disk, forecast: await retention.forecastDisk(disk) })),
    lastBackup: () => {
      if (dbPath === undefined) return null;
      const { newestAt, newestBytes, fault } = backups.stats();
      return { at: newestAt, bytes: newestBytes, fault };
    },
    fullDisks: () => retention.disks.filter(({ state }) => state === 'stuck'),
    ways: () => ({ listeners: listeners.list(), certificate: tls?.status() ?? null }),
  });
  return [pages, backupRoutes({ renderer, backups, dbPath })];
}

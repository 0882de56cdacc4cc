import type { Publish } from '../events.ts';
import type { HealthPart } from '../kernel/health-part.ts';
import type { Log } from '../kernel/log.ts';
import type { Bus } from '../kernel/processes/bus/bus.ts';
import type { RetentionPolicy } from '../kernel/retention-policy.ts';
import type { Config } from '../kernel/settings/config.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { Sites } from '../plant/sites.ts';
import type { Db } from '../schema/db.ts';
import { forwardRuns } from './forward-run.ts';
import { createRetention, type Retention } from './retention.ts';

/** Retention as the settings have it, with the policies of all features in the order they are applied. */
export function openRetention(options: {
  policies: readonly RetentionPolicy[];
  /** Folders whose disks are watched. */
  folders: () => readonly string[];
  /** Whether this process sweeps the site's folder: that process cleans up. */
  sweepsHere: () => boolean;
  config: Config;
  db: Db;
  sites: Sites;
  bus: Bus;
  publish: Publish;
  clock: Clock;
  log: Log;
}): Retention {
  const { policies, folders, sweepsHere, config, db, sites, bus, publish, clock, log } = options;
  const siteId = sites.own.id;
  const retention = createRetention({
    db,
    siteId,
    policies,
    folders,
    marks: { high: config.diskHighPercent / 100, low: config.diskLowPercent / 100 },
    timeOfDay: config.retentionAt,
    clock,
    wallClock: sites.wallClock,
    log,
    onChanged: () => publish('retention.changed', undefined),
    onRemoved: (policy, { count, bytes }) => publish('retention.removed', { policy, count, bytes }),
    isLeader: sweepsHere,
    forwardRun: forwardRuns(bus, {
      siteId,
      run: () => {
        if (sweepsHere()) retention.run();
      },
    }),
  });
  return retention;
}

/** Retention as `/health` reports it: not well while a disk is too full and nothing more may be deleted. */
export function healthOfRetention({ disks, lastRunAt }: Retention): HealthPart {
  return {
    ok: disks.every(({ state }) => state !== 'stuck'),
    required: false,
    detail: { lastRunAt, disks },
  };
}

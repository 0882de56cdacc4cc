import type { Hono } from 'hono';
import type { ScheduledBackups } from '../kernel/db/sqlite/scheduled-backups.ts';
import type { HealthPart } from '../kernel/health-part.ts';
import type { AppEnv } from '../kernel/http/env.ts';
import type { Listeners } from '../kernel/http/server/listeners.ts';
import type { Sockets } from '../kernel/http/server/sockets.ts';
import type { Tls, TlsStatus } from '../kernel/http/server/tls.ts';
import type { DataPaths } from '../kernel/storage/data-paths.ts';
import type { Topics } from '../kernel/stream/topics.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { Db } from '../schema/db.ts';
import { checkDatabase, checkStorage } from './check.ts';
import { healthRoutes } from './routes.ts';

type HealthMount = {
  db: Db;
  paths: DataPaths;
  backups: ScheduledBackups;
  listeners: Listeners;
  tls: Tls | undefined;
  sockets: Sockets;
  topics: Topics;
  /** What the features report of themselves. */
  parts: Record<'retention' | 'sources' | 'live' | 'events' | 'predictions' | 'thumbnails', () => HealthPart>;
  /** Whether answers are about the plant and not about a start under way. */
  isReady: () => boolean;
  version: string;
  startedAt: number;
  clock: Clock;
};

/** `/health` and `/health/ready`. */
export function mountHealth(options: HealthMount): Hono<AppEnv> {
  const { version, startedAt, clock, isReady } = options;
  return healthRoutes({
    version,
    startedAt,
    now: () => clock.now(),
    check: () => checkParts(options),
    isReady,
  });
}

async function checkParts(options: HealthMount): Promise<Record<string, HealthPart>> {
  const { db, paths, backups, listeners, tls, sockets, topics, parts } = options;
  const isKept = !paths.notes.some(({ key }) => key === 'unwritable');
  return {
    database: await checkDatabase(db),
    storage: await checkStorage(paths.stateDir, { isKept }),
    retention: parts.retention(),
    sources: parts.sources(),
    listeners: optional(listeners.list()),
    ...(tls && { certificate: certificatePart(tls.status()) }),
    live: parts.live(),
    events: parts.events(),
    predictions: parts.predictions(),
    sockets: optional(sockets.stats()),
    stream: optional(topics.stats()),
    thumbnails: parts.thumbnails(),
    backups: optional(backups.stats(), backups.stats().fault === null),
  };
}

function optional(detail: unknown, ok = true): HealthPart {
  return { ok, required: false, detail };
}

/** What a monitor should watch: whether browsers accept the certificate, and for how long. */
function certificatePart({ state, daysLeft, validTo, fault }: TlsStatus): HealthPart {
  return optional({ state, daysLeft, validTo, fault }, state === 'valid' && fault === null);
}

import { statfs } from 'node:fs/promises';
import { sql } from 'drizzle-orm';
import type { Hono } from 'hono';
import { type HealthPart, healthRoutes } from './health/routes.ts';
import { inspectionApiRoutes } from './inspections/api.ts';
import { inspectionCompatRoutes } from './inspections/compat.ts';
import type { InspectionDeps } from './inspections/deps.ts';
import { readOverview } from './inspections/read-overview.ts';
import { inspectionRoutes } from './inspections/routes.ts';
import { sourceRoutes } from './inspections/source-routes.ts';
import { stationRoutes } from './inspections/station-routes.ts';
import { sparkline } from './kernel/charts/sparkline.ts';
import type { AppEnv } from './kernel/http/env.ts';
import { overviewRoutes } from './overview/routes.ts';
import type { Services } from './services.ts';
import { preferenceRoutes } from './settings/preferences.ts';
import { settingsRoutes } from './settings/routes.ts';

/** Less free space than this, and the next batch may not be kept. */
const minFreeBytes = 64 * 1024 * 1024;

/** One mount a feature; the live topics come last, when every feature has defined its own. */
export function createRoutes(services: Services): Hono<AppEnv>[] {
  const { config, renderer, topics, sources, reads, clock } = services;
  const deps: InspectionDeps = {
    reads,
    sources,
    readPixels: async () => null,
    renderer,
    topics,
    settings: {
      ngPreviewCount: config.ngPreviewCount,
      pattern: config.origins.filenameRegex === 'default' ? null : config.filenameRegex,
      demoOffered: config.demo,
      thumbMaxDim: config.thumbMaxDim,
    },
  };
  const features = [
    services.staticFiles.routes(),
    inspectionRoutes(deps),
    stationRoutes(deps),
    sourceRoutes(deps),
    inspectionCompatRoutes(deps),
    inspectionApiRoutes(deps),
    overviewRoutes({
      renderer,
      topics,
      readStations: () => readOverview(reads),
      readContext: async () => {
        const list = sources.list();
        return {
          now: clock.now(),
          drawSparkline: (values) => sparkline({ values }),
          sources: { total: list.length, online: list.filter(({ state }) => state !== 'offline').length },
          badImageCount: (await reads.inspections.listBadImages(1)).totalCount,
        };
      },
    }),
    settingsRoutes({ renderer, config, warnings: services.warnings, version: services.version }),
    preferenceRoutes(),
    healthRoutes({
      version: services.version,
      now: () => clock.now(),
      startedAt: services.startedAt,
      check: () => checkHealth(services),
    }),
  ];
  return [...features, topics.routes()];
}

async function checkHealth(services: Services): Promise<Record<string, HealthPart>> {
  const list = services.sources.list();
  const isKept = !services.places.notes.some(({ key }) => key === 'unwritable');
  return {
    database: { ok: isKept && (await answers(services)), required: true },
    storage: { ok: await hasSpace(services.places.stateDir), required: true },
    sources: { ok: list.every(({ state }) => state !== 'offline'), required: false, detail: list },
    stream: { ok: true, required: false, detail: services.topics.stats() },
  };
}

async function answers({ db }: Services): Promise<boolean> {
  try {
    await db.read.get(sql`select 1`);
    return true;
  } catch {
    return false;
  }
}

async function hasSpace(path: string): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize >= minFreeBytes;
  } catch {
    return false;
  }
}

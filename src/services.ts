import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Hono } from 'hono';
import type { Publish } from './events.ts';
import { createInspectionReads, type InspectionReads } from './inspections/reads.ts';
import { startSequenceChecks } from './inspections/sequence-checks.ts';
import { createSources, type Sources } from './inspections/sources.ts';
import type { Clock } from './kernel/clock.ts';
import type { Config } from './kernel/config.ts';
import type { AppEnv } from './kernel/http/env.ts';
import { htmxFiles } from './kernel/http/htmx-files.ts';
import type { Renderer } from './kernel/http/render.ts';
import { loadStaticFiles, type StaticFiles } from './kernel/http/static.ts';
import { createI18n, type I18n } from './kernel/i18n/i18n.ts';
import type { Log } from './kernel/log.ts';
import { createTopics, type Topics } from './kernel/stream/topics.ts';
import { createWallClock } from './kernel/time-zone.ts';
import { createPageRenderer } from './page-renderer.ts';
import { type Places, settlePlaces } from './places.ts';
import { createPublish } from './reactions.ts';
import { createRoutes } from './routes.ts';
import { type Db, openSqliteDb } from './schema/db.ts';

const minuteMs = 60_000;
const secondMs = 1_000;

/** Every long-lived object of the process. */
export type Services = {
  config: Config;
  warnings: string[];
  version: string;
  startedAt: number;
  log: Log;
  clock: Clock;
  places: Places;
  db: Db;
  reads: InspectionReads;
  sources: Sources;
  i18n: I18n;
  renderer: Renderer;
  staticFiles: StaticFiles;
  topics: Topics;
  publish: Publish;
  /** The routes of every feature, in the order they are mounted. */
  routes(): Hono<AppEnv>[];
  /** Begins to watch and to work; pages are answered before that already. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** Builds everything once, from the settings to the features; nothing moves before `start`. */
export async function createServices(options: {
  config: Config;
  warnings: string[];
  log: Log;
  clock: Clock;
}): Promise<Services> {
  const { config, log, clock } = options;
  const places = settlePlaces(config);
  for (const note of places.notes) log.warn(note.values, `Folders: ${note.key}`);
  const db = openSqliteDb(places.dbPath);
  const reads = await createInspectionReads(db, clock, createWallClock(config.siteTimeZone));
  const i18n = createI18n(fromRoot('views/locales'), { log });
  const staticFiles = loadStaticFiles({ dir: fromRoot('static'), extraFiles: htmxFiles });
  const version = `${productVersion()}+${staticFiles.version}`;
  const topics = createTopics({ clock, log, version, maxViewers: config.maxViewers });
  const renderer = createPageRenderer({
    config,
    i18n,
    asset: staticFiles.asset,
    version,
    clock,
    notes: () => places.notes,
  });
  const publish = createPublish(
    {
      'inspections.recorded': [() => checks.wake()],
      'sources.changed': [],
      'images.changed': [],
      'sequences.checked': [],
    },
    topics.publish,
  );
  const checks = startSequenceChecks({ db, log, onChecked: () => publish('sequences.checked', undefined) });
  const sources = createSources({
    db,
    dbPath: places.dbPath,
    folders: reads.folders,
    clock,
    log,
    scan: {
      minFileAgeMs: config.minFileAgeSec * secondMs,
      recentMs: config.recentMtimeMin * minuteMs,
      pollIntervalMs: config.pollIntervalSec * secondMs,
      reconcileIntervalMs: config.reconcileIntervalMin * minuteMs,
    },
    watchMode: config.watchMode,
    patternSource: config.filenameRegex,
    exclude: config.exclude,
    timeZone: config.siteTimeZone,
    onRecorded: (recorded) => publish('inspections.recorded', recorded),
    onStatus: () => publish('sources.changed', undefined),
  });
  const services: Services = {
    ...options,
    version,
    startedAt: clock.now(),
    places,
    db,
    reads,
    sources,
    i18n,
    renderer,
    staticFiles,
    topics,
    publish,
    routes: () => createRoutes(services),
    start: () => sources.watch(places.watchDir),
    stop: async () => {
      await sources.stop();
      await checks.stop();
      await db.close();
    },
  };
  return services;
}

function fromRoot(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

function productVersion(): string {
  const { version } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')) as { version: string };
  return version;
}

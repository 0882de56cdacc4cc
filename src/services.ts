import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Access, createAccess } from './access/access.ts';
import { createDemo, type Demo } from './demo/demo.ts';
import { createEventBus, mergeMessages } from './event-bus.ts';
import type { Publish } from './events.ts';
import type { InspectionDeps } from './inspections/deps.ts';
import { startSequenceChecks } from './inspections/gaps/check-gaps.ts';
import { type Images, startImages } from './inspections/images/start-images.ts';
import { createInspectionReads } from './inspections/reads.ts';
import { startFolderRefresh } from './inspections/recording/folders.ts';
import { createRootLocations, type RootLocations } from './inspections/watching/root-locations.ts';
import { createSources, type Sources, type SourcesOptions } from './inspections/watching/sources.ts';
import { type ScheduledBackups, startScheduledBackups } from './kernel/db/sqlite/scheduled-backups.ts';
import { createPageRenderer } from './kernel/http/page-renderer.ts';
import { createEntrances, type Entrances } from './kernel/http/server/entrances.ts';
import { htmxFiles, loadStaticFiles, type StaticFiles } from './kernel/http/server/static-files.ts';
import { createI18n, type I18n } from './kernel/i18n/i18n.ts';
import type { Log } from './kernel/log.ts';
import { joinInstallation } from './kernel/processes/installation.ts';
import { processName } from './kernel/processes/process-name.ts';
import type { Config } from './kernel/settings/config.ts';
import { dutiesOf } from './kernel/settings/role.ts';
import { type DataPaths, resolveDataPaths } from './kernel/storage/data-paths.ts';
import { createTopics, type Topics } from './kernel/stream/topics.ts';
import type { Clock } from './kernel/time/clock.ts';
import type { LiveImages } from './live/images/live-images.ts';
import type { Live } from './live/live.ts';
import { openLive } from './live/open-live.ts';
import { type LiveScreens, openScreens } from './live/screens/screens.ts';
import { openRetention } from './open-retention.ts';
import {
  backupSettings,
  demoSettings,
  pageSettings,
  scanSettings,
  systemLimits,
  thumbnailSettings,
} from './part-settings.ts';
import { siteParam, stationHref } from './plant/links.ts';
import { openSites } from './plant/open-sites.ts';
import { productReactions } from './reactions.ts';
import type { Retention } from './retention/retention.ts';
import { type Db, openDb } from './schema/db.ts';
import { sections } from './sections.ts';
import { readSystemState, type SystemParts } from './system/read-state.ts';
import { type System, startSystem } from './system/system.ts';

/** What a process is started with. */
export type ServiceOptions = { config: Config; warnings: string[]; log: Log; clock: Clock };

/** Every long-lived object of the process. */
export type Services = ServiceOptions &
  Entrances & {
    version: string;
    startedAt: number;
    paths: DataPaths;
    db: Db;
    backups: ScheduledBackups;
    access: Access;
    i18n: I18n;
    staticFiles: StaticFiles;
    inspections: InspectionDeps;
    demo: Demo;
    images: Images;
    live: Live;
    liveImages: LiveImages;
    screens: LiveScreens;
    system: System;
    retention: Retention;
    publish: Publish;
    /** Begins to watch and to work; pages are answered before that already. */
    start(): Promise<void>;
    stop(): Promise<void>;
  };

/** Builds everything once, from the settings to the features; nothing moves before `start`. */
export async function createServices(options: ServiceOptions): Promise<Services> {
  const { config, log, clock } = options;
  const staticFiles = loadStaticFiles({ dir: fromRoot('static'), extraFiles: htmxFiles });
  const version = `${productVersion()}+${staticFiles.version}`;
  const topics = createTopics({ clock, log, version, maxViewers: config.maxViewers });
  const entrances = await createEntrances(options, topics.stop);
  const paths = resolveDataPaths(config);
  const i18n = createI18n(fromRoot('views/locales'), { log });
  for (const { key, values } of paths.notes) log.warn(values, i18n.t('en')(`notes.${key}`, values));
  const { db, notes: databaseNotes } = await openDb({ ...paths.database, clock, log });
  const backups = startScheduledBackups({ ...backupSettings(config, paths), clock, log });
  const { bus, singletons, duties } = await joinInstallation({
    config,
    databaseUrl: paths.database.url,
    merge: mergeMessages,
    log,
  });
  const events = createEventBus({ bus, fragments: topics, log });
  const { publish } = events;
  const grown = () => publish('plant.grown', undefined);
  const reads = await createInspectionReads(db, clock, await openSites(options, db), grown);
  const { sockets } = entrances;
  const checks = startSequenceChecks({
    ...{ db, sites: reads.sites, log, isDuty: duties.checksSequences },
    onChecked: () => publish('sequences.checked', undefined),
  });
  const folderRefresh = startFolderRefresh(reads.folders, log);
  const access = await openAccess(options, db, reads, () => publish('access.changed', undefined));
  const sources = openSources(options, paths, { db, reads, bus, singletons, publish });
  const rootLocations = createRootLocations({ db, sites: reads.sites, clock, watched: sources.rootPaths });
  const further = { findLocation: rootLocations.find, looksAgain: duties.looksAgainAtImages };
  const images = openImages(options, paths, { db, reads, publish, ...further });
  const { live, liveImages } = await openLive({
    config,
    paths,
    db,
    bus,
    reads,
    store: images.thumbnails,
    publish,
    clock,
    log,
  });
  const screens = openScreens({ source: live, clock, version, pingEveryMs: config.wsPingInterval });
  const retention = openRetention({
    ...{ config, paths, clock, log, db, reads, sources, images, live },
    onChanged: () => publish('retention.changed', undefined),
    onRemoved: (policy, { count, bytes }) => publish('retention.removed', { policy, count, bytes }),
    bus,
  });
  const parts = systemParts({
    ...{ sources, db, topics, images, paths, screens, cleanedUpAt: () => retention.lastRunAt },
  });
  const system = openSystem(options, version, parts, () => publish('system.sampled', undefined));
  const demo = createDemo({
    ...{ ...demoSettings(config, paths), clock, log, watch: sources.watch, watchLive: live.watchFolder },
  });
  const notes = () => [
    ...(config.access === 'open' ? [openNote] : []),
    ...[...paths.notes, ...databaseNotes(), ...(demo.isRunning ? [demoNote(demo)] : [])],
  ];
  const face = { asset: staticFiles.asset, ownSite: reads.sites.ownLabel, notes };
  const renderer = createPageRenderer({ sections, config, i18n, version, clock, ...face });
  events.connect({
    reactions: productReactions({ checks, images, system, topics, sockets, live, screens }),
    refresh: reads.refresh,
  });
  return {
    ...options,
    version,
    startedAt: clock.now(),
    ...{
      paths,
      db,
      backups,
      access,
      i18n,
      staticFiles,
      publish,
      demo,
      images,
      live,
      liveImages,
      system,
      retention,
    },
    ...{ screens, ...entrances },
    inspections: {
      reads,
      sources,
      locations: rootLocations,
      readPixels: images.readPixels,
      renderer,
      topics,
      settings: pageSettings(config, demo),
    },
    start: async () => {
      bus.open();
      await duties.begin();
      // There may be a site now that the others have not heard of.
      grown();
      // Live folders are watched by the process that sweeps.
      if (config.role !== 'cameras') await sources.watch(paths.watchDir, live.watch);
      await demo.resume();
      retention.start();
    },
    stop: async () => {
      const parts = [folderRefresh, retention, system, demo, sources, live, images, checks, backups];
      for (const part of [...parts, singletons, bus]) await part.stop();
      await db.close();
    },
  };
}

const openNote = { key: 'open' as const, values: {} };

/** Who may use the product; an unattended installation gets its first user before anybody can ask for anything. */
async function openAccess(
  { config, clock, log }: ServiceOptions,
  db: Db,
  reads: InspectionDeps['reads'],
  onChanged: () => void,
): Promise<Access> {
  const { inspections, names, sites } = reads;
  const stationPageOf = async (id: number) => {
    const found = await inspections.find(id);
    const site = found && siteParam(sites.tagOf(names.siteIdOf(found.stationId)));
    return found && stationHref(found.station, { site });
  };
  const access = createAccess({ db, sites, clock, log, config, stationPageOf, onChanged });
  await access.setUp.begin();
  return access;
}

/** The watched folders; what they find and how they are is told to everybody. */
function openSources(
  { config, clock, log }: ServiceOptions,
  paths: DataPaths,
  {
    reads,
    publish,
    ...parts
  }: Pick<SourcesOptions, 'db' | 'bus' | 'singletons'> &
    Pick<Services, 'publish'> &
    Pick<InspectionDeps, 'reads'>,
): Sources {
  return createSources({
    ...parts,
    siteId: reads.sites.own.id,
    folders: reads.folders,
    database: paths.database,
    clock,
    log,
    sweeps: dutiesOf(config.role).sweeps,
    processName,
    ...scanSettings(config),
    onRecorded: (recorded) => publish('inspections.recorded', recorded),
    onStatus: () => publish('sources.changed', undefined),
  });
}

/** Thumbnails and the images behind them. */
function openImages(
  { config, clock, log }: ServiceOptions,
  paths: DataPaths,
  parts: Pick<Services, 'db' | 'publish'> &
    Pick<InspectionDeps, 'reads'> & { findLocation: RootLocations['find']; looksAgain: () => boolean },
): Images {
  const { publish, ...rest } = parts;
  return startImages({
    ...thumbnailSettings(config, paths),
    ...{ ...rest, clock, log },
    onChanged: () => publish('images.changed', undefined),
  });
}

function openSystem(
  { config, clock, log }: ServiceOptions,
  version: string,
  parts: SystemParts,
  onSample: () => void,
): System {
  const readState = () => readSystemState(parts);
  return startSystem({ limits: systemLimits(config), version, clock, log, readState, onSample });
}

/** What each part tells the System page and Prometheus about itself. */
function systemParts({
  sources,
  db,
  topics,
  images,
  paths,
  screens,
  cleanedUpAt,
}: Pick<Services, 'db' | 'images' | 'paths' | 'screens'> &
  Pick<SystemParts, 'cleanedUpAt'> & { sources: Sources; topics: Topics }): SystemParts {
  return {
    listSources: sources.list,
    pendingWrites: db.pendingWrites,
    streams: topics.stats,
    live: screens.totals,
    thumbnails: () => {
      const { disk, waitingViewers, waitingAhead } = images.thumbnails.stats();
      const waiting = waitingViewers + waitingAhead;
      return { bytes: disk.bytes, waiting, drawTimes: images.thumbnails.drawTimes() };
    },
    cleanedUpAt,
    dbPath: db.dialect === 'sqlite' ? paths.dbPath : undefined,
    stateDir: paths.stateDir,
  };
}

function demoNote({ dir }: Demo) {
  return { key: 'demo' as const, values: { folder: dir } };
}

function fromRoot(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

function productVersion(): string {
  const { version } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')) as { version: string };
  return version;
}

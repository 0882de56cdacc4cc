import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Access, createAccess } from './access/access.ts';
import { createAuditPolicy } from './access/audit-policy.ts';
import { createDemo, type Demo } from './demo/demo.ts';
import { findOverlap } from './demo/find-overlap.ts';
import { createEventBus, mergeMessages } from './event-bus.ts';
import type { Publish } from './events.ts';
import { type Inspections, openInspections } from './inspections/open-inspections.ts';
import { createInspectionSearch } from './inspections/pages/search/search-inspections.ts';
import { createStationTiles } from './inspections/pages/walls/station-tiles.ts';
import { createCopiesPolicy } from './kernel/db/sqlite/copies-policy.ts';
import { type ScheduledBackups, startScheduledBackups } from './kernel/db/sqlite/scheduled-backups.ts';
import { createPageRenderer } from './kernel/http/page-renderer.ts';
import type { Renderer } from './kernel/http/render.ts';
import { createEntrances, type Entrances } from './kernel/http/server/entrances.ts';
import { htmxFiles, loadStaticFiles, type StaticFiles } from './kernel/http/server/static-files.ts';
import { createFormat } from './kernel/i18n/format.ts';
import { createI18n, type I18n } from './kernel/i18n/i18n.ts';
import type { Log } from './kernel/log.ts';
import { joinInstallation } from './kernel/processes/installation.ts';
import type { Config } from './kernel/settings/config.ts';
import { type DataPaths, resolveDataPaths } from './kernel/storage/data-paths.ts';
import { createTopics, type Topics } from './kernel/stream/topics.ts';
import type { Clock } from './kernel/time/clock.ts';
import { hourMs } from './kernel/time/durations.ts';
import type { LiveImages } from './live/images/live-images.ts';
import type { Live } from './live/live.ts';
import { openLive } from './live/open-live.ts';
import { createPictureTiles } from './live/pages/picture-tiles.ts';
import { createLiveSearch } from './live/pages/search-live.ts';
import { openLivePolicy } from './live/retention/open-live-policy.ts';
import { type LiveScreens, openScreens } from './live/screens/screens.ts';
import { helpHref } from './manual/help-links.ts';
import { type PlantNow, plantNow } from './overview/plant-now.ts';
import { createPlantSign } from './overview/plant-sign.ts';
import { createPlantTiles } from './overview/plant-tile.ts';
import type { SearchSource } from './plant/contributions/search-source.ts';
import { openSites } from './plant/open-sites.ts';
import { createPlantFiles, type PlantFiles } from './plant/plant-file/plant-file.ts';
import { createRecordStations, type RecordStations } from './plant/record-stations.ts';
import { createLines, type Lines } from './plant/resources/lines.ts';
import type { Sites } from './plant/sites.ts';
import type { WallTileKind } from './plant/walls/wall-tile.ts';
import { openPredictions, type Predictions } from './predictions/open-predictions.ts';
import { listEventWays } from './productivity/event-ways.ts';
import { openProductivity, type Productivity } from './productivity/open-productivity.ts';
import { createOutputTiles } from './productivity/pages/output-tiles.ts';
import { createActivitySearch } from './productivity/pages/search-activity.ts';
import { productReactions } from './reactions.ts';
import { startFollowingImports } from './resources/follow-imports.ts';
import { openRetention } from './retention/open-retention.ts';
import type { Retention } from './retention/retention.ts';
import { type Db, openDb } from './schema/db.ts';
import { sections } from './sections.ts';
import { openSystem } from './system/open-system.ts';
import type { System } from './system/system.ts';
import { createRecordWalls, type RecordWalls } from './walls/record-walls.ts';
import { listTiles } from './walls/views.ts';

/** What a process is started with. */
export type ServiceOptions = { config: Config; warnings: string[]; log: Log; clock: Clock };

/** Every long-lived object of the process. */
export type Services = ServiceOptions &
  Entrances & {
    version: string;
    startedAt: number;
    paths: DataPaths;
    staticFiles: StaticFiles;
    i18n: I18n;
    topics: Topics;
    renderer: Renderer;
    db: Db;
    backups: ScheduledBackups;
    publish: Publish;
    sites: Sites;
    inspections: Inspections;
    recordStations: RecordStations;
    access: Access;
    productivity: Productivity;
    predictions: Predictions;
    lines: Lines;
    plantFiles: PlantFiles;
    /** What is kept of the plant in memory has changed in the database: it is read again, and all that follows from it. */
    renewPlant(): Promise<void>;
    live: Live;
    liveImages: LiveImages;
    screens: LiveScreens;
    walls: RecordWalls;
    /** What can hang on a wall, in the order offered. */
    wallTileKinds: readonly WallTileKind[];
    /** What the search asks, in this order. */
    searchSources: readonly SearchSource[];
    demo: Demo;
    retention: Retention;
    system: System;
    /** What every page says of the plant now. */
    readPlant: () => PlantNow;
    /** Begins to watch and to work. Pages are answered before that. */
    start(): Promise<void>;
    stop(): Promise<void>;
  };

/** Builds everything once, from the settings to the features. No folder is watched and no port opened before `start`. */
export async function createServices({ config, warnings, log, clock }: ServiceOptions): Promise<Services> {
  const staticFiles = loadStaticFiles({ dir: fromRoot('static'), extraFiles: htmxFiles });
  const version = `${productVersion()}+${staticFiles.version}`;
  const i18n = createI18n(fromRoot('views/locales'), { log });
  const topics = createTopics({
    clock,
    log,
    version,
    maxViewers: config.maxViewers,
    sayStale: (lang, at) => {
      if (at === null) return i18n.t(lang)('connection.cannotRenew');
      const { time } = createFormat({ lang, timeZone: config.siteTimeZone });
      return i18n.t(lang)('connection.figuresOf', { time: time(at) });
    },
  });
  const { tls, listeners, sockets } = await createEntrances({ config, clock, log }, topics.stop);
  const paths = resolveDataPaths(config);
  for (const { key, values } of paths.notes) log.warn(values, i18n.t('en')(`notes.${key}`, values));

  const { db, notes: databaseNotes } = await openDb({ ...paths.database, clock, log });
  const backups = startScheduledBackups({
    path: paths.dbPath,
    dir: paths.backupDir,
    // A server's database is backed up by the server's own means.
    intervalMs: paths.database.url === undefined ? config.backupIntervalHours * hourMs : 0,
    keep: config.backupKeep,
    clock,
    log,
  });
  const { bus, singletons, duties } = await joinInstallation({
    config,
    databaseUrl: paths.database.url,
    merge: mergeMessages,
    log,
  });
  const events = createEventBus({ bus, fragments: topics, log });
  const { publish } = events;
  const sites = await openSites({ config, clock, log }, db);

  const inspections = await openInspections({
    config,
    paths,
    db,
    sites,
    bus,
    singletons,
    duties,
    publish,
    clock,
    log,
  });
  const { reads, sources, images } = inspections;
  const recordStations = createRecordStations({
    db,
    clock,
    siteId: sites.own.id,
    names: reads.names,
    onChanged: () => renewPlant(),
  });
  const lines = await createLines(db, clock, () => publish('plant.changed', undefined));
  const plantFiles = createPlantFiles(db, clock, sites.own);
  const productivity = await openProductivity({
    config,
    db,
    sites,
    shifts: reads.shifts,
    names: reads.names,
    lines,
    duties,
    singletons,
    publish,
    clock,
    log,
  });
  const predictions = await openPredictions({
    config,
    paths,
    db,
    sites,
    thumbnails: images.thumbnails,
    publish,
    clock,
    log,
  });
  const refreshPlant = async () => {
    await reads.refresh();
    await lines.refresh();
    await productivity.refresh();
    await predictions.refresh();
  };
  const renewPlant = async () => {
    await refreshPlant();
    publish('plant.changed', undefined);
  };
  const followedImports = startFollowingImports({ db, log, onImported: renewPlant });
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
  const wallTileKinds = [
    ...createStationTiles(reads),
    createPictureTiles({ live, names: reads.names }),
    createPlantTiles(sites),
    createOutputTiles(productivity),
  ];
  const walls = createRecordWalls({
    db,
    clock,
    siteId: sites.own.id,
    onChanged: () => publish('walls.changed', undefined),
  });
  const access = createAccess({
    db,
    sites,
    names: reads.names,
    clock,
    log,
    config,
    stateDir: paths.stateDir,
    stationPageOf: inspections.stationPageOf,
    tilesOfWall: async (name) => listTiles(wallTileKinds, await walls.find(name)),
    onChanged: () => publish('access.changed', undefined),
  });
  // An unattended installation gets its first user before anyone can ask for a page.
  await access.setUp.begin();
  const screens = openScreens({ source: live, clock, version, pingEveryMs: config.wsPingInterval });
  const searchSources = [
    createInspectionSearch(inspections),
    createLiveSearch({ live, clock, wallClock: sites.wallClock }),
    createActivitySearch(productivity),
  ];
  const realFolders = [...paths.watchDirs, ...(await inspections.recordRoots.listAdded()), ...live.folders];
  const overlapOf = (dir: string) => findOverlap(dir, realFolders);
  const overlaps = await overlapOf(paths.demoDir);
  if (overlaps !== undefined && config.demo) {
    const values = { folder: paths.demoDir, other: overlaps };
    log.warn(values, i18n.t('en')('notes.demoOverlaps', values));
    // The folder beside the database is nobody's choice: the System page tells of it.
    if (config.demoDir !== '') paths.notes.push({ key: 'demoOverlaps', values });
  }
  const demo = createDemo({
    // The demo plant writes and is watched in one process, so only an installation of one process has it.
    isAllowed: config.demo && config.role === 'all',
    dir: paths.demoDir,
    overlaps,
    overlapOf,
    isOwnDir: config.demoDir === '',
    timeZone: config.siteTimeZone,
    clock,
    log,
    watch: sources.watch,
    announce: sources.recordAhead,
    watchLive: live.watchFolder,
    removal: inspections.rootRemoval,
    removeLive: live.removeFolder,
    onChanged: () => publish('demo.changed', undefined),
  });
  const retention = openRetention({
    // What is missed least goes first, and files before the rows that know them.
    policies: [
      inspections.policies.thumbnails,
      ...(db.dialect === 'sqlite' ? [createCopiesPolicy(paths.dbPath, config.retentionCopyDays)] : []),
      inspections.policies.files,
      openLivePolicy({ config, paths, db, live, clock }),
      inspections.policies.rows,
      inspections.policies.gaps,
      ...productivity.policies,
      predictions.policy,
      createAuditPolicy(db, config.retentionAuditDays),
    ],
    folders: () => [
      paths.stateDir,
      ...sources.rootPaths().map(({ path }) => path),
      ...live.watched().map(({ path }) => path),
    ],
    sweepsHere: sources.sweepsHere,
    config,
    db,
    sites,
    bus,
    publish,
    clock,
    log,
  });
  const system = openSystem({
    parts: {
      listSources: sources.list,
      pendingWrites: db.pendingWrites,
      streams: topics.stats,
      live: screens.totals,
      events: () => listEventWays(productivity),
      thumbnails: images.figures,
      cleanedUpAt: () => retention.lastRunAt,
      dbPath: db.dialect === 'sqlite' ? paths.dbPath : undefined,
      stateDir: paths.stateDir,
    },
    readStations: () => reads.states.listOwn(),
    config,
    version,
    publish,
    clock,
    log,
  });
  events.connect({
    reactions: productReactions({
      checks: inspections.checks,
      newestImage: inspections.newestImage,
      stationTests: inspections.stationTests,
      productivity,
      predictions,
      pulse: reads.pulse,
      images,
      system,
      topics,
      sockets,
      live,
      screens,
    }),
    refresh: refreshPlant,
  });

  const plantSign = createPlantSign({
    readStates: reads.states.listStates,
    listSources: sources.list,
    clock,
    log,
  });
  const readPlant = () => plantNow(sources.list(), inspections.newestImage.at(), plantSign.current());
  const renderer = createPageRenderer({
    sections,
    helpHref,
    config,
    i18n,
    asset: staticFiles.asset,
    version,
    ownSite: sites.ownLabel,
    plant: readPlant,
    notes: () => [
      ...(config.access === 'open' ? [openNote] : []),
      ...paths.notes,
      ...databaseNotes(),
      ...(demo.isPresent ? [demoNote(demo)] : []),
    ],
    clock,
  });
  return {
    config,
    warnings,
    log,
    clock,
    version,
    startedAt: clock.now(),
    paths,
    staticFiles,
    i18n,
    topics,
    renderer,
    tls,
    listeners,
    sockets,
    db,
    backups,
    publish,
    sites,
    inspections,
    recordStations,
    access,
    readPlant,
    productivity,
    predictions,
    lines,
    plantFiles,
    renewPlant,
    live,
    liveImages,
    screens,
    walls,
    wallTileKinds,
    searchSources,
    demo,
    retention,
    system,
    start: async () => {
      bus.open();
      await predictions.files.clean(clock.now());
      await duties.begin();
      // The site of this process may be new to the others.
      publish('plant.grown', undefined);
      // Live folders are watched by the process that sweeps.
      if (config.role !== 'cameras') {
        for (const [i, path] of paths.watchDirs.entries())
          await sources.watch(path, i === 0 ? live.watch : undefined);
        await sources.applyChanges();
      }
      await demo.resume();
      retention.start();
      if (config.role !== 'cameras') await productivity.intakes.start();
    },
    stop: async () => {
      const parts = [
        productivity.intakes,
        inspections.folderRefresh,
        inspections.repairs,
        inspections.rereads,
        inspections.newestImage,
        retention,
        system,
        demo,
        sources,
        live,
        images,
        inspections.checks,
        inspections.stationTests,
        productivity,
        followedImports,
        backups,
        singletons,
        bus,
      ];
      for (const part of parts) await part.stop();
      await db.close();
    },
  };
}

const openNote = { key: 'open' as const, values: {} };

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

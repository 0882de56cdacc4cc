import { join } from 'node:path';
import type { Publish } from '../events.ts';
import type { HealthPart } from '../kernel/health-part.ts';
import type { Loop } from '../kernel/jobs/loop.ts';
import type { Log } from '../kernel/log.ts';
import type { Bus } from '../kernel/processes/bus/bus.ts';
import type { Installation } from '../kernel/processes/installation.ts';
import type { Singletons } from '../kernel/processes/leader/singletons.ts';
import { processName } from '../kernel/processes/process-name.ts';
import type { Config } from '../kernel/settings/config.ts';
import { dutiesOf } from '../kernel/settings/role.ts';
import { type DataPaths, demoLiveDirOf } from '../kernel/storage/data-paths.ts';
import { splitFolders } from '../kernel/storage/split-folders.ts';
import type { Clock } from '../kernel/time/clock.ts';
import { minuteMs, secondMs } from '../kernel/time/durations.ts';
import { siteParam, stationHref } from '../plant/links.ts';
import { createRecordClocks } from '../plant/record-clocks.ts';
import type { Sites } from '../plant/sites.ts';
import type { Verdict } from '../plant/yield.ts';
import type { Db } from '../schema/db.ts';
import { startSequenceChecks } from './gaps/check-gaps.ts';
import { type Images, startImages } from './images/start-images.ts';
import { previewReread, type RereadPreview } from './layouts/preview-reread.ts';
import type { NamingSettings } from './names/parse-file-name.ts';
import { createInspectionReads, type InspectionReads } from './reads.ts';
import { startFolderRefresh } from './recording/folders.ts';
import { createJudgeImage } from './recording/judge-image.ts';
import { startRepairs } from './recording/repair-rows.ts';
import { startRereads } from './recording/reread-names.ts';
import { type InspectionPolicies, openInspectionPolicies } from './retention/open-policies.ts';
import { startStationTests } from './stations/advance-tests.ts';
import { type NewestImage, startNewestImage } from './stations/newest-image.ts';
import { createFindDemoRoot } from './watching/demo-root.ts';
import { createReadLeftOut, type RootLeftOut } from './watching/left-out.ts';
import { createRecordRoots, type RecordRoots } from './watching/record-roots.ts';
import { createRootLocations, type RootLocations } from './watching/root-locations.ts';
import { createRootRemoval, type RootRemoval } from './watching/root-removal.ts';
import { createSources, type Sources, type SourcesOptions } from './watching/sources.ts';

const megabyte = 1_000_000;

/** Everything of inspections that lives as long as the process. */
export type Inspections = {
  reads: InspectionReads;
  /** Loads the folders that other processes add. */
  folderRefresh: Loop;
  repairs: Loop;
  rereads: Loop;
  recordRoots: RecordRoots;
  /** Removes a watched folder with everything that was found in it. */
  rootRemoval: RootRemoval;
  /** WATCH_LINKS_TO. */
  linksTo: readonly string[];
  /** What the pattern of each watched folder leaves without a verdict, by root id. */
  readLeftOut: () => Promise<ReadonlyMap<number, RootLeftOut>>;
  /** What the known images of a watched folder would become under other patterns. */
  previewNaming: (rootId: number, naming: NamingSettings) => Promise<RereadPreview>;
  /** When the newest image of this site was taken. */
  newestImage: NewestImage;
  /** Gives an undecided image a person's verdict. */
  judge(id: number, verdict: Verdict): Promise<void>;
  checks: ReturnType<typeof startSequenceChecks>;
  stationTests: ReturnType<typeof startStationTests>;
  /** Judges these stations, or all of the own site, again and has pages follow; for after a change by hand. */
  judgeAgain(stationIds: readonly number[] | undefined): Promise<void>;
  sources: Sources;
  locations: RootLocations;
  images: Images;
  policies: InspectionPolicies;
  health: { sources(): HealthPart; thumbnails(): HealthPart };
  /** Whether every watched folder was swept once, by whichever process watches it. */
  isReady(): boolean;
  /** Page of the station that an image belongs to; undefined for an unknown image. */
  stationPageOf(imageId: number): Promise<string | undefined>;
};

/** Inspections as the settings have them; nothing is watched before `sources.watch`. */
export async function openInspections(options: {
  config: Config;
  paths: DataPaths;
  db: Db;
  sites: Sites;
  bus: Bus;
  singletons: Singletons;
  duties: Installation['duties'];
  publish: Publish;
  clock: Clock;
  log: Log;
}): Promise<Inspections> {
  const { config, paths, db, sites, bus, singletons, duties, publish, clock, log } = options;
  const demoRootId = await createFindDemoRoot({
    db,
    siteId: sites.own.id,
    demoDir: paths.demoDir,
    watchDirs: paths.watchDirs,
    current: () => [...sources.rootPaths(), sources.aheadOf()],
  });
  const reads = await createInspectionReads(db, clock, sites, {
    onAdded: () => publish('plant.grown', undefined),
    listSources: () => sources.list(),
    demoRootId,
  });
  const checks = startSequenceChecks({
    db,
    sites,
    log,
    isDuty: duties.checksSequences,
    onChecked: () => publish('sequences.checked', undefined),
  });
  const stationTests = startStationTests({
    db,
    counts: reads.modelCounts,
    targets: reads.targets,
    listStages: reads.alarms.listStages,
    shownAs: reads.names.shownAs,
    groupOf: reads.names.groupOf,
    listStations: () => reads.names.listStations(sites.own.id).map(({ id }) => id),
    clock,
    log,
    isDuty: duties.testsStations,
    onChanged: () => publish('alarms.changed', undefined),
  });
  const folderRefresh = startFolderRefresh(reads.folders, reads.shifts, log);
  const sources: Sources = createSources({
    db,
    siteId: sites.own.id,
    folders: reads.folders,
    clocks: createRecordClocks(db, reads.names),
    database: paths.database,
    bus,
    singletons,
    sweeps: dutiesOf(config.role).sweeps,
    processName,
    scan: scanTimes(config),
    watchMode: config.watchMode,
    naming: namingOf(config),
    exclude: config.exclude,
    timeZone: config.siteTimeZone,
    clock,
    log,
    onRecorded: (recorded) => publish('inspections.recorded', recorded),
    onStatus: () => publish('sources.changed', undefined),
  });
  const repairs = startRepairs({
    db,
    siteId: sites.own.id,
    folders: reads.folders,
    names: reads.names,
    isDuty: sources.sweepsHere,
    log,
    onRepaired: () => publish('plant.changed', undefined),
  });
  const rereads = startRereads({
    db,
    siteId: sites.own.id,
    folders: reads.folders,
    names: reads.names,
    wallClock: reads.wallClock,
    namingOf: sources.sweptUnder,
    log,
    onChanged: (recorded) => publish('inspections.recorded', recorded),
    // Stations may be gone now, from every list.
    onEnd: () => publish('plant.changed', undefined),
  });
  const recordRoots = createRecordRoots({
    db,
    clock,
    siteId: sites.own.id,
    ownFolders: [paths.stateDir, paths.backupDir, paths.demoDir, demoLiveDirOf(paths.demoDir)],
    watched: sources.rootPaths,
    onChanged: sources.applyChanges,
  });
  const locations = createRootLocations({
    db,
    sites,
    clock,
    watched: sources.rootPaths,
    ahead: sources.aheadOf,
    linksTo: linksTo(config),
  });
  const images = startImages({
    dir: join(paths.stateDir, 'thumbnails'),
    budgetBytes: config.thumbBudgetMb * megabyte,
    db,
    reads,
    findLocation: locations.find,
    ngCount: config.ngPreviewCount,
    looksAgain: duties.looksAgainAtImages,
    clock,
    log,
    onChanged: () => publish('images.changed', undefined),
    onOutgrown: sources.lookAgain,
  });
  const newestImage = await startNewestImage({ reads, clock, log });
  const { thumbnails } = images;
  const judgeImage = createJudgeImage({ db, clock });
  return {
    reads,
    judge: async (id, verdict) => publish('inspections.recorded', await judgeImage(id, verdict)),
    folderRefresh,
    newestImage,
    checks,
    repairs,
    rereads,
    recordRoots,
    rootRemoval: createRootRemoval({
      db,
      clock,
      siteId: sites.own.id,
      sources,
      folders: reads.folders,
      names: reads.names,
      images,
      onChanged: () => {
        publish('plant.changed', undefined);
        publish('alarms.changed', undefined);
      },
    }),
    linksTo: linksTo(config),
    readLeftOut: createReadLeftOut({
      db,
      folders: reads.folders,
      namingOf: (rootId) => sources.setups().find(({ id }) => id === rootId)?.naming,
    }),
    previewNaming: (rootId, naming) => {
      const folders = reads.folders.list().filter((folder) => folder.rootId === rootId);
      return previewReread(db, folders, naming, reads.wallClock);
    },
    stationTests,
    judgeAgain: async (stationIds) => {
      // Other processes read targets again, too.
      publish('plant.grown', undefined);
      stationTests.wake(stationIds, clock.now());
      await stationTests.run();
      publish('alarms.changed', undefined);
    },
    sources,
    locations,
    images,
    policies: openInspectionPolicies({
      config,
      db,
      siteId: sites.own.id,
      folders: reads.folders,
      sources,
      thumbnails,
      stateDir: paths.stateDir,
      clock,
    }),
    health: {
      sources: () => {
        const list = sources.list();
        return { ok: list.every(({ state }) => state !== 'offline'), required: false, detail: list };
      },
      thumbnails: () => ({ ok: true, required: false, detail: thumbnails.stats() }),
    },
    isReady: () => {
      const list = sources.list();
      return list.length > 0 && list.every(({ state }) => state !== 'starting');
    },
    stationPageOf: async (imageId) => {
      const found = await reads.inspections.find(imageId);
      if (found === undefined) return undefined;
      return stationHref(found.station, {
        site: siteParam(sites.tagOf(reads.names.siteIdOf(found.stationId))),
      });
    },
  };
}

/** How the site names its images. */
function namingOf({ filenameRegex, pathRegex, verdictWords }: Config): NamingSettings {
  return { fileName: filenameRegex, path: pathRegex, verdictWords };
}

/** Folders that links in the watched folders may lead to. */
function linksTo({ watchLinksTo }: Config): string[] {
  return watchLinksTo.trim() === '' ? [] : splitFolders(watchLinksTo);
}

function scanTimes(config: Config): SourcesOptions['scan'] {
  return {
    minFileAgeMs: config.minFileAgeSec * secondMs,
    recentMs: config.recentMtimeMin * minuteMs,
    pollIntervalMs: config.pollIntervalSec * secondMs,
    reconcileIntervalMs: config.reconcileIntervalMin * minuteMs,
    linksTo: linksTo(config),
  };
}

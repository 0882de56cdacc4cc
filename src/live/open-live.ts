import { join } from 'node:path';
import type { Publish } from '../events.ts';
import { createExclude } from '../kernel/folder-scan/disk/exclude.ts';
import type { ThumbnailStore } from '../kernel/images/thumbnails/thumbnail-store.ts';
import type { Log } from '../kernel/log.ts';
import type { Bus } from '../kernel/processes/bus/bus.ts';
import { processName } from '../kernel/processes/process-name.ts';
import type { Config } from '../kernel/settings/config.ts';
import type { DataPaths } from '../kernel/storage/data-paths.ts';
import { isWithin } from '../kernel/storage/is-within.ts';
import type { Clock } from '../kernel/time/clock.ts';
import { minuteMs, secondMs } from '../kernel/time/durations.ts';
import { createWallClock } from '../kernel/time/time-zone.ts';
import type { ShiftPlans } from '../plant/shifts/shift-plans.ts';
import type { StationPauses } from '../plant/station-pauses.ts';
import type { Db } from '../schema/db.ts';
import { createLiveQueries } from './history/live-queries.ts';
import { createLiveImages, type LiveImages } from './images/live-images.ts';
import { createLive, type Live } from './live.ts';
import { listCameras, parseStaleLimits } from './newest/cameras.ts';
import { type CurrentImages, createCurrentImages } from './newest/current-images.ts';
import { createNewestPublisher } from './newest/newest-publisher.ts';
import { seenAt } from './newest/picture-state.ts';
import { createRemoteRecordings, recordedEvent } from './newest/remote-recordings.ts';
import { createSilences } from './newest/silences.ts';
import { createStationFeed, type ReadStation, type StationShot } from './newest/station-feed.ts';
import { createStationSilences } from './newest/station-silences.ts';
import { createLiveChannels, type LiveChannels } from './recording/channels.ts';
import {
  createRecordLiveImages,
  type LiveFile,
  type LiveRow,
  type RecordedRows,
} from './recording/record-live-images.ts';
import { listChannelsWithin, removeChannel } from './recording/remove-channels.ts';
import { recoverPairs } from './uploads/upload-pair.ts';
import { startChannelScanner } from './watching/channel-scanner.ts';
import { parseNamedFolders } from './watching/find-folders.ts';
import { createLiveWatch } from './watching/live-watch.ts';

/** A wall shows the newest images; what is this recent is read first at startup. */
const recentMs = minuteMs;
/** Doubt about a vanished file is settled within this time: a removed picture must not stay on the wall. */
const doubtMs = 500;
/** Larger batches are a backfill; viewers do not wait for its pictures. */
const maxDrawnAhead = 8;

/** What is read of stations, so that each is a camera. */
type StationReads = {
  sites: { own: { id: number } };
  names: {
    /** Those on the pages. */
    listStations(siteId: number): { id: number; name: string }[];
    siteIdOf(stationId: number): number;
  };
  inspections: {
    /** Newest first. */
    list(filter: { stationId: number }, page: { limit: number }): Promise<StationShot[]>;
  };
  shifts: Pick<ShiftPlans, 'calendarOf'>;
  /** A station's usual interval, ms; null while unknown. */
  pulse: { pauses(stationId: number): Promise<StationPauses | null> };
};

/**
 * Builds everything about live images from the settings and loads the newest ones. No folder is watched before
 * `live.watch`.
 */
export async function openLive(options: {
  config: Config;
  paths: DataPaths;
  db: Db;
  bus: Bus;
  reads: StationReads;
  store: ThumbnailStore;
  publish: Publish;
  clock: Clock;
  log: Log;
}): Promise<{ live: Live; liveImages: LiveImages }> {
  const { config, paths, db, bus, reads, store, publish, clock, log } = options;
  const siteId = reads.sites.own.id;
  const baseFolder = paths.live;
  const named = parseNamedFolders(config.liveChannels);
  const now = () => clock.now();
  const listStations = () => reads.names.listStations(siteId).map(({ id }) => id);
  /** Newest images of the stations on the pages; one that was hidden, or is called otherwise now, is no camera. */
  const shownStations = () => {
    const shown = new Set(reads.names.listStations(siteId).map(({ name }) => name));
    return new Map([...stations.newest()].filter(([name]) => shown.has(name)));
  };

  const folders = [baseFolder.dir, ...named.map(({ path }) => path)];
  const isConfigured = (path: string) => folders.some((folder) => isWithin(folder, path));
  const channels = await createLiveChannels({ db, clock, siteId, isConfigured });
  const record = createRecordLiveImages(db, clock);
  const wallClock = createWallClock(config.siteTimeZone);
  const queries = createLiveQueries(db, channels, wallClock);
  const current = createCurrentImages(db, channels, wallClock);
  const images = createLiveImages({
    channels,
    store,
    onOutgrown: (channel, name) => watching.lookAgain(channel.id, name),
    clock,
    log,
  });

  const silences = createSilences(now, () => reads.shifts.calendarOf(siteId));
  const newest = createNewestPublisher({ channels, current, queries, silences, publish, log });
  const publishRecorded = (recorded: RecordedRows): Promise<void> => {
    if (recorded.rows.length + recorded.gone.length > 0)
      publish('live.recorded', recordedEvent(siteId, recorded));
    return newest.publish(recorded);
  };
  /** Drawn and recorded side by side: the name of a variant follows from the file alone. */
  const recordFound = async (channelId: number, files: readonly LiveFile[]) => {
    // A batch of a channel that is being removed may still be on its way.
    if (!channels.byId(channelId)) return { channelId, added: 0, reread: 0, missing: 0, rows: [], gone: [] };
    drawNewest({ channels, current, images }, channelId, files);
    return record.recordFound(channelId, files);
  };
  const remote = createRemoteRecordings({
    db,
    siteId,
    hasMessages: bus.isShared,
    channels,
    publisher: newest,
    drawAhead: images.drawAhead,
    log,
  });

  const stations = createStationFeed({
    readStation: ownStationReader(reads),
    readPauses: reads.pulse.pauses,
    onImage: newest.publishStation,
    onInterval: () => publish('live.changed', undefined),
    clock,
    log,
  });
  const stationSilences = createStationSilences(stations, now);

  const watching = createLiveWatch({
    bus,
    siteId,
    processName,
    baseFolder,
    named,
    channels,
    isExcluded: createExclude(config.exclude),
    startScanner: (lease, onStatus) =>
      startChannelScanner({
        db,
        database: paths.database,
        scan: {
          minFileAgeMs: config.minFileAgeSec * secondMs,
          pollIntervalMs: config.pollIntervalSec * secondMs,
          reconcileIntervalMs: config.reconcileIntervalMin * minuteMs,
          recentMs,
          lookAgainMs: config.recentMtimeMin * minuteMs,
          doubtMs,
        },
        watchMode: config.watchMode,
        exclude: config.exclude,
        timeZone: config.siteTimeZone,
        lease,
        recordFound,
        recordMissing: record.recordMissing,
        onRecorded: (recorded) => void publishRecorded(recorded),
        onStatus,
        clock,
        log,
      }),
    recoverUploads: async (at) => {
      const { dir } = baseFolder;
      await recoverPairs({ original: join(dir, 'original'), labeled: join(dir, 'labeled') }, at);
    },
    onChannel: async (channel) => {
      await record.settleFuture(channel.id);
      await newest.refresh(channel);
    },
    onChanged: () => {
      if (!watching.isWatcher()) remote.discoverChannels();
      publish('live.changed', undefined);
    },
    clock,
    log,
  });

  for (const channel of channels.list()) await newest.load(channel);
  stations.wake(listStations());

  const stale = parseStaleLimits(config.liveStaleSec);
  const cameras = () =>
    listCameras({
      channels: channels.list().filter(watching.isShown),
      named,
      stations: shownStations(),
      usualIntervalOf: stations.usualIntervalOf,
      stationSilentSinceAt: stationSilences.silentSinceAt,
      current,
      stale,
      offlineReasonOf: watching.offlineReasonOf,
      intervalOf: silences.intervalOf,
    });

  async function removeFolder(path: string, signal: AbortSignal): Promise<boolean> {
    await watching.unwatchFolder(path);
    const removed = await listChannelsWithin(db, siteId, path);
    const shown = current.list().filter(({ channel }) => removed.some(({ key }) => key === channel));
    channels.forget(removed.map(({ id }) => id));
    for (const { key, camera } of removed) {
      const coils = shown.find(({ channel }) => channel === key)?.coils ?? [];
      current.forget(key);
      publish('live.removed', { channel: key, camera, coils: coils.map(({ coil }) => coil) });
    }
    publish('live.changed', undefined);
    await using eraser = store.openEraser();
    for (const channel of removed) {
      const eraseThumbnails = (rows: readonly LiveRow[]) => eraser.erase(images.thumbnailKeys(channel, rows));
      if (!(await removeChannel(db, channel, { signal, eraseThumbnails }))) return false;
    }
    return true;
  }

  const live = createLive({
    db,
    baseFolder,
    folders,
    channels,
    current,
    queries,
    record,
    recordFound,
    publishRecorded,
    newest,
    stations,
    silences: [silences, stationSilences],
    remote,
    watching,
    removeFolder,
    cameras,
    listStations,
    publish,
    log,
  });
  return { live, liveImages: images };
}

/** Another site's station may have the name of one of ours, and its images lie elsewhere. */
function ownStationReader({ sites, names, inspections }: StationReads): ReadStation {
  return async (stationId) => {
    const [shot] = await inspections.list({ stationId }, { limit: 1 });
    return names.siteIdOf(stationId) === sites.own.id ? shot : undefined;
  };
}

/** Starts drawing those files of a small batch that will be newest of their channel. */
function drawNewest(
  { channels, current, images }: { channels: LiveChannels; current: CurrentImages; images: LiveImages },
  channelId: number,
  files: readonly LiveFile[],
): void {
  const channel = channels.byId(channelId);
  if (!channel || files.length > maxDrawnAhead) return;
  const latest = current.latest(channel.key);
  const newestAt = latest ? seenAt(latest) : 0;
  for (const file of files) if (file.capturedAt >= newestAt) images.drawAhead(channel, file);
}

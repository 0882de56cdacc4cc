import { join } from 'node:path';
import type { LiveNews } from '../events.ts';
import type { Queryable } from '../kernel/db/database.ts';
import type { ThumbnailStore } from '../kernel/images/thumbnails/thumbnail-store.ts';
import { startLoop } from '../kernel/jobs/loop.ts';
import type { Log } from '../kernel/log.ts';
import type { Bus } from '../kernel/processes/bus/bus.ts';
import type { Lease } from '../kernel/processes/leader/singletons.ts';
import { isWithin } from '../kernel/storage/is-within.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { Db } from '../schema/db.ts';
import { createLiveQueries, type LiveQueries } from './history/live-queries.ts';
import { createLiveImages, type LiveImages } from './images/live-images.ts';
import { type LiveCamera, type LiveChannel, type LiveRole, mainCamera } from './model.ts';
import { listCameras, type StaleLimits } from './newest/cameras.ts';
import { type CurrentImages, createCurrentImages } from './newest/current-images.ts';
import { createFollow, newsOf } from './newest/follow.ts';
import { createLiveIntake, type LiveTold } from './newest/intake.ts';
import { createSilences } from './newest/silences.ts';
import { createStationFeed, type ReadPace, type ReadStation } from './newest/station-feed.ts';
import { createStationSilences } from './newest/station-silences.ts';
import { createLiveChannels, type LiveChannels } from './recording/channels.ts';
import {
  createRecordLiveImages,
  type LiveFile,
  type LiveRecorded,
  type RecordLiveImages,
} from './recording/record-live-images.ts';
import { makeUploadFolder } from './uploads/upload-folder.ts';
import type { WatchChannelsOptions } from './watching/channel-scanner.ts';
import { createLiveWatch, type LiveWatch } from './watching/channel-watch.ts';

const silenceLookMs = 1_000;

export type LiveOptions = Pick<
  WatchChannelsOptions,
  'database' | 'named' | 'scan' | 'watchMode' | 'exclude' | 'timeZone'
> & {
  db: Db;
  siteId: number;
  bus: Bus;
  /** This process as others name it. */
  processName: string;
  /** The base folder; `isOwn` where it lies beside the database and is made here. */
  place: { dir: string; isOwn: boolean };
  stale: StaleLimits;
  store: ThumbnailStore;
  readStation: ReadStation;
  /** A station's usual interval, ms; null while unknown. */
  readPace: ReadPace;
  /** Ids of the stations known now. */
  listStations: () => number[];
  clock: Clock;
  log: Log;
  told: LiveTold;
};

/** Everything about live images that lives as long as the process. */
export type Live = {
  current: CurrentImages;
  queries: LiveQueries;
  channels: LiveChannels;
  images: LiveImages;
  cameras(): LiveCamera[];
  camera(key: string): LiveCamera | undefined;
  /** The folder uploads of a role go to, which is made and watched; throws the file system's error. */
  openUploads(role: LiveRole): Promise<LiveChannel>;
  /** Takes files that were just put in a channel's folder. */
  take(channelId: number, files: readonly LiveFile[]): Promise<LiveRecorded>;
  recordDefects: RecordLiveImages['recordDefects'];
  /** Makes sure that a file in the upload folder here is seen where it is watched; throws 'unavailable' when it is not. */
  assertSeen: LiveWatch['assertSeen'];
  /** These stations have new images, or any may have. Returns at once. */
  showStations(stationIds: readonly number[] | undefined): void;
  /** What another process recorded; undefined when anything may have been missed. Returns at once. */
  follow(news: LiveNews | undefined): void;
  /** Channels that are watched, here or elsewhere, and whose folders are there. */
  watched(): LiveChannel[];
  /** Forgets images of a channel as `forget` writes it, and tells viewers of newest ones that are no more. */
  forget(
    channel: LiveChannel,
    images: readonly { id: number; name: string }[],
    write: (q: Queryable) => Promise<void>,
  ): Promise<void>;
  watchFolder: LiveWatch['watchFolder'];
  rescan: LiveWatch['rescan'];
  /** Watches the folders for as long as this process has the right to; what was newest before is known already. */
  watch(lease: Lease): { stop(): Promise<void> };
  stop(): Promise<void>;
};

/** Builds what live images need and reads the newest ones; nothing is watched before `start`. */
export async function createLive(options: LiveOptions): Promise<Live> {
  const { db, siteId, bus, clock, log, told, place } = options;
  const folders = [place.dir, ...options.named.map(({ path }) => path)];
  const isPlace = (path: string) => folders.some((folder) => isWithin(folder, path));
  const channels = await createLiveChannels(db, clock, siteId, isPlace);
  const current = createCurrentImages(db, channels);
  const queries = createLiveQueries(db, channels);
  const record = createRecordLiveImages(db, clock);
  const images = createLiveImages({ ...options, channels });
  const silences = createSilences(() => clock.now());
  const intake = createLiveIntake({ ...options, channels, current, queries, images, silences, record });
  const stations = createStationFeed({ ...options, onImage: intake.showStation, onPace: told.changed });
  const stationSilences = createStationSilences(stations, () => clock.now());
  const tell = (recorded: LiveRecorded): Promise<void> => {
    if (recorded.rows.length + recorded.gone.length > 0) told.recorded(newsOf(siteId, recorded));
    return intake.tell(recorded);
  };
  const follow = createFollow({ ...options, channels, intake, images, areTold: bus.isShared });
  const watching = createLiveWatch({
    ...options,
    channels,
    recordFound: intake.recordFound,
    recordMissing: record.recordMissing,
    onRecorded: (recorded) => void tell(recorded),
    onChannel: intake.refresh,
    onChanged: () => {
      if (!watching.isHere()) follow.lookForChannels();
      told.changed();
    },
  });
  for (const channel of channels.list()) await intake.begin(channel);

  const openUploads = async (role: LiveRole): Promise<LiveChannel> => {
    const known = channels.byPath(join(place.dir, role));
    const hadImages = known !== undefined && current.latest(known.key) !== undefined;
    const path = await makeUploadFolder(place, role, hadImages);
    const channel = await channels.ensure({ path, camera: mainCamera, role, wantedKey: role });
    if (!channel) throw new Error('There are more live channels than this process takes');
    await watching.adopt(channel);
    return channel;
  };

  const looks = startLoop({
    name: 'silence of cameras',
    intervalMs: silenceLookMs,
    log,
    run: async () => {
      for (const { isSilent, ...event } of [...silences.look(), ...stationSilences.look()])
        told[isSilent ? 'silent' : 'resumed'](event);
    },
  });

  stations.wake(options.listStations());

  const cameras = () =>
    listCameras({
      channels: channels.list().filter(watching.isShown),
      named: options.named,
      stations: stations.newest(),
      paceOf: stations.paceOf,
      stationSilentSinceAt: stationSilences.silentSinceAt,
      current,
      stale: options.stale,
      offlineReasonOf: watching.offlineReasonOf,
      habitOf: silences.habitOf,
    });

  return {
    current,
    queries,
    channels,
    images,
    cameras,
    camera: (key) => cameras().find((camera) => camera.key === key),
    openUploads,
    async take(channelId, files) {
      const recorded = await intake.recordFound(channelId, files);
      await tell(recorded);
      return recorded;
    },
    recordDefects: record.recordDefects,
    assertSeen: watching.assertSeen,
    showStations: (stationIds) => stations.wake(stationIds ?? options.listStations()),
    follow: follow.hear,
    watched: () =>
      channels.list().filter((one) => watching.isShown(one) && watching.offlineReasonOf(one.id) === null),
    async forget({ id }, images, write) {
      if (images.length === 0) return;
      await db.tx(write);
      watching.noteCleared(
        id,
        images.map(({ name }) => name),
      );
      const gone = images.filter((image) => current.find(image.id));
      const telling = { channelId: id, added: 0, rows: [], gone };
      if (gone.length > 0) told.recorded(newsOf(siteId, telling));
      await intake.tell(telling);
    },
    watchFolder: watching.watchFolder,
    rescan: async () => {
      const result = await watching.rescan();
      await intake.settle();
      return result;
    },
    watch: watching.begin,
    async stop() {
      await Promise.all([watching.stop(), follow.stop(), looks.stop(), stations.stop()]);
      await intake.settle();
    },
  };
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../kernel/clock.ts';
import type { ThumbnailStore } from '../kernel/images/thumbnail-store.ts';
import type { Log } from '../kernel/log.ts';
import { startLoop } from '../kernel/loop.ts';
import { isWithin } from '../kernel/storage/is-within.ts';
import type { Db } from '../schema/db.ts';
import { listCameras, type StaleLimits } from './cameras.ts';
import { createLiveChannels, type LiveChannels } from './channels.ts';
import { type CurrentImages, createCurrentImages } from './current.ts';
import { mainCamera } from './find-folders.ts';
import { createLiveImages, type LiveImages } from './live-images.ts';
import { createLiveIntake, type LiveTold } from './live-intake.ts';
import { createLiveQueries, type LiveQueries } from './live-queries.ts';
import { type LiveCamera, type LiveChannel, type LiveRole, liveRoles } from './model.ts';
import {
  createRecordLiveImages,
  type LiveFile,
  type LiveRecorded,
  type RecordLiveImages,
} from './record-live-images.ts';
import { createSilences } from './silences.ts';
import { createStationFeed, type ReadStation } from './station-feed.ts';
import { recoverPairs } from './uploads.ts';
import { createWatchChannels, type WatchChannels, type WatchChannelsOptions } from './watch-channels.ts';

const silenceLookMs = 1_000;

export type LiveOptions = Pick<
  WatchChannelsOptions,
  'database' | 'named' | 'scan' | 'watchMode' | 'exclude' | 'timeZone'
> & {
  db: Db;
  siteId: number;
  /** The base folder; `isOwn` where it lies beside the database and is made here. */
  place: { dir: string; isOwn: boolean };
  stale: StaleLimits;
  store: ThumbnailStore;
  readStation: ReadStation;
  /** Ids of the stations that are there at the start. */
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
  /** These stations have new images. Returns at once. */
  showStations(stationIds: readonly number[]): void;
  watchFolder: WatchChannels['watchFolder'];
  rescan: WatchChannels['rescan'];
  /** Begins to watch; what was newest before is known already. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** Builds what live images need and reads the newest ones; nothing is watched before `start`. */
export async function createLive(options: LiveOptions): Promise<Live> {
  const { db, clock, log, told, place } = options;
  const folders = [place.dir, ...options.named.map(({ path }) => path)];
  const isPlace = (path: string) => folders.some((folder) => isWithin(folder, path));
  const channels = await createLiveChannels(db, clock, options.siteId, isPlace);
  const current = createCurrentImages(db, channels);
  const queries = createLiveQueries(db, channels);
  const record = createRecordLiveImages(db, clock);
  const images = createLiveImages({ ...options, channels });
  const silences = createSilences(() => clock.now());
  const intake = createLiveIntake({ ...options, channels, current, queries, images, silences, record });
  const stations = createStationFeed({ ...options, onImage: intake.showStation });
  const watching = createWatchChannels({
    ...options,
    channels,
    base: place.dir,
    recordFound: intake.recordFound,
    recordMissing: record.recordMissing,
    onRecorded: (recorded) => void intake.tell(recorded),
    onChannel: intake.begin,
    onStatus: told.changed,
  });
  for (const channel of channels.list()) await intake.begin(channel);

  const openUploads = async (role: LiveRole): Promise<LiveChannel> => {
    const path = join(place.dir, role);
    await mkdir(path, { recursive: true });
    const channel = await watching.open({ path, camera: mainCamera, role, wantedKey: role });
    if (!channel) throw new Error('There are more live channels than this process takes');
    return channel;
  };

  const looks = startLoop({
    name: 'silence of cameras',
    intervalMs: silenceLookMs,
    log,
    run: async () => {
      for (const { isSilent, ...event } of silences.look()) told[isSilent ? 'silent' : 'resumed'](event);
    },
  });

  const cameras = () =>
    listCameras({
      channels: channels.list().filter(({ id }) => watching.isOpen(id)),
      named: options.named,
      stations: stations.newest(),
      current,
      stale: options.stale,
      statusOf: watching.statusOf,
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
      await intake.tell(recorded);
      return recorded;
    },
    recordDefects: record.recordDefects,
    showStations: stations.wake,
    watchFolder: watching.watchFolder,
    rescan: async () => {
      const result = await watching.rescan();
      await intake.settle();
      return result;
    },
    async start() {
      stations.wake(options.listStations());
      await recoverPairs(
        { original: join(place.dir, 'original'), labeled: join(place.dir, 'labeled') },
        clock.now(),
      );
      if (place.isOwn) for (const role of liveRoles) await mkdir(join(place.dir, role), { recursive: true });
      watching.start();
    },
    async stop() {
      await Promise.all([watching.stop(), looks.stop(), stations.stop()]);
      await intake.settle();
    },
  };
}

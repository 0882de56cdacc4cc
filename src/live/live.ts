import { join } from 'node:path';
import type { LiveBatch, Publish } from '../events.ts';
import type { Queryable } from '../kernel/db/database.ts';
import { startLoop } from '../kernel/jobs/loop.ts';
import type { Log } from '../kernel/log.ts';
import type { Db } from '../schema/db.ts';
import type { LiveQueries } from './history/live-queries.ts';
import { type BaseFolder, type LiveCamera, type LiveChannel, type LiveRole, mainCamera } from './model.ts';
import type { CurrentImages } from './newest/current-images.ts';
import type { NewestPublisher } from './newest/newest-publisher.ts';
import type { RemoteRecordings } from './newest/remote-recordings.ts';
import type { Silences } from './newest/silences.ts';
import type { StationFeed } from './newest/station-feed.ts';
import type { LiveChannels } from './recording/channels.ts';
import type {
  LiveFile,
  LiveRecorded,
  RecordedRows,
  RecordLiveImages,
} from './recording/record-live-images.ts';
import { makeUploadFolder } from './uploads/upload-folder.ts';
import type { LiveWatch } from './watching/live-watch.ts';

/** How often to look for cameras that became silent or resumed. */
const silenceCheckMs = 1_000;

/** Everything about live images that lives as long as the process. */
export type Live = {
  current: CurrentImages;
  queries: LiveQueries;
  channels: LiveChannels;
  cameras(): LiveCamera[];
  camera(key: string): LiveCamera | undefined;
  /** The channel that uploads of a role go to, created and watched if need be; throws the file system's error. */
  openUploads(role: LiveRole): Promise<LiveChannel>;
  /** Records files that were just stored in a channel's folder, and publishes them. */
  take(channelId: number, files: readonly LiveFile[]): Promise<LiveRecorded>;
  recordDefects: RecordLiveImages['recordDefects'];
  /** Makes sure that the process that watches sees a file in the upload folder here; throws 'unavailable' otherwise. */
  assertSeen: LiveWatch['assertSeen'];
  /** These stations have new images, or with undefined any station may have. Returns at once. */
  showStations(stationIds: readonly number[] | undefined): void;
  /** Takes in what another process recorded; undefined when messages may have been missed. Returns at once. */
  follow(batch: LiveBatch | undefined): void;
  /** IMAGE_BASE_PATH or what stands in for it, and those of LIVE_CHANNELS. */
  folders: readonly string[];
  /** Channels that are watched, here or elsewhere, and whose folders can be read. */
  watched(): LiveChannel[];
  /** Deletes images of a channel through `write`, and publishes the newest images that are gone by it. */
  forget(
    channel: LiveChannel,
    images: readonly { id: number; name: string }[],
    write: (q: Queryable) => Promise<void>,
  ): Promise<void>;
  watchFolder: LiveWatch['watchFolder'];
  /**
   * Watches a folder no more and removes its channels with everything recorded of them; its files stay. False when the
   * signal ended it first: then it is called again.
   */
  removeFolder(path: string, signal: AbortSignal): Promise<boolean>;
  rescan: LiveWatch['rescan'];
  /** Watches the folders while the lease is held. The newest images of the time before are known without it. */
  watch: LiveWatch['begin'];
  stop(): Promise<void>;
};

/** The parts that `Live` is made of; `open-live.ts` builds them. */
export type LiveParts = {
  db: Db;
  baseFolder: BaseFolder;
  folders: readonly string[];
  channels: LiveChannels;
  current: CurrentImages;
  queries: LiveQueries;
  record: Pick<RecordLiveImages, 'recordDefects'>;
  /** Records complete files of a channel while their pictures are drawn. */
  recordFound(channelId: number, files: readonly LiveFile[]): Promise<LiveRecorded>;
  /** Publishes recorded rows to the other processes, and to viewers here what changed by them. */
  publishRecorded(recorded: RecordedRows): Promise<void>;
  newest: Pick<NewestPublisher, 'settle'>;
  stations: StationFeed;
  /** Silent cameras of folders, and silent stations. */
  silences: readonly Pick<Silences, 'takeChanges'>[];
  remote: RemoteRecordings;
  watching: LiveWatch;
  removeFolder: Live['removeFolder'];
  cameras(): LiveCamera[];
  /** Ids of the stations known now. */
  listStations(): number[];
  publish: Publish;
  log: Log;
};

/** Puts the parts together and starts to look for silent cameras. */
export function createLive(parts: LiveParts): Live {
  const { db, baseFolder, folders, channels, current, newest, stations, watching, publish } = parts;

  const silenceCheck = startLoop({
    name: 'silence of cameras',
    intervalMs: silenceCheckMs,
    log: parts.log,
    run: async () => {
      for (const silences of parts.silences)
        for (const { isSilent, ...event } of silences.takeChanges())
          publish(isSilent ? 'live.silent' : 'live.resumed', event);
    },
  });

  return {
    folders,
    current,
    queries: parts.queries,
    channels,
    cameras: parts.cameras,
    camera: (key) => parts.cameras().find((camera) => camera.key === key),
    async openUploads(role) {
      const known = channels.byPath(join(baseFolder.dir, role));
      const hadImages = known !== undefined && current.latest(known.key) !== undefined;
      const path = await makeUploadFolder(baseFolder, role, hadImages);
      const channel = await channels.ensure({ path, camera: mainCamera, role, wantedKey: role });
      if (!channel) throw new Error('There are more live channels than this process takes');
      await watching.adopt(channel);
      return channel;
    },
    async take(channelId, files) {
      const recorded = await parts.recordFound(channelId, files);
      await parts.publishRecorded(recorded);
      return recorded;
    },
    recordDefects: parts.record.recordDefects,
    assertSeen: watching.assertSeen,
    showStations: (stationIds) => {
      stations.wake(stationIds ?? parts.listStations());
      if (stationIds === undefined) publish('live.changed', undefined);
    },
    follow: parts.remote.take,
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
      await parts.publishRecorded({ channelId: id, added: 0, rows: [], gone });
    },
    watchFolder: watching.watchFolder,
    removeFolder: parts.removeFolder,
    rescan: async () => {
      const result = await watching.rescan();
      await newest.settle();
      return result;
    },
    watch: watching.begin,
    async stop() {
      await Promise.all([watching.stop(), parts.remote.stop(), silenceCheck.stop(), stations.stop()]);
      await newest.settle();
    },
  };
}

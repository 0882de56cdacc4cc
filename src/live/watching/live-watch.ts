import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RescanResult } from '../../kernel/folder-scan/model/rescan-result.ts';
import type { OfflineReason } from '../../kernel/folder-scan/model/root-status.ts';
import type { Scanner } from '../../kernel/folder-scan/scanner/scanner.ts';
import { startLoop } from '../../kernel/jobs/loop.ts';
import type { Log } from '../../kernel/log.ts';
import type { Bus } from '../../kernel/processes/bus/bus.ts';
import type { Lease } from '../../kernel/processes/leader/singletons.ts';
import { isWithin } from '../../kernel/storage/is-within.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { type BaseFolder, type LiveChannel, liveRoles } from '../model.ts';
import type { LiveChannels } from '../recording/channels.ts';
import type { NamedFolder } from './find-folders.ts';
import { createFolderWatch, type FolderWatch } from './folder-watch.ts';
import { createUploadCheck } from './upload-check.ts';
import { createWatchHeartbeat, heartbeatEveryMs, type WatchedChannel } from './watch-heartbeat.ts';

/** How often to look for uploads that a dead process left unfinished. Without shared folders, only at startup. */
const recoverEveryMs = 3_600_000;

export type LiveWatchOptions = {
  bus: Bus;
  siteId: number;
  processName: string;
  baseFolder: BaseFolder;
  /** Cameras of LIVE_CHANNELS. */
  named: readonly NamedFolder[];
  channels: LiveChannels;
  isExcluded(name: string): boolean;
  /** Starts a scanner that writes only while the lease is held. */
  startScanner(lease: Lease, onStatus: () => void): Scanner;
  /** Completes or deletes uploads that a dead process left unfinished; `now` is epoch ms. */
  recoverUploads(now: number): Promise<void>;
  /** A channel is about to be watched; awaited before any of its files is reported. */
  onChannel(channel: LiveChannel): Promise<void>;
  onChanged(): void;
  clock: Clock;
  log: Log;
};

/** The live folders of a site as seen from this process, whether it watches them or another one does. */
export type LiveWatch = {
  /** Starts watching, for as long as the lease is held. */
  begin(lease: Lease): { stop(): Promise<void> };
  /** Adds a camera's folder to those watched. */
  watchFolder(folder: NamedFolder): Promise<void>;
  /** Takes a folder off those watched, with its channels; afterwards none is discovered in it. */
  unwatchFolder(path: string): Promise<void>;
  /** Takes in a channel whose folder was just created; watches it at once where this process watches. */
  adopt(channel: LiveChannel): Promise<void>;
  /** Whether the channel's folder is among those watched now. */
  isShown(channel: LiveChannel): boolean;
  offlineReasonOf(channelId: number): OfflineReason | null;
  /** Sweeps all folders; does nothing where another process watches. */
  rescan(): Promise<RescanResult>;
  /** Whether this process watches. */
  isWatcher(): boolean;
  noteCleared: FolderWatch['noteCleared'];
  lookAgain: FolderWatch['lookAgain'];
  /**
   * Makes sure that the process that watches sees a file of a live folder here.
   *
   * @throws AppError 'unavailable' when it does not.
   */
  assertSeen(path: string): Promise<void>;
  stop(): Promise<void>;
};

export function createLiveWatch(options: LiveWatchOptions): LiveWatch {
  const { bus, siteId, processName, baseFolder, channels, clock, onChanged } = options;
  const named = [...options.named];
  const adopted = new Set<number>();
  /** Set while this process watches. */
  let local: FolderWatch | undefined;
  const heartbeat = createWatchHeartbeat({ bus, clock, siteId, processName, onChange: onChanged });
  const assertSeen = createUploadCheck({
    bus,
    siteId,
    processName,
    baseFolder,
    isWatcher: () => local !== undefined,
    watcher: heartbeat.watcher,
  });

  const listLocal = (): WatchedChannel[] =>
    channels
      .list()
      .filter(({ id }) => local?.isOpen(id))
      .map(({ id }) => ({ id, offlineReason: localReasonOf(id) }));

  function localReasonOf(channelId: number): OfflineReason | null {
    const status = local?.statusOf(channelId);
    return status?.state === 'offline' ? (status.reasonCode ?? 'other') : null;
  }

  function publishLocal(): void {
    if (local && bus.isShared) heartbeat.publish(listLocal());
  }

  let lastKnown: string | undefined;
  const beat = startLoop({
    name: 'heartbeat of live folders',
    intervalMs: heartbeatEveryMs,
    log: options.log,
    run: async () => {
      publishLocal();
      // A watcher that falls silent sends no message: only this comparison notices.
      const now = JSON.stringify(heartbeat.channels());
      if (now !== lastKnown) onChanged();
      lastKnown = now;
    },
  });

  return {
    begin(lease) {
      const onStatus = () => {
        publishLocal();
        onChanged();
      };
      const started = createFolderWatch({
        channels,
        base: baseFolder.dir,
        named,
        isExcluded: options.isExcluded,
        startScanner: () => options.startScanner(lease, onStatus),
        prepare: createPreparation(options),
        onChannel: options.onChannel,
        onStatus,
        log: options.log,
      });
      local = started;
      started.start();
      return {
        stop: async () => {
          if (local === started) local = undefined;
          await started.stop();
        },
      };
    },
    async watchFolder(folder) {
      if (!named.some(({ path }) => path === folder.path)) named.push(folder);
      await local?.discover();
    },
    async unwatchFolder(path) {
      const index = named.findIndex((folder) => folder.path === path);
      if (index >= 0) named.splice(index, 1);
      // A discovery under way may still find it.
      await local?.discover();
      for (const channel of channels.list()) if (isWithin(path, channel.path)) local?.forget(channel.id);
    },
    async adopt(channel) {
      if (local) return local.watch(channel);
      if (!adopted.has(channel.id)) await options.onChannel(channel);
      adopted.add(channel.id);
    },
    isShown({ id, path }) {
      if (local) return local.isOpen(id);
      const remote = heartbeat.channels();
      if (remote) return adopted.has(id) || remote.some((channel) => channel.id === id);
      return [baseFolder.dir, ...named.map((folder) => folder.path)].some((folder) => isWithin(folder, path));
    },
    offlineReasonOf: (id) =>
      local
        ? localReasonOf(id)
        : (heartbeat.channels()?.find((channel) => channel.id === id)?.offlineReason ?? null),
    rescan: async () => (await local?.rescan()) ?? { scanned: 0, added: 0, note: null },
    isWatcher: () => local !== undefined,
    noteCleared: (channelId, names) => local?.noteCleared(channelId, names),
    lookAgain: (channelId, name) => local?.lookAgain(channelId, name),
    assertSeen,
    async stop() {
      await beat.stop();
      await local?.stop();
    },
  };
}

/** What a watcher does before each discovery: creates the folders of our own base and recovers unfinished uploads. */
function createPreparation({
  baseFolder,
  bus,
  recoverUploads,
  clock,
  log,
}: LiveWatchOptions): () => Promise<void> {
  const intervalMs = bus.isShared ? recoverEveryMs : Number.POSITIVE_INFINITY;
  let preparedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = clock.now();
    if (now - preparedAt < intervalMs) return;
    preparedAt = now;
    try {
      if (baseFolder.isOwn)
        for (const role of liveRoles) await mkdir(join(baseFolder.dir, role), { recursive: true });
      await recoverUploads(now);
    } catch (err) {
      log.error({ err }, 'Unfinished uploads could not be recovered; the next start retries it');
    }
  };
}

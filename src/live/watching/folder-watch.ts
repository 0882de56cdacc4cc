import { join } from 'node:path';
import { type RescanResult, sumRescans } from '../../kernel/folder-scan/model/rescan-result.ts';
import type { RootStatus } from '../../kernel/folder-scan/model/root-status.ts';
import type { Scanner } from '../../kernel/folder-scan/scanner/scanner.ts';
import { type Loop, startLoop } from '../../kernel/jobs/loop.ts';
import type { Log } from '../../kernel/log.ts';
import { isWithin } from '../../kernel/storage/is-within.ts';
import { type LiveChannel, liveRoles } from '../model.ts';
import type { ChannelFolder, LiveChannels } from '../recording/channels.ts';
import { findBaseFolders, findCameraFolders, type NamedFolder } from './find-folders.ts';

/** The longest time until a new folder becomes a channel. Upload folders become one at once. */
const discoverEveryMs = 3_000;

export type FolderWatchOptions = {
  channels: LiveChannels;
  /** The base folder of live images, absolute. */
  base: string;
  /** Cameras whose folders lie elsewhere; the caller may add more. */
  named: readonly NamedFolder[];
  isExcluded(name: string): boolean;
  startScanner(): Scanner;
  /** Runs before each discovery. */
  prepare(): Promise<void>;
  /** A channel is about to be watched; awaited before any of its files is reported. */
  onChannel(channel: LiveChannel): Promise<void>;
  onStatus(): void;
  log: Log;
};

/** Watches the folders of all channels and discovers new ones. */
export type FolderWatch = {
  start(): void;
  /** Discovers new folders now. */
  discover(): Promise<void>;
  /** Starts watching a channel. */
  watch(channel: LiveChannel): Promise<void>;
  /** Stops watching a channel; the caller takes its folder off those named. */
  forget(channelId: number): void;
  statusOf(channelId: number): RootStatus | undefined;
  isOpen(channelId: number): boolean;
  /** Discovers new folders and sweeps all of them now. */
  rescan(): Promise<RescanResult>;
  /** Files of a channel were deleted on purpose. */
  noteCleared(channelId: number, names: readonly string[]): void;
  /** Looks again at a file that is not as it was recorded. Returns at once. */
  lookAgain(channelId: number, name: string): void;
  stop(): Promise<void>;
};

/** Nothing is watched before `start`. */
export function createFolderWatch(options: FolderWatchOptions): FolderWatch {
  const { channels, base, named } = options;
  const opened = new Set<number>();
  /** Folders named in LIVE_CHANNELS have a thread of their own: a share that hangs blocks only the other shares. */
  const scanners: { base?: Scanner; named?: Scanner } = {};
  let loop: Loop | undefined;
  let isStopped = false;

  function scannerFor(path: string): Scanner {
    const which = isWithin(base, path) ? 'base' : 'named';
    scanners[which] ??= options.startScanner();
    return scanners[which];
  }

  async function watch(channel: LiveChannel): Promise<void> {
    if (opened.has(channel.id)) return;
    opened.add(channel.id);
    await options.onChannel(channel);
    if (!isStopped) scannerFor(channel.path).watch({ id: channel.id, path: channel.path });
    options.onStatus();
  }

  /** Known channels are watched even while their folder is away: that is an outage and must show as one. */
  async function watchKnown(): Promise<void> {
    const folders = [base, ...named.map(({ path }) => path)];
    for (const channel of channels.list())
      if (folders.some((folder) => isWithin(folder, channel.path))) await watch(channel);
  }

  async function watchNew(): Promise<void> {
    const isKnown = (path: string) => opened.has(channels.byPath(path)?.id ?? 0);
    for (const folder of await findNewFolders(options, isKnown)) {
      if (isKnown(folder.path)) continue;
      const channel = await channels.ensure(folder);
      if (channel) await watch(channel);
    }
  }

  const running = () => Object.values(scanners);
  return {
    start() {
      loop = startLoop({
        name: 'live folders',
        intervalMs: discoverEveryMs,
        run: async () => {
          await options.prepare();
          await watchKnown();
          await watchNew();
        },
        log: options.log,
        runAtStart: true,
      });
    },
    discover: async () => loop?.trigger(),
    watch,
    forget: (id) => {
      opened.delete(id);
      for (const scanner of running()) scanner.forget(id);
    },
    statusOf: (id) => {
      for (const scanner of running()) for (const root of scanner.list()) if (root.id === id) return root;
      return undefined;
    },
    isOpen: (id) => opened.has(id),
    async rescan() {
      await loop?.trigger();
      return sumRescans(await Promise.all(running().map((scanner) => scanner.rescan())));
    },
    noteCleared: (rootId, names) => {
      for (const scanner of running()) scanner.noteCleared({ rootId, path: '' }, names);
    },
    lookAgain: (rootId, name) => {
      for (const scanner of running()) scanner.lookAgain({ rootId, path: '' }, name);
    },
    async stop() {
      isStopped = true;
      await loop?.stop();
      await Promise.all(running().map((scanner) => scanner.stop()));
    },
  };
}

async function findNewFolders(
  { base, named, isExcluded }: Pick<FolderWatchOptions, 'base' | 'named' | 'isExcluded'>,
  isKnown: (path: string) => boolean,
): Promise<ChannelFolder[]> {
  const found = await findBaseFolders(base, isKnown, isExcluded);
  for (const folder of named) {
    // A camera may create its second folder long after its first.
    const isComplete = isKnown(folder.path) || liveRoles.every((role) => isKnown(join(folder.path, role)));
    if (!isComplete) found.push(...(await findCameraFolders(folder)));
  }
  return found;
}

import { join } from 'node:path';
import { and, eq, isNotNull } from 'drizzle-orm';
import { createExclude } from '../../kernel/folder-scan/exclude.ts';
import { unpackBatch } from '../../kernel/folder-scan/found-files.ts';
import type { Listed } from '../../kernel/folder-scan/messages.ts';
import { type RescanResult, sumRescans } from '../../kernel/folder-scan/rescan.ts';
import type { RootStatus, WatchMode } from '../../kernel/folder-scan/root-status.ts';
import type { ScanOptions } from '../../kernel/folder-scan/scan-context.ts';
import { type Scanner, startScanner } from '../../kernel/folder-scan/scanner.ts';
import { type Loop, startLoop } from '../../kernel/jobs/loop.ts';
import type { Log } from '../../kernel/log.ts';
import type { Lease } from '../../kernel/processes/leader/singletons.ts';
import { isWithin } from '../../kernel/storage/is-within.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Db, DbPlace } from '../../schema/db.ts';
import { type LiveChannel, liveRoles } from '../model.ts';
import type { ChannelFolder, LiveChannels } from '../recording/channels.ts';
import type { LiveFile, LiveRecorded } from '../recording/record-live-images.ts';
import { findBaseFolders, findCameraFolders, type NamedFolder } from './find-folders.ts';
import { type LiveColumns, liveReading } from './live-reading.ts';

/** A folder that appears is a channel after this long at the most; one that is uploaded to, at once. */
const discoverEveryMs = 3_000;

export type WatchChannelsOptions = {
  db: Db;
  database: DbPlace;
  channels: LiveChannels;
  base: string;
  /** Cameras whose folders lie elsewhere; more may be added. */
  named: readonly NamedFolder[];
  /** The right to watch: without it nothing is written. */
  lease: Lease;
  /** Done before each look for folders. */
  prepare(): Promise<void>;
  scan: ScanOptions;
  watchMode: WatchMode;
  exclude: string[];
  timeZone: string;
  clock: Clock;
  log: Log;
  recordFound(channelId: number, files: LiveFile[]): Promise<LiveRecorded>;
  recordMissing(channelId: number, names: readonly string[]): Promise<LiveRecorded>;
  onRecorded(recorded: LiveRecorded): void;
  /** A channel is watched from now on; awaited before anything is found of it. */
  onChannel(channel: LiveChannel): Promise<void>;
  onStatus(): void;
};

/** The watching of the channels' folders, and the finding of new ones. */
export type WatchChannels = {
  start(): void;
  /** Looks for new folders now. */
  look(): Promise<void>;
  /** A channel that is watched from now on. */
  watch(channel: LiveChannel): Promise<void>;
  statusOf(channelId: number): RootStatus | undefined;
  isOpen(channelId: number): boolean;
  /** Looks for new folders and sweeps all of them now. */
  rescan(): Promise<RescanResult>;
  /** Files of a channel were deleted on purpose. */
  noteCleared(channelId: number, names: readonly string[]): void;
  stop(): Promise<void>;
};

export function createWatchChannels(options: WatchChannelsOptions): WatchChannels {
  const { channels, base, named, log } = options;
  const opened = new Set<number>();
  const isExcluded = createExclude(options.exclude);
  /** Folders named in LIVE_CHANNELS have a thread of their own: a share that hangs holds up only its like. */
  const scanners: { base?: Scanner; named?: Scanner } = {};
  let loop: Loop | undefined;
  let isStopped = false;

  function scannerFor(path: string): Scanner {
    const which = isWithin(base, path) ? 'base' : 'named';
    scanners[which] ??= startChannelScanner(options);
    return scanners[which];
  }

  async function watch(channel: LiveChannel): Promise<void> {
    if (opened.has(channel.id)) return;
    opened.add(channel.id);
    await options.onChannel(channel);
    if (!isStopped) scannerFor(channel.path).watch({ id: channel.id, path: channel.path });
    options.onStatus();
  }

  async function open(folder: ChannelFolder): Promise<void> {
    const channel = await channels.ensure(folder);
    if (channel) await watch(channel);
  }

  async function discover(): Promise<void> {
    const isKnown = (path: string) => opened.has(channels.byPath(path)?.id ?? 0);
    const found = await findBaseFolders(base, isKnown, isExcluded);
    for (const folder of named) {
      // A camera may write its second folder a good while after its first.
      const isRead = isKnown(folder.path) || liveRoles.every((role) => isKnown(join(folder.path, role)));
      if (!isRead) found.push(...(await findCameraFolders(folder)));
    }
    for (const folder of found) if (!isKnown(folder.path)) await open(folder);
  }

  /** Channels known from before are watched also where their folder is away: that is an outage and has to be seen. */
  async function openKnown(): Promise<void> {
    const places = [base, ...named.map(({ path }) => path)];
    for (const channel of channels.list())
      if (places.some((place) => isWithin(place, channel.path))) await watch(channel);
  }

  async function look(): Promise<void> {
    await options.prepare();
    await openKnown();
    await discover();
  }

  const running = () => Object.values(scanners);
  return {
    start() {
      loop = startLoop({
        name: 'live folders',
        intervalMs: discoverEveryMs,
        run: look,
        log,
        runAtStart: true,
      });
    },
    look: async () => loop?.trigger(),
    watch,
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
    async stop() {
      isStopped = true;
      await loop?.stop();
      await Promise.all(running().map((scanner) => scanner.stop()));
    },
  };
}

function startChannelScanner(options: WatchChannelsOptions): Scanner {
  const { db, clock, log, lease } = options;
  return startScanner<LiveColumns, LiveRecorded>({
    thread: {
      reading: liveReading({ database: options.database }),
      options: { ...options.scan, flat: true },
      watchMode: options.watchMode,
      exclude: options.exclude,
      timeZone: options.timeZone,
      logLevel: log.level,
    },
    recordFound: async (batch) => {
      assertHeld(lease);
      const coils = batch.columns.coils.split('/');
      const { folder, files } = unpackBatch(batch, (_columns, i) => ({ coil: coils[i] ?? '' }));
      return options.recordFound(folder.rootId, files);
    },
    recordMissing: async ({ rootId }, names) => {
      assertHeld(lease);
      return options.recordMissing(rootId, names);
    },
    readListings: (channelId) => readListing(db, channelId),
    onRecorded: options.onRecorded,
    onListed: ({ rootId }, listed) => {
      if (!lease.isHeld()) return;
      saveListing(db, rootId, listed).catch((err) =>
        log.error({ err }, 'A listing could not be saved; the next sweep does it again'),
      );
    },
    onSweep: () => {},
    onStatus: options.onStatus,
    clock,
    log,
  });
}

/** What is refused here the new watcher finds by itself. */
function assertHeld(lease: Lease): void {
  if (!lease.isHeld()) throw new Error('Another process may watch the live folders now');
}

async function saveListing(
  { tx, tables: { liveChannels } }: Db,
  channelId: number,
  { modifiedAt, listedAt, fileCount }: Listed,
): Promise<void> {
  await tx((q) =>
    q.update(liveChannels).set({ modifiedAt, listedAt, fileCount }).where(eq(liveChannels.id, channelId)),
  );
}

/** How the channel's folder was when it was last listed completely; behind every listing that is still being saved. */
async function readListing(db: Db, channelId: number): Promise<Listed[]> {
  const { liveChannels } = db.tables;
  await db.tx(async () => {});
  const rows = await db.read
    .select({
      modifiedAt: liveChannels.modifiedAt,
      listedAt: liveChannels.listedAt,
      fileCount: liveChannels.fileCount,
    })
    .from(liveChannels)
    .where(and(eq(liveChannels.id, channelId), isNotNull(liveChannels.listedAt)));
  return rows.map((row) => ({ path: '', ...row }));
}

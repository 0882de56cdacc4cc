import { and, eq, isNotNull } from 'drizzle-orm';
import { unpackBatch } from '../../kernel/folder-scan/model/found-batch.ts';
import type { WatchMode } from '../../kernel/folder-scan/model/root-status.ts';
import type { ListedFolder } from '../../kernel/folder-scan/model/scan-messages.ts';
import type { ScanOptions } from '../../kernel/folder-scan/model/scan-options.ts';
import { type Scanner, startScanner } from '../../kernel/folder-scan/scanner/scanner.ts';
import type { Log } from '../../kernel/log.ts';
import type { Lease } from '../../kernel/processes/leader/singletons.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Db, DbPlace } from '../../schema/db.ts';
import type { LiveFile, LiveRecorded } from '../recording/record-live-images.ts';
import { type LiveColumns, liveReading } from './live-reading.ts';

export type ChannelScannerOptions = {
  db: Db;
  database: DbPlace;
  scan: ScanOptions;
  watchMode: WatchMode;
  exclude: string[];
  timeZone: string;
  /** The right to watch; without it nothing is written. */
  lease: Lease;
  recordFound(channelId: number, files: LiveFile[]): Promise<LiveRecorded>;
  recordMissing(channelId: number, names: readonly string[]): Promise<LiveRecorded>;
  onRecorded(recorded: LiveRecorded): void;
  onStatus(): void;
  clock: Clock;
  log: Log;
};

/** Starts a scanner thread whose roots are channels: one flat folder each. */
export function startChannelScanner(options: ChannelScannerOptions): Scanner {
  const { db, lease, clock, log } = options;
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
        log.error({ err }, 'The listing of a live folder could not be saved; the next sweep retries it'),
      );
    },
    onSweep: () => {},
    onStatus: options.onStatus,
    clock,
    log,
  });
}

/** What is refused here, the process that holds the lease now finds by itself. */
function assertHeld(lease: Lease): void {
  if (!lease.isHeld()) throw new Error('Another process may watch the live folders now');
}

async function saveListing(
  { tx, tables: { liveChannels } }: Db,
  channelId: number,
  { modifiedAt, listedAt, fileCount }: ListedFolder,
): Promise<void> {
  await tx((q) =>
    q.update(liveChannels).set({ modifiedAt, listedAt, fileCount }).where(eq(liveChannels.id, channelId)),
  );
}

/** The channel's folder as of its last complete listing. Waits for listings that are still being saved. */
async function readListing(db: Db, channelId: number): Promise<ListedFolder[]> {
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
  return rows.map((row) => ({ path: '', inode: null, folderCount: 0, ...row }));
}

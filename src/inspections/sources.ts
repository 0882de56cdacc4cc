import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../kernel/clock.ts';
import { type RescanResult, sumRescans } from '../kernel/folder-scan/rescan.ts';
import type { ScanOptions } from '../kernel/folder-scan/scan-context.ts';
import { type Scanner, startScanner } from '../kernel/folder-scan/scanner.ts';
import type { Log } from '../kernel/log.ts';
import type { Db, DbPlace } from '../schema/db.ts';
import { ensureRoot, type Folders } from './folders.ts';
import { type NameColumns, unpackFound } from './found-files.ts';
import type { SourceStatus } from './model.ts';
import { createRecordInspections, type Recorded } from './record-inspections.ts';
import { createReadHorizons } from './retention/horizons.ts';
import { readListings, saveListing, saveSweep } from './save-listing.ts';
import { scanReading } from './scan-reading.ts';

/** Watched roots at once: WATCH_DIR and the demo plant. */
const maxRoots = 8;

export type SourcesOptions = {
  db: Db;
  database: DbPlace;
  /** The site whose facts are recorded. */
  siteId: number;
  folders: Folders;
  clock: Clock;
  log: Log;
  scan: ScanOptions;
  watchMode: 'auto' | 'events' | 'poll';
  patternSource: string | undefined;
  exclude: string[];
  timeZone: string;
  onRecorded: (recorded: Recorded) => void;
  onStatus: () => void;
};

/** The watched roots, each with its scanner. */
export type Sources = {
  /** Starts watching a folder; nothing happens when it is watched already. */
  watch(path: string): Promise<void>;
  list(): SourceStatus[];
  /** Files of an earlier time are taken up no more: their rows were deleted, and they stay counted. */
  keepSince(at: number): void;
  /** Files of a folder were deleted on purpose. */
  noteCleared(folder: { rootId: number; path: string }, names: readonly string[]): void;
  /** Absolute path of a root. */
  rootPath(rootId: number): string | undefined;
  rootPaths(): { id: number; path: string }[];
  /** Sweeps every root now; the sums, with the notes of those that could not. */
  rescan(): Promise<RescanResult>;
  stop(): Promise<void>;
};

export function createSources(options: SourcesOptions): Sources {
  const { db, siteId, folders, clock, log } = options;
  const scanners = new Map<number, { path: string; scanner: Scanner }>();
  const readHorizons = createReadHorizons(db, siteId);
  const record = createRecordInspections({
    db,
    siteId,
    folders,
    clock,
    statFile: async (folder, name) => {
      const root = scanners.get(folder.rootId)?.path;
      if (root === undefined) return undefined;
      const found = await stat(join(root, folder.path, name)).catch(() => undefined);
      return found && { modifiedAt: Math.round(found.mtimeMs) };
    },
  });
  const save = (work: Promise<void>, what: string) =>
    void work.catch((err) => log.error({ err }, `${what} could not be saved; the next sweep does it again`));

  return {
    async watch(path) {
      const id = await ensureRoot(db, clock, siteId, path);
      if (scanners.has(id) || scanners.size >= maxRoots) return;
      const scanner = startScanner<NameColumns, Recorded>({
        thread: {
          reading: scanReading({ patternSource: options.patternSource, database: options.database }),
          options: options.scan,
          watchMode: options.watchMode,
          exclude: options.exclude,
          timeZone: options.timeZone,
          logLevel: log.level,
        },
        recordFound: (batch) => record.recordFound(unpackFound(batch)),
        recordMissing: record.recordMissing,
        readListings: async (rootId) => {
          // Behind every listing that is still being saved.
          await db.tx(async () => {});
          return readListings(db, rootId);
        },
        readKeepSince: async () => (await readHorizons(db.read)).rows,
        onRecorded: (recorded) => {
          if (recorded.stationIds.length > 0) options.onRecorded(recorded);
        },
        onListed: (folder, listed) => save(saveListing(db, folders, folder, listed), 'A listing'),
        onSweep: (rootId, sweep) => save(saveSweep(db, rootId, sweep), 'A sweep'),
        onStatus: options.onStatus,
        clock,
        log,
      });
      scanner.watch({ id, path });
      scanners.set(id, { path, scanner });
    },
    list: () => [...scanners.values()].flatMap(({ scanner }) => scanner.list()),
    keepSince: (at) => {
      for (const { scanner } of scanners.values()) scanner.keepSince(at);
    },
    noteCleared: (folder, names) => scanners.get(folder.rootId)?.scanner.noteCleared(folder, names),
    rootPath: (rootId) => scanners.get(rootId)?.path,
    rootPaths: () => [...scanners].map(([id, { path }]) => ({ id, path })),
    rescan: async () =>
      sumRescans(await Promise.all([...scanners.values()].map(({ scanner }) => scanner.rescan()))),
    async stop() {
      await Promise.all([...scanners.values()].map(({ scanner }) => scanner.stop()));
    },
  };
}

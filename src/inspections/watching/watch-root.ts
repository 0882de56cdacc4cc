import type { WatchMode } from '../../kernel/folder-scan/model/root-status.ts';
import type { ScanOptions } from '../../kernel/folder-scan/model/scan-options.ts';
import { type Scanner, startScanner } from '../../kernel/folder-scan/scanner/scanner.ts';
import type { Log } from '../../kernel/log.ts';
import type { Lease, Singletons } from '../../kernel/processes/leader/singletons.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { createReadHorizons } from '../../plant/removal/horizons.ts';
import type { Db, DbPlace } from '../../schema/db.ts';
import type { NamingSettings } from '../names/parse-file-name.ts';
import type { Folders } from '../recording/folders.ts';
import { type NameColumns, unpackFound } from '../recording/found-images.ts';
import type { Recorded, RecordInspections } from '../recording/record-inspections.ts';
import { readListings, saveListing, saveSweep } from './save-listing.ts';
import { scanReading } from './scan-reading.ts';

/** A watched root as one process has it. */
export type WatchedRoot = {
  path: string;
  /** The scanner, while this is the process that sweeps the root; undefined while another one does. */
  scanner(): Scanner | undefined;
  stop(): Promise<void>;
};

/** Starts other work of the process that sweeps a root, under the same lease. */
export type StartAlongside = (lease: Lease) => { stop(): Promise<void> };

/** How the folders of a site are scanned. */
export type ScanSetup = {
  database: DbPlace;
  scan: ScanOptions;
  watchMode: WatchMode;
  exclude: string[];
  timeZone: string;
};

type RootScannerParts = {
  root: { id: number; path: string };
  /** How its images are named, asked whenever this process begins to sweep it. */
  naming: () => NamingSettings;
  setup: ScanSetup;
  db: Db;
  siteId: number;
  folders: Folders;
  record: RecordInspections;
  clock: Clock;
  log: Log;
  onRecorded: (recorded: Recorded) => void;
  onStatus: () => void;
};

/**
 * Sweeps a root while no other process does. A process that lost the lease writes nothing more, even before its scanner
 * has stopped.
 */
export async function watchRoot(
  parts: RootScannerParts & { singletons: Singletons; startAlongside?: StartAlongside },
): Promise<WatchedRoot> {
  const { root, singletons, startAlongside } = parts;
  let scanner: Scanner | undefined;
  const singleton = await singletons.run(`watch root ${root.id}`, (lease) => {
    const started = startRootScanner(parts, lease);
    scanner = started;
    const companion = startAlongside?.(lease);
    return {
      stop: async () => {
        scanner = undefined;
        await Promise.all([started.stop(), companion?.stop()]);
      },
    };
  });
  return { path: root.path, scanner: () => scanner, stop: singleton.stop };
}

function startRootScanner(parts: RootScannerParts, lease: Lease): Scanner {
  const { root, setup, db, siteId, folders, record, clock, log } = parts;
  const save = createSave(lease, log);
  const readHorizons = createReadHorizons(db, siteId);
  const scanner = startScanner<NameColumns, Recorded>({
    thread: {
      reading: scanReading({ naming: parts.naming(), database: setup.database }),
      options: setup.scan,
      watchMode: setup.watchMode,
      exclude: setup.exclude,
      timeZone: setup.timeZone,
      logLevel: log.level,
    },
    recordFound: async (batch) => {
      assertHeld(lease);
      return record.recordFound(unpackFound(batch));
    },
    recordMissing: async (folder, names) => {
      assertHeld(lease);
      return record.recordMissing(folder, names);
    },
    recordMoved: async (moves) => {
      assertHeld(lease);
      const isMoved = await record.recordMoved(moves);
      for (const { folder, path } of isMoved ? moves : [])
        log.info({ from: folder.path, to: path }, 'A folder was renamed: its images move along');
      return isMoved;
    },
    readListings: async (rootId) => {
      // Waits for the listings that are still being saved.
      await db.tx(async () => {});
      return readListings(db, rootId);
    },
    readKeepSince: async () => (await readHorizons(db.read)).rows,
    onRecorded: (recorded) => {
      if (recorded.stationIds.length > 0) parts.onRecorded(recorded);
    },
    onListed: (folder, listed) => save(() => saveListing(db, folders, folder, listed), 'A listing'),
    onSweep: (rootId, sweep) => save(() => saveSweep(db, rootId, sweep), 'A sweep'),
    onStatus: parts.onStatus,
    clock,
    log,
  });
  scanner.watch(root);
  return scanner;
}

/** A batch refused here is found again by the process that has taken the root over. */
function assertHeld(lease: Lease): void {
  if (!lease.isHeld()) throw new Error('Another process may watch this folder now');
}

function createSave(lease: Lease, log: Log) {
  return (work: () => Promise<void>, what: string) => {
    if (!lease.isHeld()) return;
    work().catch((err) => log.error({ err }, `${what} could not be saved; the next sweep will retry`));
  };
}

import { type Scanner, startScanner } from '../../kernel/folder-scan/scanner.ts';
import type { Log } from '../../kernel/log.ts';
import type { Lease, Singleton, Singletons } from '../../kernel/processes/leader/singletons.ts';
import { type NameColumns, unpackFound } from '../recording/found-files.ts';
import { createReadHorizons } from '../recording/horizons.ts';
import type { Recorded, RecordInspections } from '../recording/record-inspections.ts';
import { readListings, saveListing, saveSweep } from './save-listing.ts';
import { scanReading } from './scan-reading.ts';
import type { SourcesOptions } from './sources.ts';

/** A root as one process has it: watched here, or left to the process that does. */
export type WatchedRoot = {
  path: string;
  /** The scanner, while this is the process that sweeps the root. */
  scanner(): Scanner | undefined;
  stop(): Promise<void>;
};

/** Other work of the process that sweeps a root. */
export type Beside = (lease: Lease) => { stop(): Promise<void> };

/**
 * Sweeps a root as long as no other process does. A process that has lost the right writes nothing more, even before
 * its scanner has come to a stop.
 */
export async function watchRoot(
  root: { id: number; path: string },
  options: SourcesOptions & { record: RecordInspections; singletons: Singletons; beside?: Beside },
): Promise<WatchedRoot> {
  let scanner: Scanner | undefined;
  const singleton: Singleton = await options.singletons.run(`watch root ${root.id}`, (lease) => {
    const started = startRootScanner(root, lease, options);
    scanner = started;
    const more = options.beside?.(lease);
    return {
      stop: async () => {
        scanner = undefined;
        await Promise.all([started.stop(), more?.stop()]);
      },
    };
  });
  return { path: root.path, scanner: () => scanner, stop: singleton.stop };
}

function startRootScanner(
  root: { id: number; path: string },
  lease: Lease,
  options: SourcesOptions & { record: RecordInspections },
): Scanner {
  const { db, folders, clock, log, record } = options;
  const save = saver(lease, log);
  const readHorizons = createReadHorizons(db, options.siteId);
  const scanner = startScanner<NameColumns, Recorded>({
    thread: {
      reading: scanReading({ patternSource: options.patternSource, database: options.database }),
      options: options.scan,
      watchMode: options.watchMode,
      exclude: options.exclude,
      timeZone: options.timeZone,
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
    readListings: async (rootId) => {
      // Behind every listing that is still being saved.
      await db.tx(async () => {});
      return readListings(db, rootId);
    },
    readKeepSince: async () => (await readHorizons(db.read)).rows,
    onRecorded: (recorded) => {
      if (recorded.stationIds.length > 0) options.onRecorded(recorded);
    },
    onListed: (folder, listed) => save(() => saveListing(db, folders, folder, listed), 'A listing'),
    onSweep: (rootId, sweep) => save(() => saveSweep(db, rootId, sweep), 'A sweep'),
    onStatus: options.onStatus,
    clock,
    log,
  });
  scanner.watch(root);
  return scanner;
}

/** What is refused here the new watcher of the root finds by itself. */
function assertHeld(lease: Lease): void {
  if (!lease.isHeld()) throw new Error('Another process may watch this folder now');
}

function saver(lease: Lease, log: Log) {
  return (work: () => Promise<void>, what: string) => {
    if (!lease.isHeld()) return;
    work().catch((err) => log.error({ err }, `${what} could not be saved; the next sweep does it again`));
  };
}

import type { Worker } from 'node:worker_threads';
import type { Log } from '../../log.ts';
import type { Clock } from '../../time/clock.ts';
import type { FolderRef } from '../model/folder-ref.ts';
import type { PackedBatch } from '../model/found-batch.ts';
import type { MovedFolder } from '../model/moved-folder.ts';
import type { RescanResult } from '../model/rescan-result.ts';
import { type RootStatus, rootStatus, type ScanStatus, type SweepReport } from '../model/root-status.ts';
import type { FromScanner, ListedFolder, ScanThreadData } from '../model/scan-messages.ts';
import { createBatchRecorder } from './batch-recorder.ts';
import { createOpenRescans } from './open-rescans.ts';
import { createRootHandover, type Root } from './root-handover.ts';
import { createThreadHost, type Reply } from './thread-host.ts';

/** Watched roots, the one thread that serves them, and its latest reports. */
export type Scanner = {
  /** Watches one more root; does nothing when it is watched already. The first root starts the thread. */
  watch(root: Root): void;
  /** Stops watching a root; what was found in it stays recorded. */
  forget(rootId: number): void;
  list(): RootStatus[];
  /** From now on files captured before `at` (epoch ms) are ignored. */
  keepSince(at: number): void;
  /** Reports files of a folder that were deleted on purpose. */
  noteCleared(folder: FolderRef, names: readonly string[]): void;
  /** Looks again at a file that is not as it was recorded. Returns at once. */
  lookAgain(folder: FolderRef, name: string): void;
  /** Sweeps all roots now and settles once the files found are recorded. */
  rescan(): Promise<RescanResult>;
  stop(): Promise<void>;
};

/**
 * `Columns` is the reading's packed form of a batch, `Recorded` the result of a write. A write is retried until it
 * succeeds, and may repeat what is recorded already: an unchanged file, a file with new content, or one that was missing.
 */
export type ScannerOptions<Columns, Recorded extends { added: number }> = {
  thread: ScanThreadData;
  recordFound(batch: PackedBatch<Columns>): Promise<Recorded>;
  recordMissing(folder: FolderRef, names: readonly string[]): Promise<Recorded>;
  /** Folders were renamed; true when their records are those of the new paths now. Without it no rename is followed. */
  recordMoved?(moves: readonly MovedFolder[]): Promise<boolean>;
  /** The listings that `onListed` reported, read again at every start of the thread. */
  readListings(rootId: number): Promise<ListedFolder[]>;
  /** Files captured before this time (epoch ms) are ignored; read again at every start of the thread. Default: no limit. */
  readKeepSince?(): Promise<number>;
  onRecorded(recorded: Recorded): void;
  /** A folder's whole listing is recorded, so a restart can skip the folder while it is unchanged. */
  onListed(folder: FolderRef, listed: ListedFolder): void;
  onSweep(rootId: number, sweep: SweepReport): void;
  onStatus(): void;
  clock: Clock;
  log: Log;
};

export function startScanner<Columns, Recorded extends { added: number }>(
  options: ScannerOptions<Columns, Recorded>,
): Scanner {
  const { clock, log } = options;
  const roots = new Map<number, { root: Root; latest?: ScanStatus }>();
  const host = createThreadHost({
    data: options.thread,
    clock,
    log,
    onStart: (thread) => {
      for (const { root } of roots.values()) void handover.give(root, thread);
      rescans.post();
    },
    onMessage: handle,
    onExit: () => rescans.giveUp(),
  });
  const recorder = createBatchRecorder<Columns, Recorded>({
    writeFound: options.recordFound,
    writeMissing: options.recordMissing,
    writeMoved: options.recordMoved ?? (async () => false),
    onRecorded: options.onRecorded,
    log,
  });
  const handover = createRootHandover({
    readListings: options.readListings,
    readKeepSince: options.readKeepSince,
    isServedBy,
    onGiven: () => rescans.post(),
    log,
  });
  const rescans = createOpenRescans((id) => {
    // A rescan requested while a root is on its way to the thread must follow the root.
    if (!host.thread || handover.isUnderWay) return false;
    host.post({ type: 'rescan', id });
    return true;
  });

  function isServedBy(root: Root, thread: Worker): boolean {
    return !host.isStopping && host.thread === thread && roots.get(root.id)?.root === root;
  }

  function handle(message: FromScanner, reply: Reply): void {
    switch (message.type) {
      case 'found':
        recorder.recordFound(message, reply);
        break;
      case 'missing':
        recorder.recordMissing(message, reply);
        break;
      case 'moved':
        recorder.recordMoved(message, reply);
        break;
      case 'listed':
        options.onListed(message.folder, message.listed);
        break;
      case 'sweep':
        options.onSweep(message.rootId, message.sweep);
        break;
      case 'rescanned':
        rescans.settle(message.id, message.result);
        break;
      case 'status':
        if (updateStatus(message.roots)) options.onStatus();
    }
  }

  /** True when the status of a root changed. */
  function updateStatus(reports: Extract<FromScanner, { type: 'status' }>['roots']): boolean {
    let hasChanged = false;
    for (const { rootId, status } of reports) {
      const known = roots.get(rootId);
      if (!known || JSON.stringify(status) === JSON.stringify(known.latest)) continue;
      known.latest = status;
      hasChanged = true;
    }
    return hasChanged;
  }

  function watch(root: Root): void {
    if (host.isStopping || roots.has(root.id)) return;
    roots.set(root.id, { root });
    if (host.thread) void handover.give(root, host.thread);
    else host.start();
  }

  return {
    watch,
    forget: (rootId) => {
      if (roots.delete(rootId)) host.post({ type: 'forget', rootId });
    },
    list: () => {
      const silence = host.silence();
      return [...roots.values()].map(({ root, latest }) =>
        rootStatus(root, options.thread.watchMode, latest, silence),
      );
    },
    keepSince: (at) => host.post({ type: 'keepSince', at }),
    noteCleared: (folder, names) => host.post({ type: 'cleared', folder, names }),
    lookAgain: (folder, name) => host.post({ type: 'lookAgain', folder, name }),
    rescan: async () => (roots.size === 0 ? { scanned: 0, added: 0, note: null } : rescans.request()),
    stop: async () => {
      recorder.stopRetrying();
      await host.stop();
      await recorder.settled();
    },
  };
}

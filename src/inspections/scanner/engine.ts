import { join } from 'node:path';
import { type Loop, startLoop } from '../../kernel/loop.ts';
import { detectWatchMode } from '../../kernel/storage/file-system.ts';
import { isImageName } from '../file-name.ts';
import type { SourceStatus } from '../model.ts';
import { createAbsences } from './absences.ts';
import { createBackfill } from './backfill.ts';
import { createFolderWatch, type FolderWatch } from './folder-watch.ts';
import { toFoundFile } from './inspect-file.ts';
import { createIntake } from './intake.ts';
import { isRealFolder } from './look-up.ts';
import { checkRoot, type RootCheck } from './root-check.ts';
import type { ScanContext } from './scan-context.ts';
import { folderState, type SweepKind, type SweepResult, sweepRoot } from './sweep.ts';

const rootCheckMs = 5_000;
/** A rescan answers after this long even when older images are still being written. */
const rescanWaitMs = 20_000;
const maxUnreadableShown = 10;

/** What the scanner knows of its own work; the rest of a source's status is known to the main thread. */
export type ScanStatus = Pick<
  SourceStatus,
  | 'state'
  | 'reason'
  | 'directories'
  | 'reasonCode'
  | 'knownFiles'
  | 'lastSweep'
  | 'sweepRunningSince'
  | 'backfill'
  | 'incomplete'
  | 'mode'
  | 'fileSystem'
  | 'lag'
  | 'unreadable'
> & { offlineSince: number | null; refusedWatches: number };

/** How changes are noticed; `auto` goes by the file system. */
export type WatchMode = 'auto' | 'events' | 'poll';

export type RescanResult = { scanned: number; added: number; note: string | null };

export type ScanEngine = {
  status(): ScanStatus;
  /** Sweeps now and answers once what was found is in the database (or 20 s have passed). */
  rescan(): Promise<RescanResult>;
  stop(): Promise<void>;
};

/** Watches one root for ever: events where they come, sweeps as the truth, a check of the root itself every 5 s. */
export function startScanEngine(
  context: ScanContext,
  watchMode: WatchMode,
  onSweep: (sweep: NonNullable<SourceStatus['lastSweep']>) => void,
): ScanEngine {
  const { clock, log, options } = context;
  const isOnline = () => status.state === 'online' || status.state === 'empty';
  const intake = createIntake(context);
  const backfill = createBackfill(context, (name) => ({
    ...toFoundFile(context, name, { sizeBytes: 0, modifiedAt: 0 }),
    sizeBytes: null,
    modifiedAt: null,
  }));
  const absences = createAbsences(context, isOnline);
  intake.onGone(absences.add);
  let watch: FolderWatch | undefined;
  let reconciledAt = performance.now();
  let forced = false;
  const status = startingStatus(watchMode);

  function countFiles(): number {
    let files = 0;
    for (const folder of context.folders.values()) files += folder.fileCount;
    return files;
  }

  async function checkRootNow(): Promise<RootCheck> {
    const check = await checkRoot(context.root.path, context.isExcluded, countFiles());
    // Read after the wait: the loop and a rescan may be checking at once, and only one of them starts the watch.
    const was = status.state;
    if (check.online) {
      const state = check.isEmpty ? 'empty' : 'online';
      Object.assign(status, { state, reason: null, reasonCode: null, offlineSince: null });
      if (was === 'offline' || was === 'starting') {
        Object.assign(status, chooseMode(context.root.path, watchMode));
        if (status.mode === 'events') startWatching();
        if (was === 'offline') {
          log.info({ folder: context.root.path }, 'The watched folder is back');
          // Events were missed, and looks at files failed: no folder is taken for unchanged.
          forced = true;
        }
        void sweeps.trigger();
      }
    } else if (was !== 'offline') {
      log.warn(
        { folder: context.root.path, reason: check.reason },
        'The watched folder is offline; nothing is deleted',
      );
      const { reason, reasonCode } = check;
      Object.assign(status, { state: 'offline', reason, reasonCode, offlineSince: clock.now() });
      await watch?.stop();
      watch = undefined;
    } else {
      Object.assign(status, { reason: check.reason, reasonCode: check.reasonCode });
    }
    return check;
  }

  function startWatching(): void {
    status.refusedWatches = 0;
    watch = createFolderWatch({
      root: context.root.path,
      isExcluded: context.isExcluded,
      log,
      onName: (path, name) => noteName(path, name),
      onFolder: (path) => noteFolder(path),
      onRefused: (path, reason) => {
        status.refusedWatches++;
        log.warn({ folder: path, reason }, 'No events for this folder; sweeps alone find its images');
      },
    });
    for (const path of context.folders.keys()) watch.watch(path);
  }

  function noteName(path: string, name: string): void {
    if (context.isExcluded(name)) return;
    const folder = folderState(context, path);
    if (isImageName(name)) {
      if (!intake.offer(folder, name)) folder.modifiedAt = null;
    } else if (isRealFolder(join(context.root.path, path, name))) {
      noteFolder(path === '' ? name : `${path}/${name}`);
    }
  }

  function noteFolder(path: string): void {
    watch?.watch(path);
    void sweeps.trigger();
  }

  async function sweepNow(): Promise<SweepResult | undefined> {
    if (!isOnline()) return undefined;
    const startedAt = clock.now();
    const isDue = performance.now() - reconciledAt >= options.reconcileIntervalMs;
    const kind: SweepKind = forced || isDue ? 'reconcile' : 'sweep';
    if (kind === 'reconcile') reconciledAt = performance.now();
    forced = false;
    status.sweepRunningSince = startedAt;
    const addedBefore = intake.added + backfill.added;
    try {
      const result = await sweepRoot({ context, intake, backfill }, kind, (folder) =>
        watch?.watch(folder.ref.path),
      );
      await intake.settle();
      const { unreadable } = result;
      status.unreadable = { count: unreadable.length, paths: unreadable.slice(0, maxUnreadableShown) };
      const filesAdded = intake.added + backfill.added - addedBefore;
      status.lastSweep = {
        kind,
        startedAt,
        durationMs: clock.now() - startedAt,
        filesSeen: result.filesSeen,
        filesAdded,
      };
      onSweep(status.lastSweep);
      return result;
    } finally {
      status.sweepRunningSince = null;
    }
  }

  async function rescan(): Promise<RescanResult> {
    const check = await checkRootNow();
    if (!check.online) {
      // The words of contract S1 where they are true.
      const note = check.isMissing ? `watch dir not found: ${context.root.path}` : check.reason;
      return { scanned: 0, added: 0, note };
    }
    const before = intake.added + backfill.added;
    forced = true;
    await sweeps.trigger();
    const settled = Promise.all([intake.settle(), backfill.settle()]);
    const isDone = await Promise.race([settled.then(() => true), delay(rescanWaitMs)]);
    return {
      scanned: status.lastSweep?.filesSeen ?? 0,
      added: intake.added + backfill.added - before,
      note: isDone ? null : 'older images are still being read',
    };
  }

  const sweeps: Loop = startLoop({
    name: 'sweep',
    intervalMs: options.pollIntervalMs,
    run: async () => void (await sweepNow()),
    log,
  });
  const checks = startLoop({
    name: 'root check',
    intervalMs: rootCheckMs,
    run: async () => void (await checkRootNow()),
    log,
    runAtStart: true,
  });

  return {
    status: () => ({
      ...status,
      directories: context.folders.size,
      knownFiles: countFiles(),
      backfill: backfill.progress,
      incomplete: intake.waiting,
      lag: intake.lag(),
    }),
    rescan,
    stop: async () => {
      intake.stop();
      backfill.stop();
      absences.stop();
      await Promise.all([checks.stop(), sweeps.stop(), watch?.stop()]);
    },
  };
}

function startingStatus(watchMode: WatchMode): ScanStatus {
  return {
    state: 'starting',
    reason: null,
    directories: 0,
    knownFiles: 0,
    lastSweep: null,
    reasonCode: null,
    sweepRunningSince: null,
    backfill: null,
    incomplete: 0,
    mode: watchMode === 'events' ? 'events' : 'poll',
    fileSystem: 'unknown',
    lag: null,
    offlineSince: null,
    refusedWatches: 0,
    unreadable: { count: 0, paths: [] },
  };
}

/** Settled each time the root comes online: a share may be mounted where a local folder was. */
function chooseMode(path: string, setting: WatchMode): Pick<ScanStatus, 'mode' | 'fileSystem'> {
  try {
    const detected = detectWatchMode(path);
    return { mode: setting === 'auto' ? detected.mode : setting, fileSystem: detected.fileSystem };
  } catch {
    return { mode: setting === 'events' ? 'events' : 'poll', fileSystem: 'unknown' };
  }
}

function delay(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(resolve, ms, false).unref());
}

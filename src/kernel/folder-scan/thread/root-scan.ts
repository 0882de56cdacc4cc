import { type Loop, startLoop } from '../../jobs/loop.ts';
import { detectWatchMode, isTimedHere, keepsInodes } from '../../storage/file-system.ts';
import { createAbsences } from '../absences/absences.ts';
import { createEmptied } from '../absences/emptied.ts';
import { createBackfill } from '../arrival/backfill.ts';
import { createFileIntake } from '../arrival/file-intake.ts';
import { createRecentFiles } from '../arrival/recent-files.ts';
import { createRootCheck, type RootCheck } from '../disk/root-check.ts';
import type { RescanResult } from '../model/rescan-result.ts';
import { type ScanStatus, type SweepReport, startingStatus, type WatchMode } from '../model/root-status.ts';
import { countOf } from '../state/folder-state.ts';
import type { FolderState, ScanContext } from '../state/scan-context.ts';
import { type SweepKind, sweepRoot } from '../sweep/sweep.ts';
import { createRootWatch } from '../watch/root-watch.ts';

const defaultRootCheckMs = 5_000;
/** A rescan answers within this time even while older images are still being recorded. */
const rescanWaitMs = 20_000;
const maxUnreadableShown = 10;

export type RootScan = {
  status(): ScanStatus;
  /** Looks again at a file that is not as it was recorded; `path` is that of its folder below the root. */
  lookAgain(path: string, name: string): void;
  /** Sweeps now and settles once the files found are in the database, or after 20 s. */
  rescan(): Promise<RescanResult>;
  stop(): Promise<void>;
};

/** Watches one root until stopped: events where available, sweeps as the truth, a check of the root itself every 5 s. */
export function startRootScan(
  context: ScanContext,
  watchMode: WatchMode,
  onSweep: (sweep: SweepReport) => void,
): RootScan {
  const { clock, log, options } = context;
  const status = startingStatus(watchMode);
  const isOnline = () => status.state === 'online' || status.state === 'empty';
  const recent = createRecentFiles(context);
  const intake = createFileIntake(context, recent.note);
  const offerOrSweep = (folder: FolderState, name: string) => {
    if (intake.offer(folder, name)) return;
    folder.names?.delete(name);
    folder.again = true;
  };
  const offerAgain = (folder: FolderState, name: string) => {
    if (!intake.offer(folder, name)) folder.again = true;
  };
  const backfill = createBackfill(context, offerOrSweep, recent.note);
  const emptied = createEmptied(context, {
    seenIdentity: () => (lastCheck?.online ? lastCheck.identity : undefined),
    isObserving: () => watch.isOn && absences.hasPending(),
  });
  const absences = createAbsences(context, {
    isRootOnline: isOnline,
    emptied,
    onBack: (folder, name) => {
      intake.forget(folder, name);
      offerOrSweep(folder, name);
    },
    onGone: (folder, name) => {
      intake.forget(folder, name);
      folder.names?.delete(name);
    },
  });
  intake.onGone(absences.add);
  const watch = createRootWatch(context, intake, () => void sweeps.trigger());
  const readRoot = createRootCheck(context.root.path, context.isExcluded, emptied.isExplained);
  let lastCheck: RootCheck | undefined;
  let reconciledAt = performance.now();
  let forced = false;

  async function checkRoot(): Promise<void> {
    const before = lastCheck;
    const check = await readRoot(countFiles(context));
    lastCheck = check;
    if (check.online) {
      const state = check.isEmpty ? 'empty' : 'online';
      Object.assign(status, { state, reason: null, reasonCode: null, offlineSince: null });
      if (!before?.online) await comeOnline(before !== undefined);
      // Another share was mounted at the same path between two checks.
      else if (before.identity !== check.identity && watch.isOn) await comeOnline(true);
    } else if (status.state !== 'offline') {
      log.warn(
        { folder: context.root.path, reason: check.reason },
        'The watched folder is offline; nothing is deleted',
      );
      const { reason, reasonCode } = check;
      Object.assign(status, { state: 'offline', reason, reasonCode, offlineSince: clock.now() });
      await watch.stop();
    } else {
      Object.assign(status, { reason: check.reason, reasonCode: check.reasonCode });
    }
  }

  async function comeOnline(isReturn: boolean): Promise<void> {
    Object.assign(status, chooseMode(context.root.path, watchMode));
    context.hasTrueInodes = keepsInodes(status.fileSystem);
    if (status.mode === 'events') await watch.start();
    if (isReturn) {
      log.info({ folder: context.root.path }, 'The watched folder is back');
      // Events were missed and looks at files failed, so no folder counts as unchanged.
      forced = true;
    }
    void sweeps.trigger();
  }

  async function sweepNow(): Promise<void> {
    if (!isOnline()) return;
    const startedAt = clock.now();
    const isDue = performance.now() - reconciledAt >= options.reconcileIntervalMs;
    const kind: SweepKind = forced || isDue ? 'reconcile' : 'sweep';
    if (kind === 'reconcile') reconciledAt = performance.now();
    forced = false;
    status.sweepRunningSince = startedAt;
    const addedBefore = intake.added + backfill.added;
    const release = backfill.hold();
    try {
      await recent.lookAgain(offerAgain);
      const isClockOurs = isTimedHere(status.fileSystem);
      const isPolled = status.mode === 'poll';
      const { filesSeen } = await sweepRoot(
        { context, intake, backfill, absences, emptied, isClockOurs, isPolled },
        kind,
        watch.watch,
      );
      await intake.settle();
      const filesAdded = intake.added + backfill.added - addedBefore;
      status.lastSweep = { kind, startedAt, durationMs: clock.now() - startedAt, filesSeen, filesAdded };
      onSweep(status.lastSweep);
    } finally {
      release();
      status.sweepRunningSince = null;
    }
  }

  async function rescan(): Promise<RescanResult> {
    await checks.trigger();
    if (!lastCheck?.online) {
      // Where it is true, the wording of contract S1.
      const isMissing = lastCheck?.isMissing ?? true;
      const note = isMissing ? `watch dir not found: ${context.root.path}` : lastCheck!.reason;
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
    run: sweepNow,
    log,
  });
  const checks = startLoop({
    name: 'root check',
    intervalMs: options.rootCheckMs ?? defaultRootCheckMs,
    run: checkRoot,
    log,
    runAtStart: true,
  });

  return {
    status: () => ({
      ...status,
      directories: context.folders.size,
      knownFiles: countFiles(context),
      backfill: backfill.progress,
      incomplete: intake.waiting,
      lag: intake.lag(),
      leftOut: listLeftOut(context),
      unreadable: listUnreadable(context),
    }),
    lookAgain: (path, name) => {
      const folder = context.folders.get(path);
      if (folder) offerAgain(folder, name);
    },
    rescan,
    stop: async () => {
      intake.stop();
      backfill.stop();
      absences.stop();
      await Promise.all([checks.stop(), sweeps.stop()]);
      await watch.stop();
    },
  };
}

/** Decided each time the root comes online: a share may now be mounted where a local folder was. */
function chooseMode(path: string, setting: WatchMode): Pick<ScanStatus, 'mode' | 'fileSystem'> {
  try {
    const detected = detectWatchMode(path);
    return { mode: setting === 'auto' ? detected.mode : setting, fileSystem: detected.fileSystem };
  } catch {
    return { mode: setting === 'events' ? 'events' : 'poll', fileSystem: 'unknown' };
  }
}

function countFiles({ folders }: ScanContext): number {
  let files = 0;
  for (const folder of folders.values()) files += countOf(folder);
  return files;
}

function listUnreadable({ folders }: ScanContext): ScanStatus['unreadable'] {
  const paths: string[] = [];
  let count = 0;
  for (const { ref, unreadable } of folders.values()) {
    count += unreadable.now.size;
    for (const name of unreadable.now.keys()) {
      if (paths.length === maxUnreadableShown) break;
      paths.push([ref.path, name].filter((part) => part !== '').join('/'));
    }
  }
  return { count, paths };
}

/** Longer paths are cut: a status crosses process borders in one small message. */
const maxLeftOutLength = 120;
const maxLeftOutShown = 3;

function listLeftOut({ folders }: ScanContext): ScanStatus['leftOut'] {
  return (['excluded', 'link', 'old'] as const).flatMap((reason) => {
    const names: string[] = [];
    let count = 0;
    for (const { ref, leftOut } of folders.values()) {
      count += leftOut[reason].count;
      for (const name of leftOut[reason].names) {
        if (names.length === maxLeftOutShown) break;
        names.push(
          [ref.path, name]
            .filter((part) => part !== '')
            .join('/')
            .slice(0, maxLeftOutLength),
        );
      }
    }
    return count === 0 ? [] : [{ reason, count, names }];
  });
}

function delay(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(resolve, ms, false).unref());
}

import { startLoop } from '../kernel/jobs/loop.ts';
import type { Log } from '../kernel/log.ts';
import type { RetentionPolicy } from '../kernel/retention-policy.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';
import type { Db } from '../schema/db.ts';
import type { Gone } from './cuts.ts';
import { createDiskHistory, type DiskForecast } from './disk-history.ts';
import { createDiskWatch, type DiskState } from './disk-watch.ts';
import { type Disk, type Marks, readDisks } from './disks.ts';
import { dueCause } from './due-cause.ts';
import { executeRun, type Progress } from './execute-run.ts';
import { createMeasure, type PolicyState } from './measure.ts';
import { createRunHistory } from './run-history.ts';
import { createRuns, type Run, type RunCause, type RunOutcome } from './run-records.ts';
import { createRunner } from './runner.ts';
import { lastTimeOfDay, nextTimeOfDay } from './time-of-day.ts';

/** How often due runs and full disks are checked. */
const defaultCheckMs = 60_000;
/** The first check waits until startup is over. */
const defaultFirstCheckMs = 15_000;
/** How often the progress of a run is saved and shown. */
const saveEveryMs = 1_000;

/** Applies the retention policies every night, when a disk fills up, and on request. */
export type Retention = {
  policies: readonly RetentionPolicy[];
  marks: Marks;
  /** What each policy holds and would delete now. */
  measure(): Promise<PolicyState[]>;
  runs(limit?: number): Promise<Run[]>;
  readonly progress: Progress | null;
  readonly disks: readonly DiskState[];
  /** When a disk is full at the pace of the last days. */
  forecastDisk(disk: Disk): Promise<DiskForecast>;
  /** When the next nightly run begins. */
  nextAt(): number;
  /** When the last run ended that was not cut short; null before the first. */
  readonly lastRunAt: number | null;
  /** Begins a full run here or in the process that cleans up; false when one is under way here, or no process can be asked. */
  run(): boolean;
  /** Resolves when no run is under way. */
  settled(): Promise<void>;
  start(): void;
  /** Cancels a run after its current step. */
  stop(): Promise<void>;
};

export function createRetention(options: {
  db: Db;
  /** The site whose runs these are. */
  siteId: number;
  policies: readonly RetentionPolicy[];
  /** Folders whose disks are watched. */
  folders: () => readonly string[];
  marks: Marks;
  /** When the nightly run begins, HH:MM on the site's clock. */
  timeOfDay: string;
  clock: Clock;
  wallClock: WallClock;
  log: Log;
  /** Something that the page shows has changed. */
  onChanged: () => void;
  onRemoved: (policy: string, gone: Gone) => void;
  /** Whether this process cleans up: of several on one database, the one that sweeps the folder. Always by default. */
  isLeader?: () => boolean;
  /** Asks the process that cleans up for a run; false when it cannot be asked. */
  forwardRun?: () => boolean;
  readDisks?: typeof readDisks;
  firstCheckMs?: number;
  checkMs?: number;
}): Retention {
  const { policies, marks, timeOfDay, clock, wallClock, log, onChanged, onRemoved } = options;
  const isLeader = options.isLeader ?? (() => true);
  const runs = createRuns(options.db, options.siteId, clock);
  const history = createRunHistory(runs);
  const measure = createMeasure({ policies, clock, wallClock });
  const disks = createDiskWatch({
    folders: options.folders,
    marks,
    clock,
    readDisks: options.readDisks ?? readDisks,
  });
  const diskHistory = createDiskHistory(options.db, options.siteId, clock);
  const runner = createRunner({ execute, onEnd, log });
  let progress: Progress | null = null;
  let firstCheck: NodeJS.Timeout | undefined;
  let loop: ReturnType<typeof startLoop> | undefined;

  async function check(): Promise<void> {
    if (runner.isBusy) return;
    const list = isLeader() ? await history.take() : await history.follow();
    await disks.refresh();
    if (isLeader()) await diskHistory.record(disks.states);
    // Asked again: the lead may have gone to another process meanwhile.
    if (isLeader()) {
      const cause = dueCause(list, lastTimeOfDay(timeOfDay, clock.now(), wallClock), clock.now());
      if (cause !== null) runner.begin(cause);
      else if (disks.states.some(({ state }) => state === 'high')) runner.begin('disk');
    }
    onChanged();
    await runner.settled();
  }

  async function execute(cause: RunCause, isStopping: () => boolean): Promise<void> {
    const mayContinue = () => !isStopping() && isLeader();
    await history.take();
    const id = await runs.begin(cause);
    const run: Progress = { startedAt: clock.now(), cause, policy: null, removed: {} };
    progress = run;
    const failed = await executeRun({
      progress: run,
      policies,
      disks,
      marks,
      clock,
      wallClock,
      log,
      mayContinue,
      onStep: atMostEvery(saveEveryMs, async () => {
        await runs.save(id, run.removed);
        onChanged();
      }),
      onRemoved,
    });
    const outcome: RunOutcome = !mayContinue() ? 'stopped' : failed.length > 0 ? 'failed' : 'done';
    await runs.end(id, outcome, run.removed);
    await disks.refresh();
    if (outcome !== 'stopped') history.noteEnd(clock.now());
    log.info({ cause, outcome, removed: run.removed, faults: failed }, 'Cleaned up');
  }

  function onEnd(): void {
    progress = null;
    measure.forget();
    onChanged();
  }

  return {
    policies,
    marks,
    measure: measure.read,
    runs: runs.list,
    get progress() {
      return progress;
    },
    forecastDisk: diskHistory.forecast,
    get disks() {
      return disks.states;
    },
    nextAt: () => nextTimeOfDay(timeOfDay, clock.now(), wallClock),
    get lastRunAt() {
      return history.lastRunAt;
    },
    run: () => (isLeader() ? runner.begin('hand') : (options.forwardRun?.() ?? false)),
    settled: runner.settled,
    start: () => {
      // Nothing is deleted before the first check, but pages say from the start how full the disks are.
      void disks.refresh();
      const intervalMs = options.checkMs ?? defaultCheckMs;
      loop = startLoop({ name: 'retention', intervalMs, run: check, log });
      firstCheck = setTimeout(() => void loop?.trigger(), options.firstCheckMs ?? defaultFirstCheckMs);
    },
    stop: async () => {
      runner.cancel();
      clearTimeout(firstCheck);
      await loop?.stop();
      await runner.settled();
    },
  };
}

function atMostEvery(intervalMs: number, action: () => Promise<void>): () => Promise<void> {
  let calledAt = performance.now();
  return async () => {
    if (performance.now() - calledAt < intervalMs) return;
    calledAt = performance.now();
    await action();
  };
}

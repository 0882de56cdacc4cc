import { startLoop } from '../kernel/jobs/loop.ts';
import type { Log } from '../kernel/log.ts';
import type { RetentionPolicy } from '../kernel/retention-policy.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';
import type { Db } from '../schema/db.ts';
import type { RemovedByPolicy } from '../schema/retention-tables.ts';
import { cutsOf, type Gone, takeAway } from './clean-up.ts';
import { bytesAboveLow, type Disk, isAboveHigh, type Marks, readDisks } from './disks.ts';
import { dueCause } from './due.ts';
import { createMeasure, type PolicyState } from './measure.ts';
import { createRuns, type Run, type RunCause, type RunOutcome } from './record-runs.ts';
import { lastTimeOfDay, nextTimeOfDay } from './schedule.ts';

/** How often is looked whether a run is due and how full the disks are. */
const usualLookMs = 60_000;
/** A start has enough to do. */
const usualFirstLookMs = 15_000;
/** A disk that could not be relieved is tried again no sooner than this. */
const reliefPauseMs = 10 * 60_000;
/** What went so far is written down and shown this often while a run goes on. */
const noteEveryMs = 1_000;

/** What a run has done so far. */
export type Progress = {
  startedAt: number;
  cause: RunCause;
  policy: string | null;
  removed: RemovedByPolicy;
};

/** A disk with what the marks say of it; `stuck` above the high mark, where nothing more may be deleted. */
export type DiskState = Disk & { state: 'ok' | 'high' | 'stuck' };

/** Cleans up every night, when a disk fills up, and when somebody asks for it. */
export type Retention = {
  policies: readonly RetentionPolicy[];
  marks: Marks;
  /** What each policy holds and would delete now. */
  measure(): Promise<PolicyState[]>;
  runs(limit?: number): Promise<Run[]>;
  readonly progress: Progress | null;
  readonly disks: readonly DiskState[];
  /** When the next run of the night begins. */
  nextAt(): number;
  /** When the last run ended that was not cut short; null before the first. */
  readonly lastRunAt: number | null;
  /** Begins a full run, here or where the folder is swept; false when one is under way here, or nobody can be asked. */
  run(): boolean;
  /** Resolves when no run is under way. */
  settled(): Promise<void>;
  start(): void;
  /** Calls a run off after its current step. */
  stop(): Promise<void>;
};

export type RetentionOptions = {
  db: Db;
  /** The site whose runs these are. */
  siteId: number;
  policies: readonly RetentionPolicy[];
  /** Folders whose disks are watched. */
  folders: () => readonly string[];
  marks: Marks;
  timeOfDay: string;
  clock: Clock;
  wallClock: WallClock;
  log: Log;
  /** Something that the page shows has changed. */
  onChanged: () => void;
  onRemoved: (policy: string, gone: Gone) => void;
  /** Whether this process cleans up; of several that share a database it is the one that sweeps the folder. */
  isDuty?: () => boolean;
  /** Asks the process that does for a run; false where it cannot be asked. */
  passOn?: () => boolean;
  readDisks?: typeof readDisks;
  firstLookMs?: number;
  lookMs?: number;
};

export function createRetention(options: RetentionOptions): Retention {
  const { db, siteId, policies, clock, wallClock, log, marks } = options;
  const runs = createRuns(db, siteId, clock);
  const measure = createMeasure({ policies, clock, wallClock });
  const { isDuty = () => true } = options;
  const ending = new AbortController();
  /** Asked before each step: another process may have taken the duty over. */
  const mayGoOn = () => !ending.signal.aborted && isDuty();
  let progress: Progress | null = null;
  let current: Promise<void> | undefined;
  let disks: DiskState[] = [];
  let relievedAt = Number.NEGATIVE_INFINITY;
  let lastRunAt: number | null = null;
  let isOpenClosed = false;
  let first: NodeJS.Timeout | undefined;
  let loop: ReturnType<typeof startLoop> | undefined;

  async function look(): Promise<void> {
    if (current) return;
    const list = isDuty() ? await readRuns() : await runs.list();
    await lookAtDisks();
    const since = lastTimeOfDay(options.timeOfDay, clock.now(), wallClock);
    const cause = dueCause(list, since, clock.now());
    if (!isDuty()) {
      isOpenClosed = false;
      lastRunAt = list.find(({ outcome }) => outcome === 'done')?.endedAt ?? null;
    } else if (cause !== null) begin(cause);
    else if (disks.some(({ state }) => state === 'high')) begin('disk');
    options.onChanged();
    await current;
  }

  /** A disk that is above its mark right after it was relieved is stuck there. */
  async function lookAtDisks(): Promise<void> {
    const isRelieved = clock.now() - relievedAt < reliefPauseMs;
    disks = (await (options.readDisks ?? readDisks)(options.folders())).map((disk) => ({
      ...disk,
      state: !isAboveHigh(disk, marks) ? 'ok' : isRelieved ? 'stuck' : 'high',
    }));
  }

  /** What the process before this one left open is closed before anything else is read. */
  async function readRuns(): Promise<Run[]> {
    if (!isOpenClosed) await runs.closeOpen();
    isOpenClosed = true;
    const list = await runs.list();
    lastRunAt ??= list.find(({ outcome }) => outcome === 'done')?.endedAt ?? null;
    return list;
  }

  function begin(cause: RunCause): boolean {
    if (current || ending.signal.aborted) return false;
    current = execute(cause)
      .catch((err) => log.error({ err }, 'A clean-up could not be written down; it is tried again'))
      .finally(() => {
        progress = null;
        current = undefined;
        measure.forget();
        options.onChanged();
      });
    return true;
  }

  async function execute(cause: RunCause): Promise<void> {
    await readRuns();
    const id = await runs.begin(cause);
    const run: Progress = { startedAt: clock.now(), cause, policy: null, removed: {} };
    progress = run;
    const note = createNote(() => runs.note(id, run.removed), options.onChanged);
    const faults = cause === 'disk' ? await freeDisks(run, note) : await keepLimits(run, note);
    if (cause !== 'disk') faults.push(...(await freeDisks(run, note)));
    const outcome: RunOutcome = !mayGoOn() ? 'stopped' : faults.length > 0 ? 'failed' : 'done';
    await runs.end(id, outcome, run.removed);
    await lookAtDisks();
    if (outcome !== 'stopped') lastRunAt = clock.now();
    log.info({ cause, outcome, removed: run.removed, faults }, 'Cleaned up');
  }

  async function keepLimits(run: Progress, note: () => Promise<void>): Promise<string[]> {
    const faults: string[] = [];
    for (const policy of policies) {
      if (!mayGoOn() || policy.hindrance() !== null) continue;
      try {
        for (const cut of cutsOf(policy, await policy.read(), clock.now(), wallClock)) {
          await takeAway(policy, cut, { mayGoOn, onStep: stepOf(run, policy.key, note) });
        }
      } catch (error) {
        faults.push(faultOf(policy, error));
      }
    }
    return faults;
  }

  /** Deletes the oldest of each policy in turn, in the order of registration, until the disk is at its low mark. */
  async function freeDisks(run: Progress, note: () => Promise<void>): Promise<string[]> {
    const faults: string[] = [];
    const read = async () => (options.readDisks ?? readDisks)(options.folders());
    const full = (await read()).filter((disk) => isAboveHigh(disk, marks)).map(({ folders }) => folders[0]);
    if (full.length > 0) relievedAt = clock.now();
    for (const policy of full.length > 0 ? policies : []) {
      if (!mayGoOn() || policy.hindrance() !== null) continue;
      try {
        for (const disk of await read()) {
          const freeBytes = bytesAboveLow(disk, marks);
          const isOnDisk = policy.folders().some((folder) => disk.folders.includes(folder));
          if (!full.includes(disk.folders[0]) || !isOnDisk || freeBytes <= 0) continue;
          await takeAway(policy, { freeBytes }, { mayGoOn, onStep: stepOf(run, policy.key, note) });
          await note();
        }
      } catch (error) {
        faults.push(faultOf(policy, error));
      }
    }
    return faults;
  }

  function stepOf(run: Progress, key: string, note: () => Promise<void>): (gone: Gone) => Promise<void> {
    return async (gone) => {
      run.policy = key;
      const sum = run.removed[key] ?? { count: 0, bytes: 0, failed: 0 };
      if (gone.count + gone.failed > 0) {
        run.removed[key] = {
          count: sum.count + gone.count,
          bytes: sum.bytes + gone.bytes,
          failed: sum.failed + gone.failed,
        };
      }
      if (gone.count > 0) options.onRemoved(key, gone);
      await note();
    };
  }

  function faultOf(policy: RetentionPolicy, error: unknown): string {
    log.error({ err: error, kind: policy.key }, 'A retention policy could not be applied');
    return policy.key;
  }

  async function settled(): Promise<void> {
    while (current) await current;
  }

  return {
    policies,
    marks,
    measure: measure.read,
    runs: runs.list,
    get progress() {
      return progress;
    },
    get disks() {
      return disks;
    },
    nextAt: () => nextTimeOfDay(options.timeOfDay, clock.now(), wallClock),
    get lastRunAt() {
      return lastRunAt;
    },
    run: () => (isDuty() ? begin('hand') : (options.passOn?.() ?? false)),
    settled,
    start: () => {
      const lookMs = options.lookMs ?? usualLookMs;
      loop = startLoop({ name: 'retention', intervalMs: lookMs, run: look, log });
      first = setTimeout(() => void loop?.trigger(), options.firstLookMs ?? usualFirstLookMs);
    },
    stop: async () => {
      ending.abort();
      clearTimeout(first);
      await loop?.stop();
      await settled();
    },
  };
}

/** Writes down and shows what went so far, now and then. */
function createNote(write: () => Promise<void>, show: () => void): () => Promise<void> {
  let notedAt = performance.now();
  return async () => {
    if (performance.now() - notedAt < noteEveryMs) return;
    notedAt = performance.now();
    await write();
    show();
  };
}

import type { Log } from '../kernel/log.ts';
import type { RetentionPolicy } from '../kernel/retention-policy.ts';
import type { Clock } from '../kernel/time/clock.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';
import type { RemovedByPolicy } from '../schema/retention-tables.ts';
import { applyCut, cutsOf, type Gone } from './cuts.ts';
import type { DiskWatch } from './disk-watch.ts';
import { bytesAboveLow, type Marks } from './disks.ts';
import type { RunCause } from './run-records.ts';

/** What a run has done so far; `policy` is the key of the one it is applying. */
export type Progress = {
  startedAt: number;
  cause: RunCause;
  policy: string | null;
  removed: RemovedByPolicy;
};

type RunContext = {
  /** Updated with every step. */
  progress: Progress;
  policies: readonly RetentionPolicy[];
  disks: DiskWatch;
  marks: Marks;
  clock: Clock;
  wallClock: WallClock;
  log: Log;
  /** Checked before each step. */
  mayContinue: () => boolean;
  /** The progress has changed. */
  onStep: () => Promise<void>;
  onRemoved: (policy: string, gone: Gone) => void;
};

/**
 * Applies the limits of every policy, then relieves the disks that are still too full; a run for a disk's sake does only
 * the latter. Answers the keys of the policies that failed.
 */
export async function executeRun(context: RunContext): Promise<string[]> {
  const failed = context.progress.cause === 'disk' ? [] : await applyLimits(context);
  return [...failed, ...(await relieveDisks(context))];
}

function applyLimits(context: RunContext): Promise<string[]> {
  const { clock, wallClock, mayContinue } = context;
  return forEachPolicy(context, async (policy) => {
    for (const cut of cutsOf(policy.limits, await policy.read(), clock.now(), wallClock)) {
      await applyCut(policy, cut, { mayContinue, onStep: (gone) => addStep(context, policy, gone) });
    }
  });
}

/** Deletes the oldest of each policy in turn, in the order of registration, until the disk is at its low mark. */
async function relieveDisks(context: RunContext): Promise<string[]> {
  const { disks, marks, mayContinue } = context;
  const full = (await disks.beginRelief()).map(({ folders }) => folders[0]);
  if (full.length === 0) return [];
  return forEachPolicy(context, async (policy) => {
    for (const disk of await disks.read()) {
      const freeBytes = bytesAboveLow(disk, marks);
      const isOnDisk = policy.folders().some((folder) => disk.folders.includes(folder));
      if (!full.includes(disk.folders[0]) || !isOnDisk || freeBytes <= 0) continue;
      await applyCut(
        policy,
        { freeBytes },
        { mayContinue, onStep: (gone) => addStep(context, policy, gone) },
      );
    }
  });
}

/** A policy that fails does not keep the others from their turn. Answers the keys of those that did. */
async function forEachPolicy(
  { policies, mayContinue, log }: RunContext,
  apply: (policy: RetentionPolicy) => Promise<void>,
): Promise<string[]> {
  const failed: string[] = [];
  for (const policy of policies) {
    if (!mayContinue() || policy.hindrance() !== null) continue;
    try {
      await apply(policy);
    } catch (err) {
      log.error({ err, kind: policy.key }, 'A retention policy could not be applied');
      failed.push(policy.key);
    }
  }
  return failed;
}

async function addStep(context: RunContext, { key }: RetentionPolicy, gone: Gone): Promise<void> {
  const { progress, onRemoved, onStep } = context;
  progress.policy = key;
  if (gone.count + gone.failed > 0) {
    const sum = progress.removed[key] ?? { count: 0, bytes: 0, failed: 0 };
    progress.removed[key] = {
      count: sum.count + gone.count,
      bytes: sum.bytes + gone.bytes,
      failed: sum.failed + gone.failed,
    };
  }
  if (gone.count > 0) onRemoved(key, gone);
  await onStep();
}

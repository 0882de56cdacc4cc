import { setTimeout as sleep } from 'node:timers/promises';
import type { Cut, Holdings, RetentionPolicy } from '../kernel/retention-policy.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';

/** Between two steps the database is left to others for as long as the step took, but no longer than this. */
const maxPauseMs = 100;

/** What was deleted; `failed` could not be. */
export type Gone = { count: number; bytes: number; failed: number };

/** The cuts that the limits of a policy require: first what is too old, then what is too much. */
export function cutsOf(
  limits: RetentionPolicy['limits'],
  holdings: Holdings,
  now: number,
  wallClock: WallClock,
): Cut[] {
  const cuts: Cut[] = [];
  if (limits.days > 0) cuts.push({ before: wallClock.startOfDay(now, -limits.days) });
  const excess = limits.bytes > 0 ? (holdings.bytes ?? 0) - limits.bytes : 0;
  if (excess > 0) cuts.push({ freeBytes: excess });
  return cuts;
}

/** Applies a cut step by step until it is complete or `mayContinue` says no. */
export async function applyCut(
  policy: RetentionPolicy,
  cut: Cut,
  options: { mayContinue: () => boolean; onStep: (gone: Gone) => Promise<void> },
): Promise<void> {
  let freedBytes = 0;
  while (options.mayContinue()) {
    const startedAt = performance.now();
    const { count, bytes, failed, isDone } = await policy.remove(restOf(cut, freedBytes));
    freedBytes += bytes;
    await options.onStep({ count, bytes, failed });
    if (isDone || ('freeBytes' in cut && freedBytes >= cut.freeBytes)) break;
    await sleep(Math.min(performance.now() - startedAt, maxPauseMs));
  }
}

function restOf(cut: Cut, freedBytes: number): Cut {
  return 'freeBytes' in cut ? { freeBytes: cut.freeBytes - freedBytes } : cut;
}

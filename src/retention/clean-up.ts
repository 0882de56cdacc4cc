import { setTimeout as sleep } from 'node:timers/promises';
import type { Cut, Holdings, RetentionPolicy } from '../kernel/retention-policy.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';

/** Others get at least as much of the database as a clean-up takes; a pause is never longer than this. */
const longestPauseMs = 100;

/** What went, summed up over steps. */
export type Gone = { count: number; bytes: number; failed: number };

/** What the limits of a policy require to be deleted: first what is too old, then what is too much. */
export function cutsOf(
  { limits }: Pick<RetentionPolicy, 'limits'>,
  holdings: Holdings,
  now: number,
  wallClock: WallClock,
): Cut[] {
  const excess = limits.bytes > 0 ? (holdings.bytes ?? 0) - limits.bytes : 0;
  return [
    ...(limits.days > 0 ? [{ before: wallClock.startOfDay(now, -limits.days) }] : []),
    ...(excess > 0 ? [{ freeBytes: excess }] : []),
  ];
}

/** Takes a cut away step by step, as long as it may; answers what went. */
export async function takeAway(
  policy: RetentionPolicy,
  cut: Cut,
  options: { mayGoOn: () => boolean; onStep: (gone: Gone) => Promise<void> },
): Promise<Gone> {
  const sum: Gone = { count: 0, bytes: 0, failed: 0 };
  while (options.mayGoOn()) {
    const startedAt = performance.now();
    const { count, bytes, failed, isDone } = await policy.remove(restOf(cut, sum.bytes));
    sum.count += count;
    sum.bytes += bytes;
    sum.failed += failed;
    await options.onStep({ count, bytes, failed });
    if (isDone || ('freeBytes' in cut && sum.bytes >= cut.freeBytes)) break;
    await sleep(Math.min(performance.now() - startedAt, longestPauseMs));
  }
  return sum;
}

function restOf(cut: Cut, freedBytes: number): Cut {
  return 'freeBytes' in cut ? { freeBytes: cut.freeBytes - freedBytes } : cut;
}

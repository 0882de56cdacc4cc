import { dayMs, hourMs } from '../kernel/time/durations.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';

/** The hours of a week in which a station runs, learnt from its images. */
export type RunningHours = {
  /** `none`: less than two weeks are known, so that every hour counts, and pages say so. */
  source: 'none' | 'learnt' | 'plan';
  isRunning(at: number): boolean;
  /** How much of a stretch of time lies in running hours, ms. */
  elapsedMs(fromAt: number, toAt: number): number;
};

const weekHours = 7 * 24;
const weeks = 4;
/** Images older than this say nothing about which hours run. */
export const runningHoursReachMs = weeks * 7 * dayMs;
/** An hour of the week runs when it had images in so many of the last four weeks. */
const minWeeks = 2;
const learntAfterMs = 14 * dayMs;

/** Every hour runs: a station about which nothing else is known. */
export const alwaysRunning: RunningHours = {
  source: 'none',
  isRunning: () => true,
  elapsedMs: (fromAt, toAt) => Math.max(0, toAt - fromAt),
};

/**
 * The running hours of a station at `now`, from the starts (UTC) of the hours in which it had images during the last four
 * weeks: an hour of the site's week runs when it had images in at least half of them.
 */
export function learnRunningHours(
  hourStarts: readonly number[],
  now: number,
  wallClock: Pick<WallClock, 'offsetMsAt'>,
): RunningHours {
  const recent = hourStarts.filter((at) => at <= now && now - at < runningHoursReachMs);
  const earliestAt = recent.reduce((least, at) => Math.min(least, at), now);
  if (now - earliestAt < learntAfterMs) return alwaysRunning;

  const localOf = (at: number) => at + wallClock.offsetMsAt(at);
  const hourOfWeek = (at: number) => Math.floor(localOf(at) / hourMs) % weekHours;
  /** One bit a week. */
  const seen = new Uint8Array(weekHours);
  for (const at of recent) {
    const week = 1 << Math.floor((now - at) / (7 * dayMs));
    // In a zone of half hours an hour of UTC reaches into two of the site's.
    for (const part of [at, at + hourMs - 1]) seen[hourOfWeek(part)]! |= week;
  }
  const runs = Array.from(seen, (bits) => countBits(bits) >= minWeeks);

  return {
    source: 'learnt',
    isRunning: (at) => runs[hourOfWeek(at)]!,
    elapsedMs: (fromAt, toAt) => {
      let sum = 0;
      for (let at = Math.max(fromAt, toAt - runningHoursReachMs); at < toAt; ) {
        const nextAt = Math.min(toAt, at + hourMs - (localOf(at) % hourMs));
        if (runs[hourOfWeek(at)]) sum += nextAt - at;
        at = nextAt;
      }
      return sum;
    },
  };
}

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest > 0; rest >>= 1) count += rest & 1;
  return count;
}

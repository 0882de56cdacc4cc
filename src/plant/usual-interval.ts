import { dayMs, minuteMs } from '../kernel/time/durations.ts';
import { type TrendBucket, totalCount } from './yield.ts';

/*
 * How often images usually come, and how long a pause may last before it counts as silence. Pure: everything follows
 * from counts per minute (a station) or capture times (a camera).
 */

/** Silence begins after this many usual intervals … */
const silentAfterIntervals = 10;
/** … but never sooner than this, so that a slow minute is not an alarm. */
export const minSilenceMs = minuteMs;

/** How long a source with this usual interval may pause before it counts as silent, ms. */
export function silentAfterMs(usualIntervalMs: number): number {
  return Math.max(usualIntervalMs * silentAfterIntervals, minSilenceMs);
}

/** A station needs this many minutes with images, each following another, before its usual interval is known. */
const minMinutes = 5;

/**
 * Usual time between two images of a station, ms, learnt from its counts per minute over recent hours (minutes without
 * images left out or zero, in order); null while too little is known.
 *
 * Each minute with images contributes one interval: directly after another one 1 min/count, after a pause the pause
 * itself. The median of these ignores stops, slow starts and bursts as long as they are fewer than half of the minutes.
 * A station that sends a batch every 10 minutes therefore has an interval of 10 minutes.
 */
export function usualIntervalOfCounts(minutes: readonly TrendBucket[]): number | null {
  const intervals: number[] = [];
  let previousAt: number | undefined;
  for (const minute of minutes) {
    const count = totalCount(minute);
    if (count === 0) continue;
    if (previousAt !== undefined) {
      const pauseMs = minute.startAt - previousAt;
      intervals.push(pauseMs <= minuteMs ? minuteMs / count : pauseMs);
    }
    previousAt = minute.startAt;
  }
  return intervals.length < minMinutes ? null : median(intervals);
}

/** How many of the last images define a camera's usual interval: about an hour of a coil line with pauses between coils. */
export const usualIntervalImages = 64;
/** A camera needs this many intervals before its usual one is known. */
const minIntervals = 8;
/** A camera counts as silent after this at the latest. */
const maxSilenceMs = dayMs;
/** A pause is unusual when it is this many times as long as the usual long ones. */
const roomOverLongest = 1.5;

/** `usualIntervalMs` is the median of the last intervals; a pause longer than `silentAfterMs` is silence. */
export type UsualInterval = { usualIntervalMs: number; silentAfterMs: number };

/** Learns a camera's usual interval from capture times in any order; null while there are too few of them. */
export function learnUsualInterval(times: readonly number[]): UsualInterval | null {
  const ordered = [...new Set(times)].sort((a, b) => a - b).slice(-usualIntervalImages);
  const intervals = ordered.slice(1).map((at, i) => at - ordered[i]!);
  if (intervals.length < minIntervals) return null;
  const sorted = intervals.toSorted((a, b) => a - b);
  const usualIntervalMs = sorted[Math.floor(sorted.length / 2)]!;
  // The second longest: a night without production or a corrected clock is not a usual pause.
  const longestMs = sorted.at(-2)!;
  const unusualMs = Math.max(longestMs * roomOverLongest, silentAfterMs(usualIntervalMs));
  return { usualIntervalMs, silentAfterMs: Math.min(unusualMs, maxSilenceMs) };
}

/**
 * Since when a camera is silent: the arrival of its last image, or null while it is as usual. Measured by our own clock,
 * because the camera's may be wrong by hours.
 */
export function silentSince(
  usual: UsualInterval | null,
  lastCameAt: number | undefined,
  now: number,
): number | null {
  if (usual === null || lastCameAt === undefined) return null;
  return now - lastCameAt > usual.silentAfterMs ? lastCameAt : null;
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  const middle = Math.floor(values.length / 2);
  return values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}

import { dayMs, minuteMs } from '../kernel/time/durations.ts';
import { type TrendBucket, totalCount } from './yield.ts';

/*
 * The usual interval between images, and how long a pause may last before it counts as silence. Pure: derived from counts
 * per minute (stations) or capture times (cameras).
 */

/** Silence begins after this many usual intervals … */
const silentAfterIntervals = 10;
/** … but not before this, so that one slow minute is not an alarm. */
export const minSilenceMs = minuteMs;

/** The longest pause, ms, of a source with this usual interval before it counts as silent. */
export function silentAfterMs(usualIntervalMs: number): number {
  return Math.max(usualIntervalMs * silentAfterIntervals, minSilenceMs);
}

/** Intervals between minutes with images that are needed before a station's usual interval is known. */
export const minMinutes = 5;

/**
 * Usual time between two images of a station, ms, from its counts per minute over recent hours (in order; minutes without
 * images may be left out); null while too little is known.
 *
 * Each minute with images contributes one interval: 1 min/count directly after another such minute, otherwise the pause
 * before it. The median ignores stops, slow starts and bursts while they are fewer than half of the minutes. A station
 * that sends a batch every 10 minutes has an interval of 10 minutes.
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

/** Last images from which a camera's usual interval is learnt: about an hour of a coil line with its pauses. */
export const usualIntervalImages = 64;
/** Intervals that are needed before a camera's usual interval is known. */
const minIntervals = 8;
/** A camera counts as silent after this long in any case. */
const maxSilenceMs = dayMs;
/** A pause is unusual when it is this many times as long as the longest usual one. */
export const longestPauseFactor = 1.5;

/** `usualIntervalMs` is the median of the last intervals; a pause longer than `silentAfterMs` is silence. */
export type UsualInterval = { usualIntervalMs: number; silentAfterMs: number };

/** A camera's usual interval, from capture times in any order; null while there are too few. */
export function learnUsualInterval(times: readonly number[]): UsualInterval | null {
  const ordered = [...new Set(times)].sort((a, b) => a - b).slice(-usualIntervalImages);
  const intervals = ordered.slice(1).map((at, i) => at - ordered[i]!);
  if (intervals.length < minIntervals) return null;
  const sorted = intervals.toSorted((a, b) => a - b);
  const usualIntervalMs = sorted[Math.floor(sorted.length / 2)]!;
  // The second longest, because one night without production or one clock correction is not a usual pause.
  const longestMs = sorted.at(-2)!;
  const unusualMs = Math.max(longestMs * longestPauseFactor, silentAfterMs(usualIntervalMs));
  return { usualIntervalMs, silentAfterMs: Math.min(unusualMs, maxSilenceMs) };
}

/**
 * The start of a camera's silence, which is the arrival of its last image; null while it sends as usual. Uses arrival
 * times, because the camera's clock may be wrong by hours.
 */
export function silentSince(
  usual: UsualInterval | null,
  lastArrivedAt: number | undefined,
  now: number,
): number | null {
  if (usual === null || lastArrivedAt === undefined) return null;
  return now - lastArrivedAt > usual.silentAfterMs ? lastArrivedAt : null;
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  const middle = Math.floor(values.length / 2);
  return values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}

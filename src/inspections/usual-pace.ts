import { SILENT_AFTER_INTERVALS, SILENT_AFTER_MIN_MS } from '../plant/station-state.ts';
import type { TrendBucket } from './model.ts';

const minuteMs = 60_000;

/** Fewer minutes with images than this tell no pace. */
const MIN_PACE_MINUTES = 5;

/**
 * Usual time between two images of a station, ms, learnt from its counts per minute over recent hours (minutes without
 * images left out or zero, in order); null while too little is known.
 *
 * Each minute with images says something: right after another one its images came 1 min/count apart, after a pause the
 * pause itself is the interval. The median of that ignores stops, slow starts and bursts as long as they are fewer than
 * half of the minutes. A station that sends a batch each 10 minutes thus has an interval of 10 minutes.
 */
export function usualIntervalMs(minutes: readonly TrendBucket[]): number | null {
  const intervals: number[] = [];
  let previousAt: number | undefined;
  for (const { startAt, ok, ng, unmatched } of minutes) {
    const count = ok + ng + unmatched;
    if (count === 0) continue;
    if (previousAt !== undefined) {
      const pauseMs = startAt - previousAt;
      intervals.push(pauseMs <= minuteMs ? minuteMs / count : pauseMs);
    }
    previousAt = startAt;
  }
  return intervals.length < MIN_PACE_MINUTES ? null : median(intervals);
}

/**
 * Whether a station that was last seen at `lastSeenAt` has been quiet for much longer than it usually is. Never while
 * its pace is unknown or no image was ever seen.
 */
export function isSilent(lastSeenAt: number | null, usualIntervalMs: number | null, now: number): boolean {
  if (lastSeenAt === null || usualIntervalMs === null) return false;
  return now - lastSeenAt > Math.max(SILENT_AFTER_MIN_MS, SILENT_AFTER_INTERVALS * usualIntervalMs);
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  const middle = Math.floor(values.length / 2);
  return values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}

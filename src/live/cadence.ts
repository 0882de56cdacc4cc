/*
 * The habit of a camera: how often its images come, and how long it may be quiet before that is strange. Pure: everything
 * follows from the times of its last images.
 */

/** How many of the last images tell the habit; about an hour of a coil line, a pause between coils included. */
export const cadenceImages = 64;
/** Fewer intervals than this tell nothing. */
const minIntervals = 8;
/** Nobody is alarmed sooner, whatever the habit, nor later. */
const soonestMs = 60_000;
const latestMs = 24 * 3_600_000;
/** A pause is strange when it is longer than the usual ones, with some room, and many times the usual interval. */
const roomOverLongest = 1.5;
const timesUsual = 10;

export type Cadence = {
  /** Median interval. */
  usualIntervalMs: number;
  /** Quiet for longer than this is silence. */
  silentAfterMs: number;
};

/** Learns the habit from capture times in any order; null while there are too few of them. */
export function learnCadence(times: readonly number[]): Cadence | null {
  const ordered = [...new Set(times)].sort((a, b) => a - b).slice(-cadenceImages);
  const intervals = ordered.slice(1).map((at, i) => at - ordered[i]!);
  if (intervals.length < minIntervals) return null;
  const sorted = intervals.toSorted((a, b) => a - b);
  const usualIntervalMs = sorted[Math.floor(sorted.length / 2)]!;
  // The longest but one: a night without production or a clock set right is no habit.
  const longestMs = sorted.at(-2)!;
  const strangeMs = Math.max(longestMs * roomOverLongest, usualIntervalMs * timesUsual);
  return { usualIntervalMs, silentAfterMs: Math.min(Math.max(strangeMs, soonestMs), latestMs) };
}

/**
 * Since when a camera is silent: the time its last image came, or null while it is as usual. Measured by our own clock,
 * because that of a camera may be wrong by hours.
 */
export function silentSince(
  cadence: Cadence | null,
  lastCameAt: number | undefined,
  now: number,
): number | null {
  if (cadence === null || lastCameAt === undefined) return null;
  return now - lastCameAt > cadence.silentAfterMs ? lastCameAt : null;
}

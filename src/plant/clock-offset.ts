import { minuteMs } from '../kernel/time/durations.ts';

/*
 * Whether the clock behind the names of a station's images is wrong. Pure. Only images that an event reported as they
 * arrived say anything: of others it is not known how long they have been there.
 */

/** An image as it arrived: the time in its name, when it was found, and its modification time; epoch ms. */
export type ArrivedImage = { namedAt: number; foundAt: number; modifiedAt: number | null };

/** So many images are kept, and a few are enough to tell a wrong time zone on the first day. */
export const keptArrivals = 20;
const minArrivals = 5;
/** Clocks may differ by this, and an image may need a while to arrive. */
const allowedMs = 5 * minuteMs;
/** Images that come as they are taken are named and found at the same pace, but for this. */
const paceToleranceMs = minuteMs;

/**
 * How far the names of a station's last images are ahead of this server's clock, ms (negative: behind), when the median is
 * off by more than 5 min; else null, and undefined while too few images are known.
 *
 * Old images copied into the folder are behind by their age. They are not taken for a slow clock where their modification
 * time is as old, or where they are found much faster than they were taken.
 */
export function clockAhead(arrivals: readonly ArrivedImage[]): number | null | undefined {
  const last = arrivals.filter((image) => !isCopied(image)).slice(-keptArrivals);
  if (last.length < minArrivals) return undefined;
  const offsets = last.map(({ namedAt, foundAt }) => namedAt - foundAt).sort((a, b) => a - b);
  const median = (offsets[(offsets.length - 1) >> 1]! + offsets[offsets.length >> 1]!) / 2;
  if (Math.abs(median) <= allowedMs) return null;
  if (median < 0 && offsets.at(-1)! - offsets[0]! > paceToleranceMs) return undefined;
  return Math.round(median / minuteMs) * minuteMs;
}

function isCopied({ namedAt, foundAt, modifiedAt }: ArrivedImage): boolean {
  return namedAt < foundAt - allowedMs && modifiedAt !== null && modifiedAt < foundAt - allowedMs;
}

/** Stations whose names are equally far ahead (negative: behind), ms: the first ones, and how many more. */
export type WrongClock = { aheadMs: number; stations: string[]; moreCount: number };

const maxNamed = 5;

/** Wrong clocks, one for each offset: a whole folder in another time zone is said once. */
export function listWrongClocks(
  rows: readonly { name: string; clockAheadMs: number | null }[],
): WrongClock[] {
  const wrong = Map.groupBy(rows, ({ clockAheadMs }) => clockAheadMs);
  return [...wrong].flatMap(([aheadMs, stations]) => {
    if (aheadMs === null) return [];
    const names = stations.map(({ name }) => name);
    return { aheadMs, stations: names.slice(0, maxNamed), moreCount: Math.max(0, names.length - maxNamed) };
  });
}

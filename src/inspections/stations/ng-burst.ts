import type { TrendBucket } from '../../plant/yield.ts';
import { bernoulliCusum, nextCusum } from '../../statistics/cusum.ts';
import { wilsonInterval } from '../../statistics/proportion.ts';

/** A baseline needs at least this many judged inspections. */
const minBaselineInspections = 50;
/** Least mean number of inspections from one false alarm to the next. */
const inspectionsPerFalseAlarm = 100_000;
/** Lowest NG share assumed of any station, so that one NG at a perfect station is not a burst. */
const minBaselineRate = 0.005;

/**
 * The start of the current NG burst, epoch ms UTC: a run of NG far above the station's usual share. `minutes` are its
 * counts per minute in order, `baseline` the judged inspections of a longer time before them. Null when there is no burst
 * now or the baseline is too small.
 *
 * p0 is the upper end of the baseline's 95 % interval, at least 0.5 %, so a small baseline makes the test conservative;
 * p1, a clearly worse share, is three times p0 and at least 5 points above it. The limit is ln(100 000)/r2: by Lorden's
 * bound at least 100 000 inspections pass between two false alarms, and 2 NG of 10 never reach it. The burst begins
 * where the sum last left zero and ends when the sum falls below half of the limit.
 */
export function findNgBurst(
  minutes: readonly TrendBucket[],
  baseline: { ok: number; ng: number },
): number | null {
  const judged = baseline.ok + baseline.ng;
  if (judged < minBaselineInspections) return null;
  const p0 = Math.max(minBaselineRate, wilsonInterval(baseline.ng, judged)!.high);
  if (p0 >= 1) return null;
  const p1 = Math.min(Math.max(3 * p0, p0 + 0.05), (1 + p0) / 2);
  const { m, r2 } = bernoulliCusum(p0, p1);
  const limit = Math.log(inspectionsPerFalseAlarm) / r2;

  let sum = 0;
  let sinceAt: number | null = null;
  let isOn = false;
  for (const { startAt, ok, ng } of minutes) {
    if (sum === 0) sinceAt = startAt;
    // Capped at the limit; otherwise a long burst would last long after its end.
    sum = Math.min(limit, nextCusum(sum, ng, ok + ng, m));
    if (sum >= limit) isOn = true;
    else if (sum < limit / 2) isOn = false;
  }
  return isOn ? sinceAt : null;
}

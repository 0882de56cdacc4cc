import type { TrendBucket } from '../../plant/yield.ts';
import { bernoulliCusum, nextCusum } from '../../statistics/cusum.ts';
import { wilsonInterval } from '../../statistics/proportion.ts';

/** Fewer judged inspections than this in the past are no baseline. */
const minBaselineInspections = 50;
/** Mean number of inspections from one false alarm to the next is at least this. */
const inspectionsPerFalseAlarm = 100_000;
/** A station that never failed is taken to fail this often, so that one NG is not a burst. */
const minBaselineRate = 0.005;

/**
 * Since when a run of NG far above the station's usual share is on, by its counts per minute (in order); null when none
 * is on now or the past is too short. `baseline` are the judged inspections of a longer time before these minutes.
 *
 * p0 is the upper end of the baseline's 95 % interval, at least 0.5 %, so a short past makes the test careful; p1, the
 * share that is clearly worse, is three times that and at least 5 points more. The limit is ln(100 000)/r2: by Lorden's
 * bound at least 100 000 inspections pass between two false alarms, and 2 NG of 10 never reach it. The burst begins
 * where the sum last left zero and is over when the sum has fallen to half of the limit.
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
    // Capped at the limit, or a long burst would seem to go on long after its end.
    sum = Math.min(limit, nextCusum(sum, ng, ok + ng, m));
    if (sum >= limit) isOn = true;
    else if (sum < limit / 2) isOn = false;
  }
  return isOn ? sinceAt : null;
}

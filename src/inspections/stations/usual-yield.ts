import { type VerdictCounts, yieldRate } from '../../plant/yield.ts';
import { proportionLimits } from '../../statistics/control-chart.ts';
import { wilsonInterval } from '../../statistics/proportion.ts';

/** So few NG in an hour may be chance, whatever a normal distribution makes of them. */
const minNg = 5;
/** Fewer judged inspections than this in the past tell nothing of what is usual. */
const minBaselineInspections = 50;

/**
 * The lower end (0..1) of a station's usual yield where that of its last hour lies below it, else null; also while too
 * little is known. `baseline` are the inspections of the day before that hour.
 *
 * The lower limit of a p chart, p̄ − 3√(p̄(1−p̄)/n) for the n judged of the hour (NIST/SEMATECH 6.3.3.2); p̄ is the lower
 * end of the baseline's 95 % interval, so that a short past makes the test careful.
 */
export function findLowYield(lastHour: VerdictCounts, baseline: VerdictCounts): number | null {
  const rate = yieldRate(lastHour);
  if (rate === null || lastHour.ng < minNg) return null;
  const judged = baseline.ok + baseline.ng;
  if (judged < minBaselineInspections) return null;
  const usual = wilsonInterval(baseline.ok, judged)!.low;
  const { lower } = proportionLimits(usual, lastHour.ok + lastHour.ng);
  return rate < lower ? lower : null;
}

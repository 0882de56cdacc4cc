import { type VerdictCounts, yieldRate } from '../../plant/yield.ts';
import { proportionLimits } from '../../statistics/control-chart.ts';
import { wilsonInterval } from '../../statistics/proportion.ts';

/** Fewer NG in an hour may be chance; the normal distribution does not apply to so few. */
const minNg = 5;
/** A baseline needs at least this many judged inspections. */
const minBaselineInspections = 50;

/** Whether so much was inspected that the usual yield is known. */
export function isBaseline({ ok, ng }: VerdictCounts): boolean {
  return ok + ng >= minBaselineInspections;
}

/**
 * The lower limit (0..1) of a station's usual yield when its last hour lies below it; otherwise null, also while the
 * baseline is too small. `baseline` are the inspections of the day before that hour.
 *
 * It is the lower limit of a p chart, p̄ − 3√(p̄(1−p̄)/n) for the n judged inspections of the hour (NIST/SEMATECH
 * 6.3.3.2); p̄ is the lower end of the baseline's 95 % interval, so a small baseline makes the test conservative.
 */
export function findLowYield(lastHour: VerdictCounts, baseline: VerdictCounts): number | null {
  const rate = yieldRate(lastHour);
  if (rate === null || lastHour.ng < minNg) return null;
  if (!isBaseline(baseline)) return null;
  const usual = wilsonInterval(baseline.ok, baseline.ok + baseline.ng)!.low;
  const { lower } = proportionLimits(usual, lastHour.ok + lastHour.ng);
  return rate < lower ? lower : null;
}

import { hourMs } from '../kernel/time/durations.ts';
import type { ActivitySums } from './recording/roll-up-sums.ts';

/** Figures of a worker or a station over a window; durations in ms, rates 0..1, `null` where nothing is there to divide by. */
export type ActivityMetrics = ActivitySums & {
  /** Working or idle: of a station the time in which anybody was there to work. */
  occupiedMs: number;
  /** Working time of the time that is known, within planned time. */
  utilisation: number | null;
  /** Planned time of the window so far. */
  plannedMs: number;
  /** Planned time of which nothing is known. */
  unknownMs: number;
  /** Known time of planned time. */
  coverage: number | null;
  /** Units an hour of working time, of occupied time, both also outside planned time. */
  unitsPerWorkingHour: number | null;
  unitsPerOccupiedHour: number | null;
};

/** Formulas of ORACLES, "Activity events → time", and DECISIONS, "Activity and OEE". */
export function metricsOf(sums: ActivitySums, plannedMs: number): ActivityMetrics {
  const { workingMs, idleMs, plannedWorkingMs, plannedIdleMs, plannedAbsentMs, units } = sums;
  const knownMs = plannedWorkingMs + plannedIdleMs + plannedAbsentMs;
  const occupiedMs = workingMs + idleMs;
  return {
    ...sums,
    occupiedMs,
    utilisation: ratio(plannedWorkingMs, knownMs),
    plannedMs,
    unknownMs: Math.max(0, plannedMs - knownMs),
    coverage: ratio(knownMs, plannedMs),
    unitsPerWorkingHour: ratio(units, workingMs / hourMs),
    unitsPerOccupiedHour: ratio(units, occupiedMs / hourMs),
  };
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

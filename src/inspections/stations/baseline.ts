import { dayMs, hourMs } from '../../kernel/time/durations.ts';
import type { VerdictCounts } from '../../plant/yield.ts';
import { wilsonInterval } from '../../statistics/proportion.ts';

/** Judged inspections of one model. */
export type ModelCounts = { partId: number } & Pick<VerdictCounts, 'ok' | 'ng'>;
/** Judged inspections that began at `startAt` (a minute or an hour), by model. */
export type CountedSpan = { startAt: number; models: readonly ModelCounts[] };
/** `isAlarmed`: an alarm was on in this hour, so that it says nothing about what is usual. */
export type CountedHour = CountedSpan & { isAlarmed: boolean };

/** What a station and model usually does, and what that rests on. */
export type Baseline = {
  partId: number;
  inspections: number;
  ng: number;
  /** The hours it was counted in, without the alarmed ones: from the start of the first to the end of the last. */
  fromAt: number;
  toAt: number;
  /** Too few inspections or NG are "not enough history": nothing is judged by them. */
  isEnough: boolean;
};

/** The last of so many inspections … */
const maxInspections = 20_000;
/** … or of so much time, not counting alarmed hours, are the baseline … */
const maxAgeMs = 14 * dayMs;
/** … which is enough from here on. */
const minBaselineInspections = 1_000;
const minBaselineNg = 5;

/** Hours before this are never looked at: alarms that lasted longer leave "not enough history". */
export const baselineReachMs = 45 * dayMs;

/**
 * The baselines of a station's models at `at`: of each model the last 20 000 inspections or 14 days, in whole hours that
 * ended before `at` and began at `stageAt` or later, without hours in which an alarm was on. `hours` in order.
 */
export function learnBaselines(
  hours: readonly CountedHour[],
  { at, stageAt }: { at: number; stageAt: number },
): Baseline[] {
  const found = new Map<number, Baseline>();
  let alarmedMs = 0;
  for (let i = hours.length - 1; i >= 0; i--) {
    const hour = hours[i]!;
    if (hour.startAt + hourMs > at) continue;
    if (hour.startAt < stageAt) break;
    if (hour.isAlarmed) {
      alarmedMs += hourMs;
      continue;
    }
    if (at - hour.startAt - alarmedMs > maxAgeMs) break;
    for (const model of hour.models) addHour(found, hour.startAt, model);
  }
  return [...found.values()]
    .map((baseline) => ({ ...baseline, isEnough: isEnough(baseline) }))
    .sort((a, b) => a.partId - b.partId);
}

function addHour(found: Map<number, Baseline>, startAt: number, { partId, ok, ng }: ModelCounts): void {
  const known = found.get(partId);
  if (ok + ng === 0 || (known && known.inspections >= maxInspections)) return;
  found.set(partId, {
    partId,
    inspections: (known?.inspections ?? 0) + ok + ng,
    ng: (known?.ng ?? 0) + ng,
    fromAt: startAt,
    toAt: known?.toAt ?? startAt + hourMs,
    isEnough: false,
  });
}

function isEnough({ inspections, ng }: Pick<Baseline, 'inspections' | 'ng'>): boolean {
  return inspections >= minBaselineInspections && ng >= minBaselineNg;
}

/** Usual NG share, 0..1. */
export function usualShare({ inspections, ng }: Pick<Baseline, 'inspections' | 'ng'>): number {
  return ng / inspections;
}

/**
 * How far above the estimate the share lies that tests take for usual, in standard errors: `least`, and more the fewer NG
 * carry the estimate. A baseline is an estimate; taken as it is, a test whose estimate happened to be low would give
 * several times its false alarms. Chosen by simulation so that all tests of a station keep their promise (see the table
 * of alarms in the manual).
 */
const caution = { least: 0.5, most: 2, perNg: 20 };

/** The share that tests take for usual: the upper end of the estimate's Wilson interval. */
export function cautiousShare({ inspections, ng }: Pick<Baseline, 'inspections' | 'ng'>): number {
  const z = Math.min(caution.most, caution.least + caution.perNg / Math.max(1, ng));
  return wilsonInterval(ng, inspections, z)?.high ?? 1;
}

import { dayMs, hourMs, minuteMs } from './durations.ts';
import type { WallClock } from './time-zone.ts';

/** A step of local time: a divisor of an hour or of a day, or a number of days. */
export type LocalStep = { unit: 'minute' | 'hour' | 'day'; count: number };

/** Usual length of a step, ms; a day with a clock change is an hour shorter or longer. */
export function stepMs({ unit, count }: LocalStep): number {
  return count * { minute: minuteMs, hour: hourMs, day: dayMs }[unit];
}

/**
 * The instants from `startAt` (inclusive) to `endAt` (exclusive) at which the site's clock shows a multiple of the step:
 * minutes counted from the hour, hours from midnight, days from a Monday. A repeated hour is divided like any other, a
 * skipped one is omitted.
 */
export function localStepsWithin(
  startAt: number,
  endAt: number,
  step: LocalStep,
  clock: WallClock,
): number[] {
  if (step.unit === 'day') return daySteps(startAt, endAt, step.count, clock);
  if (step.unit === 'hour' && step.count > 1) return hourSteps(startAt, endAt, step.count, clock);
  const lengthMs = stepMs(step);
  const steps: number[] = [];
  let hourAt = clock.startOfHour(startAt);
  while (hourAt < endAt) {
    const nextHourAt = clock.startOfHour(hourAt + hourMs);
    for (let at = hourAt; at < nextHourAt && at < endAt; at += lengthMs) if (at >= startAt) steps.push(at);
    hourAt = nextHourAt;
  }
  return steps;
}

/** Steps of several hours from every local midnight; a boundary that the clock skips moves to the next instant. */
function hourSteps(startAt: number, endAt: number, hours: number, clock: WallClock): number[] {
  const steps: number[] = [];
  for (let dayAt = clock.startOfDay(startAt); dayAt < endAt; dayAt = clock.startOfDay(dayAt, 1)) {
    const { year, month, day } = clock.fieldsAt(dayAt);
    for (let hour = 0; hour < 24; hour += hours) {
      const at = hour === 0 ? dayAt : clock.toEpochMs(year, month, day, hour, 0, 0);
      if (at >= startAt && at < endAt && at !== steps.at(-1)) steps.push(at);
    }
  }
  return steps;
}

/** Every `days`-th local midnight, counted from Monday 1970-01-05, so that steps of 7 start on Mondays. */
function daySteps(startAt: number, endAt: number, days: number, clock: WallClock): number[] {
  const fromMonday = Math.floor((startAt + clock.offsetMsAt(startAt)) / dayMs) - 4;
  const steps: number[] = [];
  let at = clock.startOfDay(startAt, -(((fromMonday % days) + days) % days));
  for (; at < endAt; at = clock.startOfDay(at, days)) if (at >= startAt) steps.push(at);
  return steps;
}

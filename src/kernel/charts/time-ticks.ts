import type { Format } from '../i18n/format.ts';
import { dayMs } from '../time/durations.ts';
import { type LocalStep, localStepsWithin, stepMs } from '../time/local-steps.ts';
import type { WallClock } from '../time/time-zone.ts';

/** Steps between two ticks, narrowest first; longer windows take whole multiples of 28 days. */
const steps: readonly LocalStep[] = [
  { unit: 'minute', count: 1 },
  { unit: 'minute', count: 5 },
  { unit: 'minute', count: 10 },
  { unit: 'minute', count: 15 },
  { unit: 'minute', count: 30 },
  { unit: 'hour', count: 1 },
  { unit: 'hour', count: 2 },
  { unit: 'hour', count: 3 },
  { unit: 'hour', count: 6 },
  { unit: 'hour', count: 12 },
  { unit: 'day', count: 1 },
  { unit: 'day', count: 2 },
  { unit: 'day', count: 7 },
  { unit: 'day', count: 14 },
];

export type TimeTick = { at: number; label: string };

/** Formats of ticks in the reader's language. */
export type TickNames = Pick<Format, 'time' | 'monthDay' | 'date'>;

/**
 * At most `maxTicks` + 1 instants within a window at which the site's clock shows a round time. Labels are times, day and
 * month where a day begins, or full dates where ticks are months apart.
 */
export function timeTicks(
  window: { startAt: number; endAt: number },
  wallClock: WallClock,
  names: TickNames,
  maxTicks = 6,
): TimeTick[] {
  const durationMs = window.endAt - window.startAt;
  const months = Math.ceil(durationMs / maxTicks / (28 * dayMs));
  const step = steps.find((one) => durationMs / stepMs(one) <= maxTicks) ?? {
    unit: 'day',
    count: 28 * months,
  };
  return localStepsWithin(window.startAt, window.endAt, step, wallClock).map((at) => {
    if (stepMs(step) >= 28 * dayMs) return { at, label: names.date(at) };
    const isDay = wallClock.startOfDay(at) === at;
    return { at, label: isDay ? names.monthDay(at) : names.time(at) };
  });
}

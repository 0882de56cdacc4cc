import { type LocalStep, localStepsWithin, stepMs } from '../local-steps.ts';
import type { WallClock } from '../time-zone.ts';

const dayMs = 86_400_000;

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

/**
 * At most `maxTicks` + 1 instants within a window at which the site's clock shows a round time. Labels are HH:MM, or
 * MM-DD where a day begins, YYYY-MM-DD where ticks are months apart.
 */
export function timeTicks(
  window: { startAt: number; endAt: number },
  wallClock: WallClock,
  maxTicks = 6,
): TimeTick[] {
  const durationMs = window.endAt - window.startAt;
  const months = Math.ceil(durationMs / maxTicks / (28 * dayMs));
  const step = steps.find((one) => durationMs / stepMs(one) <= maxTicks) ?? {
    unit: 'day',
    count: 28 * months,
  };
  return localStepsWithin(window.startAt, window.endAt, step, wallClock).map((at) => {
    const date = wallClock.format(at, 'date');
    if (stepMs(step) >= 28 * dayMs) return { at, label: date };
    const isDay = wallClock.startOfDay(at) === at;
    return { at, label: isDay ? date.slice(5) : wallClock.format(at, 'hourMinute') };
  });
}

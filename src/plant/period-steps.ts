import { hourMs } from '../kernel/time/durations.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';
import { atFixedTimes, type PageQuery } from './links.ts';
import type { TimeWindow } from './time-window.ts';

/** Where the period control leads besides its presets. */
export type PeriodSteps = {
  /** The period of the same length before the one shown. */
  previousHref: string;
  /** The one after it; null while the shown one runs. */
  nextHref: string | null;
  /** The shown period as fixed times: means the same tomorrow. */
  fixedHref: string;
};

/**
 * Steps from the window of a page. Local days step by days and local hours by hours, whatever the clock does in between;
 * any other window by its length. A step that arrives at today, yesterday or the running hour leads to the preset.
 * `hrefOf` writes the address of the page with a query.
 */
export function periodSteps(
  query: PageQuery,
  window: TimeWindow,
  { now, wallClock }: { now: number; wallClock: WallClock },
  hrefOf: (query: PageQuery) => string,
): PeriodSteps {
  const custom = (at: TimeWindow): PageQuery => atFixedTimes(query, at, wallClock);
  const presets = presetWindows(now, wallClock);
  const step = (direction: -1 | 1): string => {
    const to = shifted(query, window, direction, { now, wallClock });
    const preset = presets.find(({ startAt, endAt }) => startAt === to.startAt && endAt === to.endAt);
    return hrefOf(
      preset ? { ...query, period: preset.period, start: undefined, end: undefined } : custom(to),
    );
  };
  return {
    previousHref: step(-1),
    nextHref: window.endAt > now ? null : step(1),
    fixedHref: hrefOf(custom(window)),
  };
}

function presetWindows(now: number, wallClock: WallClock) {
  const hourAt = wallClock.startOfHour(now);
  const day = (days: number) => wallClock.startOfDay(now, days);
  return [
    { period: 'hour', startAt: hourAt, endAt: wallClock.startOfHour(hourAt + hourMs) },
    { period: 'today', startAt: day(0), endAt: day(1) },
    { period: 'yesterday', startAt: day(-1), endAt: day(0) },
  ] as const;
}

function shifted(
  { period }: PageQuery,
  { startAt, endAt }: TimeWindow,
  direction: -1 | 1,
  { now, wallClock }: { now: number; wallClock: WallClock },
): TimeWindow {
  // What runs is as long as it will be.
  const fullEndAt =
    period === 'today'
      ? wallClock.startOfDay(now, 1)
      : period === 'hour'
        ? wallClock.startOfHour(startAt + hourMs)
        : endAt;
  const days = wholeDays(startAt, fullEndAt, wallClock);
  if (days !== undefined)
    return {
      startAt: wallClock.startOfDay(startAt, direction * days),
      endAt: wallClock.startOfDay(fullEndAt, direction * days),
    };
  const lengthMs = fullEndAt - startAt;
  return { startAt: startAt + direction * lengthMs, endAt: fullEndAt + direction * lengthMs };
}

const maxDays = 400;

/** How many local days a window covers; undefined unless it begins and ends at midnight. */
function wholeDays(startAt: number, endAt: number, wallClock: WallClock): number | undefined {
  if (wallClock.startOfDay(startAt) !== startAt) return undefined;
  for (let days = 1; days <= maxDays; days++) {
    const at = wallClock.startOfDay(startAt, days);
    if (at >= endAt) return at === endAt ? days : undefined;
  }
  return undefined;
}

import { hourMs } from '../kernel/time/durations.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';
import { atFixedTimes, type PageQuery, type Period } from './links.ts';
import type { ShiftsOfWindow, TimeWindow } from './time-window.ts';

/** The shifts of a site, as far as stepping from one to the next needs them. */
type Shifts = ShiftsOfWindow & { nextShift(shift: TimeWindow): TimeWindow | undefined };
type Clocks = { now: number; wallClock: WallClock; shifts?: Shifts | undefined };

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
 * Steps from the window of a page. A whole shift steps to the shift beside it. Local days step by days and local hours by hours, whatever the clock does in between;
 * any other window by its length. A step that arrives at this or the last shift, at today, yesterday or the running hour
 * leads to the preset.
 * `hrefOf` writes the address of the page with a query.
 */
export function periodSteps(
  query: PageQuery,
  window: TimeWindow,
  clocks: Clocks,
  hrefOf: (query: PageQuery) => string,
): PeriodSteps {
  const { now, wallClock } = clocks;
  const custom = (at: TimeWindow): PageQuery => atFixedTimes(query, at, wallClock);
  const presets = presetWindows(clocks);
  const step = (direction: -1 | 1): string => {
    const to = shifted(query, window, direction, clocks);
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

function presetWindows({ now, wallClock, shifts }: Clocks): (TimeWindow & { period: Period })[] {
  const shift = shifts?.shiftAt(now);
  const lastShift = shift && shifts?.shiftAt(shift.startAt - 1);
  const hourAt = wallClock.startOfHour(now);
  const day = (days: number) => wallClock.startOfDay(now, days);
  return [
    ...(shift ? [{ period: 'shift' as const, startAt: shift.startAt, endAt: shift.endAt }] : []),
    ...(lastShift
      ? [{ period: 'last-shift' as const, startAt: lastShift.startAt, endAt: lastShift.endAt }]
      : []),
    { period: 'hour', startAt: hourAt, endAt: wallClock.startOfHour(hourAt + hourMs) },
    { period: 'today', startAt: day(0), endAt: day(1) },
    { period: 'yesterday', startAt: day(-1), endAt: day(0) },
  ];
}

function shifted(
  { period }: PageQuery,
  { startAt, endAt }: TimeWindow,
  direction: -1 | 1,
  { now, wallClock, shifts }: Clocks,
): TimeWindow {
  const shift = shifts?.shiftAt(startAt);
  if (shift && shift.startAt === startAt && (shift.endAt === endAt || period === 'shift')) {
    const beside = direction === 1 ? shifts?.nextShift(shift) : shifts?.shiftAt(startAt - 1);
    if (beside) return { startAt: beside.startAt, endAt: beside.endAt };
  }
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

import { createGrowingCache } from '../../kernel/growing-cache.ts';
import { civilDateOf } from '../../kernel/time/civil-date.ts';
import { dayMs } from '../../kernel/time/durations.ts';
import type { WallClock } from '../../kernel/time/time-zone.ts';
import type { TimeWindow } from '../time-window.ts';
import {
  dateOfDay,
  dayOfDate,
  type Minutes,
  minutesOfBreak,
  minutesOfShift,
  type ShiftPlan,
  shiftsOn,
} from './shift-plan.ts';
import { cutOut, overlapMs, within } from './stretches.ts';

/** A plan and the local date from which it holds, `YYYY-MM-DD`. */
export type DatedPlan = { fromDate: string; plan: ShiftPlan };

/** A shift as it runs on one day; instants in epoch ms UTC. */
export type Shift = TimeWindow & {
  name: string;
  /** The local date on which it starts, `YYYY-MM-DD`; a night shift belongs to it. */
  date: string;
  /** Planned time: the shift without its breaks and without planned downtime, in order. */
  planned: TimeWindow[];
};

/** When a site works. Before `fromAt` no plan holds, and nothing is planned. */
export type ShiftCalendar = {
  readonly fromAt: number;
  /** Shifts that overlap a window, in order. */
  shiftsIn(window: TimeWindow): Shift[];
  /** Whether an instant is planned time. */
  isPlanned(at: number): boolean;
  /** Planned time in a window, in order. */
  stretchesIn(window: TimeWindow): TimeWindow[];
  /** Planned time in a window, ms. */
  plannedMs(window: TimeWindow): number;
  /** The shift that runs at an instant, or else the last one before it; undefined where none was in two months. */
  shiftAt(at: number): Shift | undefined;
  /** The shift after one; undefined where none is in two months. */
  nextShift(shift: TimeWindow): Shift | undefined;
};

/** How far a shift is looked for: a shutdown in summer is shorter. */
const reachDays = 62;
/** Days kept as instants; five years of them. */
const maxCachedDays = 2_000;

/**
 * The calendar of a site by its plans, at least one, in any order: each holds from its date until the next one's. A time
 * of a plan that the clocks skip is moved forward by the skipped amount; one that occurs twice is the first.
 */
export function createShiftCalendar(plans: readonly DatedPlan[], wallClock: WallClock): ShiftCalendar {
  const dated = plans
    .map(({ fromDate, plan }) => ({ fromDay: dayOfDate(fromDate) ?? 0, plan }))
    .sort((a, b) => a.fromDay - b.fromDay);
  const first = dated[0];
  if (first === undefined) throw new Error('A calendar has at least one plan');
  /** Downtime holds whatever plan a shift is of. */
  const stops = dated
    .flatMap(({ plan }) => plan.downtimes)
    .map(({ start, end }) => ({ startAt: wallClock.parse(start) ?? 0, endAt: wallClock.parse(end) ?? 0 }));
  const days = createGrowingCache<number, { shifts: Shift[] }>({ max: maxCachedDays });

  /** The instant so many minutes after a local midnight; across a clock change it is the local time that counts. */
  const instantOf = (day: number, minutes: number): number => {
    const date = civilDateOf(day + Math.floor(minutes / 1_440));
    const rest = minutes % 1_440;
    return wallClock.toEpochMs(date.year, date.month, date.day, Math.floor(rest / 60), rest % 60, 0);
  };
  const windowOf = (day: number, { startMinute, endMinute }: Minutes): TimeWindow => ({
    startAt: instantOf(day, startMinute),
    endAt: instantOf(day, endMinute),
  });

  function buildDay(day: number): Shift[] {
    const plan = dated.findLast(({ fromDay }) => fromDay <= day)?.plan;
    if (plan === undefined) return [];
    const date = dateOfDay(day);
    const names = shiftsOn(plan, day);
    return (isDayOff(date) && !hasException(plan, date) ? [] : names)
      .map((shift) => {
        const whole = windowOf(day, minutesOfShift(shift));
        const breaks = shift.breaks.map((pause) => windowOf(day, minutesOfBreak(pause, shift)));
        return { name: shift.name, date, ...whole, planned: cutOut([whole], [...breaks, ...stops]) };
      })
      .filter(({ startAt, endAt }) => endAt > startAt)
      .sort((a, b) => a.startAt - b.startAt);
  }

  /** Whether any plan has this date as a day off: a holiday stays one when another plan takes over. */
  const isDayOff = (date: string) =>
    dated.some(({ plan }) => plan.exceptions.some((one) => one.date === date && one.shifts.length === 0));

  /**
   * A shift ends when the next one starts: that of another plan, or one that the clocks, set forward, brought closer.
   */
  function shiftsOf(day: number): Shift[] {
    const known = days.get(day);
    if (known) return known.shifts;
    const shifts = buildDay(day);
    const following = [...shifts.slice(1), buildDay(day + 1)[0]];
    for (const [i, shift] of shifts.entries()) {
      const nextAt = following[i]?.startAt ?? shift.endAt;
      if (nextAt >= shift.endAt) continue;
      shift.planned = cutOut(shift.planned, [{ startAt: nextAt, endAt: shift.endAt }]);
      shift.endAt = nextAt;
    }
    days.set(day, { shifts });
    return shifts;
  }

  const dayAt = (at: number) => Math.floor((at + wallClock.offsetMsAt(at)) / dayMs);
  const fromAt = instantOf(first.fromDay, 0);

  function shiftsIn({ startAt, endAt }: TimeWindow): Shift[] {
    const found: Shift[] = [];
    // The shift of a night starts the day before.
    for (let day = Math.max(dayAt(startAt) - 1, first!.fromDay); day <= dayAt(endAt); day++)
      for (const shift of shiftsOf(day))
        if (shift.startAt < endAt && shift.endAt > startAt) found.push(shift);
    return found;
  }

  return {
    fromAt,
    shiftsIn,
    isPlanned: (at) =>
      shiftsIn({ startAt: at, endAt: at + 1 }).some(({ planned }) =>
        planned.some(({ startAt, endAt }) => startAt <= at && at < endAt),
      ),
    stretchesIn: (window) =>
      within(
        shiftsIn(window).flatMap(({ planned }) => planned),
        window,
      ),
    plannedMs: (window) => shiftsIn(window).reduce((sum, { planned }) => sum + overlapMs(planned, window), 0),
    shiftAt: (at) => {
      for (let day = dayAt(at); day > dayAt(at) - reachDays && day >= first.fromDay; day--) {
        const found = shiftsOf(day).findLast(({ startAt }) => startAt <= at);
        if (found) return found;
      }
      return undefined;
    },
    nextShift: (shift) => {
      const from = dayAt(shift.startAt);
      for (let day = from; day < from + reachDays; day++) {
        const found = shiftsOf(day).find(({ startAt }) => startAt >= shift.endAt);
        if (found) return found;
      }
      return undefined;
    },
  };
}

function hasException(plan: ShiftPlan, date: string): boolean {
  return plan.exceptions.some((one) => one.date === date);
}

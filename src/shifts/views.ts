import { civilDateOf } from '../kernel/time/civil-date.ts';
import { dayMs } from '../kernel/time/durations.ts';
import type { WallClock } from '../kernel/time/time-zone.ts';
import type { Shift, ShiftCalendar } from '../plant/shifts/shift-calendar.ts';
import { dateOfDay, dayOfDate } from '../plant/shifts/shift-plan.ts';
import type { SavedPlan } from '../plant/shifts/shift-plans.ts';
import type { TimeWindow } from '../plant/time-window.ts';
import { cycleShown, type ShiftFormFault, type spareRows, type TypedPlan } from './read-shift-form.ts';

/** Weekdays by their number in a week that starts on Monday; the texts are `shifts.weekdays.<n>`. */
export const weekDays = 7;
/** Colours of shifts in the drawn week; further shifts begin again. */
const tones = 4;
/** Units across the drawn day. */
const dayUnits = 1_000;

/** One day of the drawn week. */
export type DrawnDay = {
  date: string;
  /** MM-DD */
  monthDay: string;
  /** 1 is Monday. */
  weekday: number;
  isToday: boolean;
  /** What a day that differs is called; null on any other day. */
  exception: string | null;
  /** Planned time as bars, in units of the day's width. */
  bars: { x: number; width: number; tone: number }[];
  /** Shifts that start on the day. */
  shifts: { name: string; tone: number; startAt: number; endAt: number; plannedMs: number }[];
};

/** Template `shifts/page`. */
export type ShiftsPage = {
  here: string;
  days: DrawnDay[];
  plannedMs: number;
  previousHref: string;
  nextHref: string;
  /** The line whose shifts these are; id 0 is the whole site. */
  line: { id: number; name: string };
  /** Lines to choose from. */
  lines: { id: number; name: string; href: string; hasPlans: boolean }[];
  /** The line has no plan of its own and works as its site does. */
  isOfSite: boolean;
  /** The page without a week or plan chosen. */
  likeHref: string;
  /** Whether any plan was saved. */
  hasCalendar: boolean;
  plans: { fromDate: string; setBy: string; setAt: number; isInForce: boolean; editHref: string }[];
  form: TypedPlan;
  /** Rows for more than is there. */
  spare: typeof spareRows;
  /** Days of the cycle to tick. */
  cycleDays: number[];
  /** Those that are ticked for a further shift. */
  usualDays: number[];
  /** Whether the cycle is a week from Monday on, whose days have names. */
  isWeek: boolean;
  fault: ShiftFormFault | null;
  done: 'set' | 'remove' | null;
  mayChange: boolean;
};

/** Monday is 1: 1970-01-01 was a Thursday. */
function weekdayOf(dayNumber: number): number {
  return ((((dayNumber + 3) % weekDays) + weekDays) % weekDays) + 1;
}

/** The Monday of the week of a date. */
export function mondayOf(dayNumber: number): number {
  return dayNumber - weekdayOf(dayNumber) + 1;
}

/** Days from `monday` on with what is planned on them. */
export function drawWeek(
  calendar: ShiftCalendar,
  plans: readonly SavedPlan[],
  { monday, now, wallClock }: { monday: number; now: number; wallClock: WallClock },
): DrawnDay[] {
  const today = wallClock.format(now, 'date');
  const names = [...new Set(plans.flatMap(({ plan }) => plan.shifts.map(({ name }) => name)))];
  const toneOf = ({ name }: Shift) => names.indexOf(name) % tones;
  return Array.from({ length: weekDays }, (_, i) => {
    const day = monday + i;
    const date = dateOfDay(day);
    const whole = { startAt: midnight(day, wallClock), endAt: midnight(day + 1, wallClock) };
    const shown = calendar.shiftsIn(whole);
    return {
      date,
      monthDay: date.slice('YYYY-'.length),
      weekday: weekdayOf(day),
      isToday: date === today,
      exception: exceptionOn(date, plans),
      bars: shown.flatMap((shift) =>
        shift.planned.flatMap((part) => barOf(part, whole).map((bar) => ({ ...bar, tone: toneOf(shift) }))),
      ),
      shifts: shown
        .filter((shift) => shift.date === date)
        .map((shift) => ({
          name: shift.name,
          tone: toneOf(shift),
          startAt: shift.startAt,
          endAt: shift.endAt,
          plannedMs: shift.planned.reduce((sum, { startAt, endAt }) => sum + endAt - startAt, 0),
        })),
    };
  });
}

function exceptionOn(date: string, plans: readonly SavedPlan[]): string | null {
  const plan = plans.findLast(({ fromDate }) => fromDate <= date)?.plan;
  return plan?.exceptions.find((one) => one.date === date)?.name ?? null;
}

function midnight(dayNumber: number, wallClock: WallClock): number {
  const { year, month, day } = civilDateOf(dayNumber);
  // Where the clock is set forward at midnight, the day starts at one.
  return wallClock.startOfDay(wallClock.toEpochMs(year, month, day, 12, 0, 0));
}

/** The part of a stretch within a day, in its units; a day of a clock change has 23 or 25 hours. */
function barOf({ startAt, endAt }: TimeWindow, day: TimeWindow): { x: number; width: number }[] {
  const from = Math.max(startAt, day.startAt);
  const to = Math.min(endAt, day.endAt);
  if (to <= from) return [];
  const unit = dayUnits / (day.endAt - day.startAt);
  const x = Math.round((from - day.startAt) * unit);
  return [{ x, width: Math.max(1, Math.round((to - day.startAt) * unit) - x) }];
}

/** Monday to Friday. */
export const workdays = [1, 2, 3, 4, 5];

/** Common plans to start from, by the number of shifts a day. */
export const templates = {
  one: [{ name: '', start: '08:00', end: '17:00', breaks: '12:00–13:00', days: workdays }],
  two: [
    { name: '', start: '06:00', end: '14:00', breaks: '10:00–10:30', days: workdays },
    { name: '', start: '14:00', end: '22:00', breaks: '18:00–18:30', days: workdays },
  ],
  three: [
    { name: '', start: '06:00', end: '14:00', breaks: '10:00–10:30', days: workdays },
    { name: '', start: '14:00', end: '22:00', breaks: '18:00–18:30', days: workdays },
    { name: '', start: '22:00', end: '06:00', breaks: '02:00–02:30', days: workdays },
  ],
} as const satisfies Record<string, TypedPlan['shifts']>;

/** What the form of a new plan shows: the shifts of a template, from today on. `names` are theirs in the reader's language. */
export function newPlan(
  template: keyof typeof templates,
  names: readonly string[],
  today: string,
): TypedPlan {
  const cycle = { cycleDays: String(weekDays), cycleFrom: dateOfDay(mondayOf(dayOfDate(today) ?? 0)) };
  return {
    edited: '',
    changed: '',
    shownCycle: cycleShown(cycle),
    fromDate: today,
    ...cycle,
    shifts: templates[template].map((shift, i) => ({
      ...shift,
      days: [...shift.days],
      name: names[i] ?? '',
    })),
    exceptions: [],
    downtimes: [],
  };
}

export const isWeekFromMonday = ({ cycleDays, cycleFrom }: TypedPlan) =>
  Number(cycleDays) === weekDays && weekdayOf(dayOfDate(cycleFrom) ?? 0) === 1;
export const dayAt = (at: number, wallClock: WallClock) =>
  Math.floor((at + wallClock.offsetMsAt(at)) / dayMs);

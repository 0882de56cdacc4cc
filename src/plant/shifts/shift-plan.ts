import { z } from 'zod';
import { type CivilDate, civilDateOf, dayNumberOf, isCivilDate } from '../../kernel/time/civil-date.ts';

/*
 * How a plant works, as people say it: shifts by the days of a cycle, days that differ, planned downtime. Times are local
 * times of the site; what they are as instants, across clock changes too, says `shift-calendar.ts`.
 */

/** Longest cycle: eight weeks. */
export const maxCycleDays = 56;
export const maxShifts = 24;
const maxBreaks = 8;
export const maxExceptions = 400;
export const maxDowntimes = 400;
const longestName = 60;

/** Minutes of a day. */
const dayMinutes = 1_440;

const timeOfDay = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'is not a time of day. Write it as 06:00.')
  .meta({ example: '06:00' });
const localDate = z.string().refine((text) => readDate(text) !== undefined, {
  error: 'is not a date. Write it as 2026-12-24.',
});
const localTime = z
  .string()
  .refine((text) => /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d$/.test(text) && readDate(text.slice(0, 10)), {
    error: 'is not a local time. Write it as 2026-12-24T06:00.',
  });
const shiftName = z.string().trim().min(1, 'is missing').max(longestName);

/** From `start` to `end`, local time of the site; an end that is not after the start is that of the next day. */
const span = z.strictObject({ start: timeOfDay, end: timeOfDay });

export const shiftPlanSchema = z.strictObject({
  cycleDays: z.int().min(1).max(maxCycleDays).describe('Days after which the shifts repeat; 7 is a week'),
  cycleFrom: localDate.describe('A date that is day 1 of the cycle; a Monday where it is a week'),
  shifts: z
    .array(
      z.strictObject({
        name: shiftName,
        ...span.shape,
        breaks: z.array(span).max(maxBreaks),
        days: z
          .array(z.int().min(1).max(maxCycleDays))
          .max(maxCycleDays)
          .describe('Days of the cycle on which it starts, the first is 1'),
      }),
    )
    .max(maxShifts),
  exceptions: z
    .array(
      z.strictObject({
        date: localDate,
        name: z.string().trim().max(longestName),
        shifts: z
          .array(shiftName)
          .max(maxShifts)
          .describe('Shifts that start on this date; none on a holiday'),
      }),
    )
    .max(maxExceptions),
  downtimes: z
    .array(z.strictObject({ start: localTime, end: localTime, reason: z.string().trim().max(longestName) }))
    .max(maxDowntimes),
});

/** What a plant plans; see the schema for the fields. */
export type ShiftPlan = z.infer<typeof shiftPlanSchema>;
export type PlannedShift = ShiftPlan['shifts'][number];
export type Span = { start: string; end: string };

/** Minutes after the midnight before the shift starts. `endMinute` may lie on the next day. */
export type Minutes = { startMinute: number; endMinute: number };

/** 480 of `08:00`. */
function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}

/** A shift's minutes; one of equal start and end lasts 24 hours. */
export function minutesOfShift({ start, end }: Span): Minutes {
  const startMinute = minuteOf(start);
  const endMinute = minuteOf(end);
  return { startMinute, endMinute: endMinute > startMinute ? endMinute : endMinute + dayMinutes };
}

/** A break's minutes, counted from the same midnight as those of its shift. */
export function minutesOfBreak(pause: Span, shift: Span): Minutes {
  const of = minutesOfShift(shift);
  const { startMinute, endMinute } = minutesOfShift(pause);
  const laterMinutes = startMinute < of.startMinute ? dayMinutes : 0;
  return { startMinute: startMinute + laterMinutes, endMinute: endMinute + laterMinutes };
}

/** A date `YYYY-MM-DD` as days from 1970-01-01; undefined unless it exists. */
export function dayOfDate(text: string): number | undefined {
  const date = readDate(text);
  return date && dayNumberOf(date.year, date.month, date.day);
}

/** `YYYY-MM-DD` of so many days from 1970-01-01. */
export function dateOfDay(dayNumber: number): string {
  const { year, month, day } = civilDateOf(dayNumber);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

/** The shifts that start on a day: those of its day of the cycle, or those of an exception. */
export function shiftsOn(plan: ShiftPlan, dayNumber: number): PlannedShift[] {
  const date = dateOfDay(dayNumber);
  const exception = plan.exceptions.find((one) => one.date === date);
  if (exception) return plan.shifts.filter(({ name }) => exception.shifts.includes(name));
  const since = dayNumber - (dayOfDate(plan.cycleFrom) ?? 0);
  const dayOfCycle = (((since % plan.cycleDays) + plan.cycleDays) % plan.cycleDays) + 1;
  return plan.shifts.filter(({ days }) => days.includes(dayOfCycle));
}

function readDate(text: string): CivilDate | undefined {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  return isCivilDate(year, month, day) ? { year, month, day } : undefined;
}

/** What a plan says that cannot be, with the names and times it concerns. */
export type PlanFault =
  | { key: 'noShifts' }
  | { key: 'sameName'; name: string }
  | { key: 'dayBeyondCycle'; name: string; day: number; days: number }
  | { key: 'breakOutside'; name: string; start: string; end: string }
  | { key: 'breaksOverlap'; name: string; start: string }
  | { key: 'shiftsOverlap'; name: string; other: string; day: number }
  | { key: 'shiftsOverlapOn'; name: string; other: string; date: string }
  | { key: 'sameDate'; date: string }
  | { key: 'unknownShift'; name: string; date: string }
  | { key: 'downtimeReversed'; start: string; end: string };

/** The first fault of a plan that has the right form; undefined where it can be kept. */
export function findPlanFault(plan: ShiftPlan): PlanFault | undefined {
  if (!isAnyPlanned(plan)) return { key: 'noShifts' };
  return (
    findShiftFault(plan) ?? findOverlap(plan) ?? findExceptionFault(plan) ?? findDowntimeFault(plan.downtimes)
  );
}

/** A plan without a shift would leave every station unscheduled for ever. */
function isAnyPlanned({ shifts, exceptions }: ShiftPlan): boolean {
  return shifts.some(
    ({ name, days }) => days.length > 0 || exceptions.some((day) => day.shifts.includes(name)),
  );
}

function findShiftFault({ shifts, cycleDays }: ShiftPlan): PlanFault | undefined {
  const names = new Set<string>();
  for (const shift of shifts) {
    const { name, days } = shift;
    if (names.has(name)) return { key: 'sameName', name };
    names.add(name);
    const beyond = days.find((day) => day > cycleDays);
    if (beyond !== undefined) return { key: 'dayBeyondCycle', name, day: beyond, days: cycleDays };
    const fault = findBreakFault(shift);
    if (fault) return fault;
  }
  return undefined;
}

function findBreakFault(shift: PlannedShift): PlanFault | undefined {
  const { name } = shift;
  const of = minutesOfShift(shift);
  const breaks = shift.breaks
    .map((pause) => ({ pause, ...minutesOfBreak(pause, shift) }))
    .sort((a, b) => a.startMinute - b.startMinute);
  for (const [i, { pause, endMinute }] of breaks.entries()) {
    if (endMinute > of.endMinute) return { key: 'breakOutside', name, start: pause.start, end: pause.end };
    const next = breaks[i + 1];
    if (next && next.startMinute < endMinute) return { key: 'breaksOverlap', name, start: next.pause.start };
  }
  return undefined;
}

type Run = { name: string; startMinute: number; endMinute: number };

/** The first of these runs, in any order, that another one begins in. */
function findOverlapping(runs: Run[]): { run: Run; next: Run } | undefined {
  runs.sort((a, b) => a.startMinute - b.startMinute);
  for (const [i, run] of runs.entries()) {
    const next = runs[i + 1];
    if (next && next.startMinute < run.endMinute) return { run, next };
  }
  return undefined;
}

function runOf(shift: PlannedShift, day: number): Run {
  const { startMinute, endMinute } = minutesOfShift(shift);
  const midnight = day * dayMinutes;
  return { name: shift.name, startMinute: midnight + startMinute, endMinute: midnight + endMinute };
}

/** Shifts of one cycle, and of the next, into which those of a night run. */
function findOverlap({ shifts, cycleDays }: ShiftPlan): PlanFault | undefined {
  const found = findOverlapping(
    shifts.flatMap((shift) =>
      shift.days.flatMap((day) => [runOf(shift, day), runOf(shift, day + cycleDays)]),
    ),
  );
  if (found === undefined) return undefined;
  const day = Math.floor(found.next.startMinute / dayMinutes);
  const { name } = found.run;
  return { key: 'shiftsOverlap', name, other: found.next.name, day: ((day - 1) % cycleDays) + 1 };
}

function findExceptionFault(plan: ShiftPlan): PlanFault | undefined {
  const { shifts, exceptions } = plan;
  const dates = new Set<string>();
  for (const { date, shifts: names } of exceptions) {
    if (dates.has(date)) return { key: 'sameDate', date };
    dates.add(date);
    const unknown = names.find((name) => !shifts.some((shift) => shift.name === name));
    if (unknown !== undefined) return { key: 'unknownShift', name: unknown, date };
  }
  for (const { date } of exceptions) {
    const day = dayOfDate(date) ?? 0;
    const around = [day - 1, day, day + 1];
    const found = findOverlapping(
      around.flatMap((one) => shiftsOn(plan, one).map((shift) => runOf(shift, one))),
    );
    if (found) return { key: 'shiftsOverlapOn', name: found.run.name, other: found.next.name, date };
  }
  return undefined;
}

function findDowntimeFault(downtimes: ShiftPlan['downtimes']): PlanFault | undefined {
  const reversed = downtimes.find(({ start, end }) => end <= start);
  return reversed && { key: 'downtimeReversed', start: reversed.start, end: reversed.end };
}

import type { z } from 'zod';
import type { DatedPlan } from '../plant/shifts/shift-calendar.ts';
import {
  dayOfDate,
  findPlanFault,
  maxDowntimes,
  maxExceptions,
  maxShifts,
  type PlanFault,
  shiftPlanSchema,
} from '../plant/shifts/shift-plan.ts';

/** What was typed, row by row, so that a form that is refused keeps all of it. */
export type TypedPlan = {
  /** The plan that the form showed, and when it was set; '' for a new one. */
  edited: string;
  changed: string;
  /** The cycle whose days the form showed. */
  shownCycle: string;
  fromDate: string;
  cycleDays: string;
  cycleFrom: string;
  shifts: { name: string; start: string; end: string; breaks: string; days: number[] }[];
  exceptions: { date: string; name: string; shifts: string }[];
  downtimes: { start: string; end: string; reason: string }[];
};

/** What is wrong with a form: a field that cannot be read, or what the plan says. */
export type ShiftFormFault =
  | PlanFault
  | { key: 'cycleChanged' | 'changedMeanwhile' }
  | { key: 'dateTaken'; date: string }
  | { key: 'dateOfOtherPlan'; date: string; fromDate: string }
  | { key: 'tooMany'; field: 'shifts' | 'exceptions' | 'downtimes'; most: number }
  | { key: 'field'; field: 'fromDate' | 'cycleDays' | 'cycleFrom'; text: string }
  | { key: 'shiftField'; name: string; field: 'name' | 'start' | 'end' | 'breaks' | 'days'; text: string }
  | { key: 'exceptionField'; text: string }
  | { key: 'downtimeField'; text: string };

/** Rows that the form has for more than there is. */
export const spareRows = { shifts: 2, exceptions: 3, downtimes: 2 };

const longestText = 400;
const span = /^(\d{1,2}):?(\d\d)\s*(?:-|–|—|~|to)\s*(\d{1,2}):?(\d\d)$/;

/** Reads the form of a plan: `shift-0-name`, `shift-0-day` (repeated), `exception-0-date`, `downtime-0-start` … */
export function readShiftForm(form: Record<string, unknown>): TypedPlan {
  const text = (name: string) => {
    const value = form[name];
    return (typeof value === 'string' ? value : '')
      .normalize('NFC')
      .replaceAll(/\p{Cc}/gu, ' ')
      .trim()
      .slice(0, longestText)
      .toWellFormed();
  };
  const rows = <Row>(most: number, read: (index: number) => Row, isEmpty: (row: Row) => boolean): Row[] =>
    Array.from({ length: most }, (_, index) => read(index)).filter((row) => !isEmpty(row));
  return {
    edited: text('edited'),
    changed: text('changed'),
    shownCycle: text('shownCycle'),
    fromDate: text('fromDate'),
    cycleDays: text('cycleDays'),
    cycleFrom: text('cycleFrom'),
    shifts: rows(
      maxShifts + spareRows.shifts,
      (i) => ({
        name: text(`shift-${i}-name`),
        start: text(`shift-${i}-start`),
        end: text(`shift-${i}-end`),
        breaks: text(`shift-${i}-breaks`),
        days: [form[`shift-${i}-day[]`] ?? []].flat().map(Number),
      }),
      // Rows for further shifts have their days ticked.
      ({ name, start, end }) => name === '' && start === '' && end === '',
    ),
    exceptions: rows(
      maxExceptions + spareRows.exceptions,
      (i) => ({
        date: text(`exception-${i}-date`),
        name: text(`exception-${i}-name`),
        shifts: text(`exception-${i}-shifts`),
      }),
      ({ date, name, shifts }) => date === '' && name === '' && shifts === '',
    ),
    downtimes: rows(
      maxDowntimes + spareRows.downtimes,
      (i) => ({
        start: text(`downtime-${i}-start`),
        end: text(`downtime-${i}-end`),
        reason: text(`downtime-${i}-reason`),
      }),
      ({ start, end, reason }) => start === '' && end === '' && reason === '',
    ),
  };
}

/** The plan that was typed, or the first thing that is wrong with it. */
export function planOf(typed: TypedPlan): { dated: DatedPlan } | { fault: ShiftFormFault } {
  const { fromDate, cycleDays, cycleFrom } = typed;
  // Days were ticked by the names or numbers of the cycle that was shown.
  if (typed.shownCycle !== cycleShown(typed)) return { fault: { key: 'cycleChanged' } };
  if (dayOfDate(fromDate) === undefined)
    return { fault: { key: 'field', field: 'fromDate', text: fromDate } };
  const read = shiftPlanSchema.safeParse({
    cycleDays: Number(cycleDays),
    cycleFrom,
    shifts: typed.shifts.map(({ breaks, ...shift }) => ({ ...shift, breaks: readBreaks(breaks) })),
    exceptions: typed.exceptions.map(({ shifts, ...day }) => ({ ...day, shifts: listOf(shifts) })),
    downtimes: typed.downtimes,
  });
  if (!read.success) return { fault: faultOfField(typed, read.error) };
  const fault = findPlanFault(read.data);
  return fault ? { fault } : { dated: { fromDate, plan: read.data } };
}

/** Names in a text, parted by commas. */
function listOf(text: string): string[] {
  return text
    .split(/[,;、，]/)
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** `9:00-9:15, 12:00–12:30` as breaks; what is not a span stays text, which the schema then refuses. */
function readBreaks(text: string): unknown[] {
  return listOf(text).map((part) => {
    const [, startHour, startMinute, endHour, endMinute] = span.exec(part) ?? [];
    if (startHour === undefined || endHour === undefined) return part;
    return {
      start: `${startHour.padStart(2, '0')}:${startMinute}`,
      end: `${endHour.padStart(2, '0')}:${endMinute}`,
    };
  });
}

function faultOfField(typed: TypedPlan, error: z.ZodError): ShiftFormFault {
  const [group, index, field] = error.issues[0]?.path ?? [];
  const tooMany = (['shifts', 'exceptions', 'downtimes'] as const).find((one) => one === group);
  if (tooMany && index === undefined) {
    const most = { shifts: maxShifts, exceptions: maxExceptions, downtimes: maxDowntimes }[tooMany];
    return { key: 'tooMany', field: tooMany, most };
  }
  const at = Number(index);
  if (group === 'shifts' && typed.shifts[at]) {
    const shift = typed.shifts[at];
    const named =
      (['name', 'start', 'end', 'breaks', 'days'] as const).find((one) => one === field) ?? 'name';
    return { key: 'shiftField', name: shift.name, field: named, text: String(shift[named]) };
  }
  const day = typed.exceptions[at];
  if (group === 'exceptions' && day) return { key: 'exceptionField', text: day.date || day.name };
  const downtime = typed.downtimes[at];
  if (group === 'downtimes' && downtime)
    return { key: 'downtimeField', text: [downtime.start, downtime.end].filter(Boolean).join(' – ') };
  return group === 'cycleFrom'
    ? { key: 'field', field: 'cycleFrom', text: typed.cycleFrom }
    : { key: 'field', field: 'cycleDays', text: typed.cycleDays };
}

/** The cycle of a form in a word, to tell whether another one was typed than the one whose days were shown. */
export function cycleShown({ cycleDays, cycleFrom }: Pick<TypedPlan, 'cycleDays' | 'cycleFrom'>): string {
  return `${Number(cycleDays)}@${cycleFrom}`;
}

/** A saved plan as its form shows it. */
export function typedOfPlan({ fromDate, plan, setAt }: DatedPlan & { setAt: number }): TypedPlan {
  return {
    edited: fromDate,
    changed: String(setAt),
    shownCycle: cycleShown({ cycleDays: String(plan.cycleDays), cycleFrom: plan.cycleFrom }),
    fromDate,
    cycleDays: String(plan.cycleDays),
    cycleFrom: plan.cycleFrom,
    shifts: plan.shifts.map(({ breaks, ...shift }) => ({
      ...shift,
      breaks: breaks.map(({ start, end }) => `${start}–${end}`).join(', '),
    })),
    exceptions: plan.exceptions.map(({ shifts, ...day }) => ({ ...day, shifts: shifts.join(', ') })),
    downtimes: plan.downtimes,
  };
}

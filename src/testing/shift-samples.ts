import { createWallClock } from '../kernel/time/time-zone.ts';
import { createShiftCalendar } from '../plant/shifts/shift-calendar.ts';
import { dayOfDate } from '../plant/shifts/shift-plan.ts';
import { cycleShown, planOf, type TypedPlan } from '../shifts/read-shift-form.ts';
import { drawWeek, newPlan, type ShiftsPage, workdays } from '../shifts/views.ts';

const odd = `<b onclick="x">S&4'`;
const now = Date.parse('2025-09-06T10:30:15+09:00');
const wallClock = createWallClock('Asia/Seoul');

function pageOf(form: TypedPlan, mayChange: boolean): ShiftsPage {
  const read = planOf(form);
  if (!('dated' in read)) throw new Error(`No plan: ${JSON.stringify(read.fault)}`);
  const plans = [{ ...read.dated, setBy: odd, setAt: now }];
  const monday = dayOfDate('2025-09-01') ?? 0;
  return {
    here: '/plant/shifts',
    days: drawWeek(createShiftCalendar(plans, wallClock), plans, { monday, now, wallClock }),
    plannedMs: 3_600_000,
    previousHref: '/plant/shifts?week=2025-08-25',
    nextHref: '/plant/shifts?week=2025-09-08',
    line: { id: 3, name: odd },
    lines: [{ id: 3, name: odd, href: '/plant/shifts?line=3', hasPlans: mayChange }],
    isOfSite: mayChange,
    likeHref: '/plant/shifts?line=3',
    hasCalendar: true,
    plans: [],
    form,
    spare: { shifts: 1, exceptions: 1, downtimes: 1 },
    cycleDays: Array.from({ length: Number(form.cycleDays) }, (_, index) => index + 1),
    usualDays: workdays,
    isWeek: form.cycleDays === '7',
    fault: null,
    done: null,
    mayChange,
  };
}

const week = newPlan('three', [odd, 'Late', 'Night'], '2025-09-01');
const nineDays = { cycleDays: '9', cycleFrom: '2025-09-01' };
const odder: TypedPlan = {
  ...newPlan('one', [odd], '2025-09-01'),
  ...nineDays,
  shownCycle: cycleShown(nineDays),
  exceptions: [{ date: '2025-09-02', name: odd, shifts: odd }],
  downtimes: [{ start: '2025-09-03T08:00', end: '2025-09-03T12:00', reason: odd }],
};

/** The data that the partials of shifts are printed with in the states they know. */
export const shiftSamples: Readonly<Record<string, readonly object[]>> = {
  'shifts/_week': [{ week: pageOf(week, true) }, { week: pageOf(odder, false) }],
  'shifts/_form': [{ page: pageOf(week, true) }, { page: pageOf(odder, false) }],
};

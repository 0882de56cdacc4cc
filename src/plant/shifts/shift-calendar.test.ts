import { expect, test } from 'vitest';
import { hourMs, minuteMs } from '../../kernel/time/durations.ts';
import { createWallClock } from '../../kernel/time/time-zone.ts';
import { createShiftCalendar } from './shift-calendar.ts';
import type { ShiftPlan } from './shift-plan.ts';

const berlin = createWallClock('Europe/Berlin');
const week = [1, 2, 3, 4, 5];
const threeShifts: ShiftPlan = {
  cycleDays: 7,
  cycleFrom: '2026-01-05',
  shifts: [
    { name: 'Early', start: '06:00', end: '14:00', breaks: [{ start: '09:00', end: '09:30' }], days: week },
    { name: 'Late', start: '14:00', end: '22:00', breaks: [{ start: '18:00', end: '18:30' }], days: week },
    {
      name: 'Night',
      start: '22:00',
      end: '06:00',
      breaks: [
        { start: '23:30', end: '23:45' },
        { start: '02:00', end: '02:30' },
      ],
      days: week,
    },
  ],
  exceptions: [],
  downtimes: [],
};
const calendarOf = (plan: Partial<ShiftPlan> = {}, wallClock = berlin) =>
  createShiftCalendar([{ fromDate: '2026-01-01', plan: { ...threeShifts, ...plan } }], wallClock);
const at = (text: string, wallClock = berlin) => wallClock.parse(text)!;
const windowOf = (from: string, to: string) => ({ startAt: at(from), endAt: at(to) });

test('a night shift belongs to the day it starts on, breaks after midnight included', () => {
  const calendar = calendarOf();
  const shift = calendar.shiftAt(at('2026-06-03T03:00'))!;
  expect([shift.name, shift.date]).toEqual(['Night', '2026-06-02']);
  expect(
    shift.planned.map(({ startAt, endAt }) => [berlin.fieldText(startAt), berlin.fieldText(endAt)]),
  ).toEqual([
    ['2026-06-02T22:00', '2026-06-02T23:30'],
    ['2026-06-02T23:45', '2026-06-03T02:00'],
    ['2026-06-03T02:30', '2026-06-03T06:00'],
  ]);
  expect(calendar.nextShift(shift)?.name).toBe('Early');
  // The night of Friday ends on Saturday; then nothing is planned until Monday.
  expect(calendar.isPlanned(at('2026-06-06T05:59'))).toBe(true);
  expect(calendar.isPlanned(at('2026-06-06T06:00'))).toBe(false);
  expect(calendar.shiftAt(at('2026-06-07T12:00'))).toMatchObject({ name: 'Night', date: '2026-06-05' });
  expect(calendar.nextShift(calendar.shiftAt(at('2026-06-07T12:00'))!)).toMatchObject({ date: '2026-06-08' });
});

test('planned time follows both clock changes: the night in spring is an hour shorter, in autumn longer', () => {
  const daily = calendarOf({
    shifts: threeShifts.shifts.map((shift) => ({ ...shift, days: [1, 2, 3, 4, 5, 6, 7] })),
  });
  const plannedHours = (from: string, to: string) => daily.plannedMs(windowOf(from, to)) / hourMs;
  expect(plannedHours('2026-06-02T22:00', '2026-06-03T06:00')).toBe(7.25);
  // 02:00 to 02:30 does not exist in the night to 29 March: the break is moved to 03:00.
  expect(plannedHours('2026-03-28T22:00', '2026-03-29T06:00')).toBe(6.25);
  expect(plannedHours('2026-10-24T22:00', '2026-10-25T06:00')).toBe(8.25);
  // Shifts follow each other without a gap, whatever the clock does.
  expect(plannedHours('2026-03-23T06:00', '2026-03-30T06:00')).toBe(7 * (24 - 1.75) - 1);
  expect(plannedHours('2026-10-19T06:00', '2026-10-26T06:00')).toBe(7 * (24 - 1.75) + 1);
});

test('whole and part of a window agree with a count of planned minutes, in zones of half hours too', () => {
  for (const zone of ['Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/St_Johns']) {
    const clock = createWallClock(zone);
    const calendar = calendarOf({}, clock);
    for (const day of ['2026-03-28', '2026-04-04', '2026-10-03', '2026-10-24', '2026-11-01']) {
      const startAt = at(`${day}T00:00`, clock) - 7 * minuteMs;
      const window = { startAt, endAt: startAt + 50 * hourMs };
      let counted = 0;
      for (let now = window.startAt; now < window.endAt; now += minuteMs)
        if (calendar.isPlanned(now)) counted += minuteMs;
      expect([zone, day, calendar.plannedMs(window)]).toEqual([zone, day, counted]);
    }
  }
});

test('holidays, days that differ and downtime take their time out of the plan', () => {
  const calendar = calendarOf({
    exceptions: [
      { date: '2026-12-24', name: 'Christmas Eve', shifts: ['Early'] },
      { date: '2026-12-25', name: 'Christmas', shifts: [] },
      { date: '2026-12-27', name: 'Extra shift', shifts: ['Late'] },
    ],
    downtimes: [{ start: '2026-12-22T08:45', end: '2026-12-22T10:00', reason: 'Maintenance' }],
  });
  const names = (from: string, to: string) =>
    calendar.shiftsIn(windowOf(from, to)).map(({ name, date }) => `${date} ${name}`);
  expect(names('2026-12-24T07:00', '2026-12-28T05:00')).toEqual(['2026-12-24 Early', '2026-12-27 Late']);
  // Of the downtime half an hour is a break already.
  expect(calendar.plannedMs(windowOf('2026-12-22T06:00', '2026-12-22T14:00'))).toBe(6.75 * hourMs);
});

test('a cycle of any length repeats, before its first day as after it', () => {
  const calendar = calendarOf({
    cycleDays: 6,
    cycleFrom: '2026-02-01',
    shifts: [{ name: 'Day', start: '07:00', end: '19:00', breaks: [], days: [1, 2, 3, 4] }],
  });
  const dates = calendar
    .shiftsIn(windowOf('2026-01-26T00:00', '2026-02-08T00:00'))
    .map(({ date }) => date.slice(5));
  expect(dates).toEqual([
    '01-26', '01-27', '01-28', '01-29', '02-01', '02-02', '02-03', '02-04', '02-07',
  ]); // biome-ignore format: one line a cycle
});

test('a new plan holds from its date; the night before ends when its first shift starts', () => {
  const calendar = createShiftCalendar(
    [
      {
        fromDate: '2026-06-03',
        plan: {
          ...threeShifts,
          shifts: [{ name: 'Day', start: '05:00', end: '13:00', breaks: [], days: week }],
        },
      },
      { fromDate: '2026-06-01', plan: threeShifts },
    ],
    berlin,
  );
  expect(calendar.fromAt).toBe(at('2026-06-01'));
  expect(calendar.shiftsIn(windowOf('2026-05-20', '2026-06-01'))).toEqual([]);
  expect(calendar.shiftAt(at('2026-06-01T05:00'))).toBeUndefined();
  const night = calendar.shiftAt(at('2026-06-03T04:00'))!;
  expect([night.name, berlin.fieldText(night.endAt)]).toEqual(['Night', '2026-06-03T05:00']);
  expect(calendar.plannedMs(windowOf('2026-06-03T04:00', '2026-06-03T06:00'))).toBe(2 * hourMs);
});

test('downtime and days off hold whatever plan rules the day', () => {
  const calendar = createShiftCalendar(
    [
      {
        fromDate: '2026-06-01',
        plan: { ...threeShifts, exceptions: [{ date: '2026-08-14', name: 'Holiday', shifts: [] }] },
      },
      {
        fromDate: '2026-07-28',
        plan: {
          ...threeShifts,
          downtimes: [{ start: '2026-07-28T00:00', end: '2026-07-29T00:00', reason: 'Move' }],
        },
      },
    ],
    berlin,
  );
  // The night that began under the first plan.
  expect([calendar.isPlanned(at('2026-07-27T23:00')), calendar.isPlanned(at('2026-07-28T03:00'))]).toEqual([
    true,
    false,
  ]);
  expect(calendar.shiftsIn(windowOf('2026-08-14T07:00', '2026-08-15T07:00'))).toEqual([]);
});

test('shifts that the clocks, set forward, push into each other do not overlap', () => {
  const calendar = calendarOf({
    shifts: [
      { name: 'A', start: '00:00', end: '02:30', breaks: [], days: [7] },
      { name: 'B', start: '03:00', end: '06:00', breaks: [], days: [7] },
    ],
  });
  expect(calendar.plannedMs(windowOf('2026-03-29T00:00', '2026-03-29T06:00'))).toBe(5 * hourMs);
  const shift = calendar.shiftAt(at('2026-03-29T01:00'))!;
  expect([shift.name, calendar.nextShift(shift)?.name]).toEqual(['A', 'B']);
});

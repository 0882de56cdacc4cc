import { expect, test } from 'vitest';
import { findPlanFault, type ShiftPlan, shiftPlanSchema } from './shift-plan.ts';

const early = { name: 'Early', start: '06:00', end: '14:00', breaks: [], days: [1, 2, 3, 4, 5] };
const night = { name: 'Night', start: '22:00', end: '06:00', breaks: [], days: [7] };
const planOf = (plan: Partial<ShiftPlan>): ShiftPlan => ({
  cycleDays: 7,
  cycleFrom: '2026-01-05',
  shifts: [early, night],
  exceptions: [],
  downtimes: [],
  ...plan,
});
const faultOf = (plan: Partial<ShiftPlan>) => findPlanFault(shiftPlanSchema.parse(planOf(plan)));
const at = (start: string, end: string) => ({ start, end });

test('what a plan cannot mean is named with its shift, day or date', () => {
  expect(faultOf({})).toBeUndefined();
  expect(faultOf({ shifts: [] })).toEqual({ key: 'noShifts' });
  expect(faultOf({ shifts: [{ ...early, days: [] }] })).toEqual({ key: 'noShifts' });
  expect(faultOf({ shifts: [early, early] })).toEqual({ key: 'sameName', name: 'Early' });
  expect(faultOf({ shifts: [{ ...early, days: [8] }] })).toEqual({
    key: 'dayBeyondCycle',
    name: 'Early',
    day: 8,
    days: 7,
  });
  for (const pause of [at('05:30', '06:30'), at('13:30', '14:30'), at('10:30', '10:00')])
    expect(faultOf({ shifts: [{ ...early, breaks: [pause] }] })?.key).toBe('breakOutside');
  const breaks = [at('10:00', '10:30'), at('09:45', '10:15')];
  expect(faultOf({ shifts: [{ ...early, breaks }] })).toEqual({
    key: 'breaksOverlap',
    name: 'Early',
    start: '10:00',
  });
  expect(faultOf({ downtimes: [{ ...at('2026-01-02T10:00', '2026-01-02T10:00'), reason: '' }] })?.key).toBe(
    'downtimeReversed',
  );
});

test('shifts that overlap are found within a day, over midnight, round the cycle and on days that differ', () => {
  const overlap = (other: string, start: string, end: string, days: number[]) =>
    faultOf({ shifts: [early, night, { name: other, ...at(start, end), breaks: [], days }] });
  expect(overlap('Day', '13:59', '20:00', [3])).toMatchObject({ name: 'Early', other: 'Day', day: 3 });
  expect(overlap('Day', '14:00', '20:00', [3])).toBeUndefined();
  // Sunday's night runs into Monday, the first day of the cycle.
  expect(overlap('Dawn', '05:00', '06:00', [1])).toMatchObject({ name: 'Night', other: 'Dawn', day: 1 });
  const exceptions = [{ date: '2026-01-11', name: 'Extra', shifts: ['Night', 'Late'] }];
  const late = { name: 'Late', ...at('20:00', '23:00'), breaks: [], days: [] };
  expect(faultOf({ shifts: [early, night, late], exceptions })).toEqual({
    key: 'shiftsOverlapOn',
    name: 'Late',
    other: 'Night',
    date: '2026-01-11',
  });
});

test('a date twice, or a shift that is not there, is named', () => {
  const day = (shifts: string[]) => ({ date: '2026-01-06', name: '', shifts });
  expect(faultOf({ exceptions: [day([]), day([])] })).toEqual({ key: 'sameDate', date: '2026-01-06' });
  expect(faultOf({ exceptions: [day(['Late'])] })).toEqual({
    key: 'unknownShift',
    name: 'Late',
    date: '2026-01-06',
  });
});

test('times and dates that do not exist are refused', () => {
  const isRead = (plan: object) => shiftPlanSchema.safeParse({ ...planOf({}), ...plan }).success;
  expect(isRead({})).toBe(true);
  for (const cycleFrom of ['2026-02-29', '2026-1-5', '']) expect(isRead({ cycleFrom })).toBe(false);
  for (const start of ['24:00', '6:00', '06:60'])
    expect(isRead({ shifts: [{ ...early, start }] })).toBe(false);
  expect(isRead({ downtimes: [{ ...at('2026-02-30T10:00', '2026-03-01T10:00'), reason: '' }] })).toBe(false);
  expect(isRead({ color: 'red' })).toBe(false);
});

import { expect, test } from 'vitest';
import { planOf, readShiftForm, typedOfPlan } from './read-shift-form.ts';

const filled = {
  shownCycle: '7@2026-01-05',
  fromDate: '2026-06-01',
  cycleDays: '7',
  cycleFrom: '2026-01-05',
  'shift-0-name': ' Early ',
  'shift-0-start': '06:00',
  'shift-0-end': '14:00',
  'shift-0-breaks': '9:00-9:15, 12:00 – 12:30',
  'shift-0-day[]': ['1', '2', '5'],
  // An empty row between, and the ticks of an empty one.
  'shift-2-name': 'Night',
  'shift-2-start': '22:00',
  'shift-2-end': '06:00',
  'shift-2-breaks': '02:00~02:30',
  'shift-2-day[]': '3',
  'shift-3-day[]': ['1', '2'],
  'exception-1-date': '2026-12-25',
  'exception-1-name': 'Christmas',
  'exception-1-shifts': '',
  'exception-2-date': '2026-12-27',
  'exception-2-shifts': 'Early, Night',
  'downtime-0-start': '2026-08-01T06:00',
  'downtime-0-end': '2026-08-15T06:00',
  'downtime-0-reason': 'Shutdown',
};
const read = (change: Record<string, unknown> = {}) => planOf(readShiftForm({ ...filled, ...change }));

test('a form becomes a plan, and the plan the same form', () => {
  const result = read();
  expect(result).toMatchObject({
    dated: {
      fromDate: '2026-06-01',
      plan: {
        shifts: [
          {
            name: 'Early',
            breaks: [
              { start: '09:00', end: '09:15' },
              { start: '12:00', end: '12:30' },
            ],
            days: [1, 2, 5],
          },
          { name: 'Night', breaks: [{ start: '02:00', end: '02:30' }], days: [3] },
        ],
        exceptions: [
          { date: '2026-12-25', name: 'Christmas', shifts: [] },
          { date: '2026-12-27', name: '', shifts: ['Early', 'Night'] },
        ],
        downtimes: [{ reason: 'Shutdown' }],
      },
    },
  });
  if (!('dated' in result)) throw new Error('not a plan');
  expect(planOf(typedOfPlan({ ...result.dated, setAt: 5 }))).toEqual(result);
});

test.each([
  [{ fromDate: '2026-13-01' }, { key: 'field', field: 'fromDate', text: '2026-13-01' }],
  [
    { cycleDays: 'x', shownCycle: 'NaN@2026-01-05' },
    { key: 'field', field: 'cycleDays', text: 'x' },
  ],
  [
    { cycleDays: '57', shownCycle: '57@2026-01-05' },
    { key: 'field', field: 'cycleDays', text: '57' },
  ],
  [
    { cycleFrom: '', shownCycle: '7@' },
    { key: 'field', field: 'cycleFrom', text: '' },
  ],
  // The days that were ticked are those of the cycle that was shown.
  [{ cycleDays: '14' }, { key: 'cycleChanged' }],
  [{ 'shift-0-name': '' }, { key: 'shiftField', field: 'name', name: '', text: '' }],
  [{ 'shift-0-start': '' }, { key: 'shiftField', field: 'start', name: 'Early', text: '' }],
  [{ 'shift-0-breaks': '09:00' }, { key: 'shiftField', field: 'breaks', name: 'Early', text: '09:00' }],
  [
    { 'shift-0-breaks': '25:00-26:00' },
    { key: 'shiftField', field: 'breaks', name: 'Early', text: '25:00-26:00' },
  ],
  [{ 'exception-1-date': '' }, { key: 'exceptionField', text: 'Christmas' }],
  [{ 'downtime-0-end': '' }, { key: 'downtimeField', text: '2026-08-01T06:00' }],
  [{ 'exception-2-shifts': 'Late' }, { key: 'unknownShift', name: 'Late', date: '2026-12-27' }],
  [
    Object.fromEntries(
      Array.from({ length: 26 }, (_, i) => [
        [`shift-${i}-name`, `Shift ${i}`],
        [`shift-${i}-start`, '06:00'],
        [`shift-${i}-end`, '06:10'],
      ]).flat(),
    ),
    { key: 'tooMany', field: 'shifts', most: 24 },
  ],
])('%j is refused with its place', (change, fault) => {
  expect(read(change)).toEqual({ fault });
});

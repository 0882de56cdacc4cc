import { expect, test } from 'vitest';
import { hourMs } from '../../kernel/time/durations.ts';
import { alwaysRunning, type RunningHours } from '../running-hours.ts';
import { calendarHours } from './calendar-hours.ts';

const fromAt = 100 * hourMs;
/** Planned in every second hour. */
const calendar = {
  fromAt,
  isPlanned: (at: number) => at >= fromAt && Math.floor(at / hourMs) % 2 === 0,
  plannedMs: ({ startAt, endAt }: { startAt: number; endAt: number }) => (endAt - startAt) / 2,
};
const learnt: RunningHours = {
  source: 'learnt',
  isRunning: () => true,
  elapsedMs: (from, to) => to - from,
};

test('planned time holds from the first plan on, and what was learnt before it', () => {
  const hours = calendarHours(calendar, learnt, 110 * hourMs);
  expect([99, 100, 101, 102].map((hour) => hours.isRunning(hour * hourMs))).toEqual([
    true,
    true,
    false,
    true,
  ]);
  expect(hours.elapsedMs(96 * hourMs, 99 * hourMs)).toBe(3 * hourMs);
  expect(hours.elapsedMs(96 * hourMs, 104 * hourMs)).toBe(6 * hourMs);
  expect(hours.elapsedMs(102 * hourMs, 104 * hourMs)).toBe(hourMs);
  expect(hours.source).toBe('plan');
});

test('before the first plan holds nothing changes, and hours of which nothing is known are no pause after it', () => {
  expect(calendarHours(calendar, learnt, 99 * hourMs)).toBe(learnt);
  const young = calendarHours(calendar, alwaysRunning, 110 * hourMs);
  expect([young.elapsedMs(40 * hourMs, 102 * hourMs), young.elapsedMs(96 * hourMs, 99 * hourMs)]).toEqual([
    hourMs,
    3 * hourMs,
  ]);
});

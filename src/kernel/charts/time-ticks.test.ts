import { expect, test } from 'vitest';
import { createWallClock } from '../time-zone.ts';
import { timeTicks } from './time-ticks.ts';

const seoul = createWallClock('Asia/Seoul');
const newYork = createWallClock('America/New_York');
const labels = (start: string, end: string, clock = seoul) =>
  timeTicks({ startAt: clock.parse(start)!, endAt: clock.parse(end)! }, clock).map(({ label }) => label);

test("ticks stand at round times of the site's clock", () => {
  expect(labels('2025-09-06T13:03', '2025-09-06T14:03')).toEqual([
    '13:10',
    '13:20',
    '13:30',
    '13:40',
    '13:50',
    '14:00',
  ]);
  expect(labels('2025-09-05T14:03', '2025-09-06T14:03')).toEqual(['18:00', '09-06', '06:00', '12:00']);
  expect(labels('2025-08-30T14:03', '2025-09-06T14:03')).toEqual(['09-01', '09-03', '09-05']);
  expect(labels('2025-01-01', '2025-12-31')).toEqual([
    '2025-03-17',
    '2025-06-09',
    '2025-09-01',
    '2025-11-24',
  ]);
});

test('ticks keep to local times through a clock change', () => {
  expect(labels('2025-03-09T00:00', '2025-03-09T06:00', newYork)).toEqual([
    '03-09',
    '01:00',
    '03:00',
    '04:00',
    '05:00',
  ]);
  expect(labels('2025-11-01T12:00', '2025-11-03T12:00', newYork)).toEqual([
    '12:00',
    '11-02',
    '12:00',
    '11-03',
  ]);
});

test('there are never many ticks, however long the window', () => {
  for (const end of [
    '2025-01-01T00:01',
    '2025-01-03',
    '2025-02-01',
    '2026-01-01',
    '2125-01-01',
    '9999-01-01',
  ]) {
    expect(labels('2025-01-01T00:00', end).length).toBeLessThanOrEqual(7);
  }
});

import { expect, test } from 'vitest';
import { createWallClock } from '../kernel/time/time-zone.ts';
import { learnRunningHours } from './running-hours.ts';

const hour = 3_600_000;
const day = 24 * hour;
const utc = createWallClock('UTC');
/** A Monday, 00:00. */
const monday = Date.UTC(2026, 10, 23);

/** Hours 6 to 21 of Monday to Friday, so many weeks back from a Monday. */
function shifts(weeks: number): number[] {
  const starts: number[] = [];
  for (let week = 1; week <= weeks; week++) {
    for (let weekday = 0; weekday < 5; weekday++)
      for (let at = 6; at < 22; at++) starts.push(monday - week * 7 * day + weekday * day + at * hour);
  }
  return starts;
}

test('hours with images in half of four weeks run, nights and weekends do not', () => {
  const running = learnRunningHours(shifts(4), monday + 12 * hour, utc);
  expect(running.source).toBe('learnt');
  expect(running.isRunning(monday + 6 * hour)).toBe(true);
  expect(running.isRunning(monday + 5 * hour + 59 * 60_000)).toBe(false);
  expect(running.isRunning(monday + 22 * hour)).toBe(false);
  expect(running.isRunning(monday - day + 12 * hour)).toBe(false);
});

test('from Friday 21:50 to Monday 06:10 twenty minutes have run', () => {
  const running = learnRunningHours(shifts(4), monday + 7 * hour, utc);
  const friday = monday - 3 * day + 21 * hour + 50 * 60_000;
  expect(running.elapsedMs(friday, monday + 6 * hour + 10 * 60_000)).toBe(20 * 60_000);
});

test('one Saturday shift in four weeks is no running hour, two are', () => {
  const saturday = (weeks: number) => monday - weeks * 7 * day + 5 * day + 10 * hour;
  const at = monday + 7 * hour;
  expect(learnRunningHours([...shifts(4), saturday(1)], at, utc).isRunning(saturday(0))).toBe(false);
  expect(learnRunningHours([...shifts(4), saturday(1), saturday(3)], at, utc).isRunning(saturday(0))).toBe(
    true,
  );
});

test('under two weeks every hour counts', () => {
  const young = learnRunningHours(
    shifts(4).filter((at) => at > monday - 13 * day),
    monday,
    utc,
  );
  expect(young.source).toBe('none');
  expect(young.isRunning(monday + 3 * hour)).toBe(true);
  expect(young.elapsedMs(monday - 3 * day, monday)).toBe(3 * day);
});

test('hours are those of the site, also across a clock change', () => {
  const berlin = createWallClock('Europe/Berlin');
  const now = berlin.parse('2026-10-27T12:00')!;
  const starts: number[] = [];
  for (let ago = 1; ago < 28; ago++) {
    const eight = berlin.parse(`${berlin.format(now - ago * day, 'date')}T08:00`)!;
    starts.push(eight);
  }
  const running = learnRunningHours(starts, now, berlin);
  expect(running.isRunning(berlin.parse('2026-10-28T08:30')!)).toBe(true);
  expect(running.isRunning(berlin.parse('2026-10-28T09:30')!)).toBe(false);
  expect(running.elapsedMs(berlin.parse('2026-10-24T00:00')!, berlin.parse('2026-10-27T00:00')!)).toBe(
    3 * hour,
  );
});

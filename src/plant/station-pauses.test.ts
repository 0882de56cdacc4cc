import { expect, test } from 'vitest';
import { createWallClock } from '../kernel/time/time-zone.ts';
import { alwaysRunning, learnRunningHours, type RunningHours } from './running-hours.ts';
import { atRestAfterMs, isStationRunning, learnPauses, stationSilence } from './station-pauses.ts';
import { silentAfterMs } from './usual-interval.ts';
import { noCounts } from './yield.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Counts per minute of images at the given instants (seconds). */
function minutesOf(seconds: readonly number[]) {
  const counts = new Map<number, number>();
  for (const second of seconds) {
    const startAt = Math.floor(second / 60) * minute;
    counts.set(startAt, (counts.get(startAt) ?? 0) + 1);
  }
  return [...counts].map(([startAt, ok]) => ({ ...noCounts, startAt, ok }));
}

function every(stepSeconds: number, from: number, to: number): number[] {
  return Array.from({ length: Math.ceil((to - from) / stepSeconds) }, (_, i) => from + i * stepSeconds);
}

/** So many images this many seconds apart, again and again with a pause of minutes. */
function batches(count: number, stepSeconds: number, pauseMinutes: number, hours: number): number[] {
  const cycle = count * stepSeconds + pauseMinutes * 60;
  return Array.from({ length: Math.floor((hours * 3_600) / cycle) }, (_, i) =>
    every(stepSeconds, i * cycle, i * cycle + count * stepSeconds),
  ).flat();
}

const limitMinutes = (seconds: number[]) => learnPauses(minutesOf(seconds))!.silentAfterMs / minute;

test('a regular fast station is silent after a minute, a slow one after ten of its intervals', () => {
  expect(limitMinutes(every(1, 0, 8 * 3_600))).toBe(1);
  expect(limitMinutes(every(6, 0, 8 * 3_600))).toBe(1);
  expect(limitMinutes(every(300, 0, 8 * 3_600))).toBeCloseTo(50, 0);
});

test.each([
  [20, 3, 3],
  [50, 2, 3],
  [200, 1, 3],
  [20, 3, 10],
  [50, 2, 10],
  [200, 1, 10],
  [20, 3, 30],
  [50, 2, 30],
  [200, 1, 30],
])('a station of batches of %i × %i s may pause for %i min and half as long again', (count, step, pause) => {
  const limit = limitMinutes(batches(count, step, pause, 8));
  expect(limit).toBeGreaterThan(1.5 * pause);
  expect(limit).toBeLessThan(1.5 * (pause + 3) + 3);
});

test('also in its first hours, when few pauses are known', () => {
  expect(limitMinutes(batches(200, 1, 30, 2))).toBeGreaterThan(45);
});

test('one long stop is no usual pause', () => {
  const stopped = [...every(5, 0, 3 * 3_600), ...every(5, 5 * 3_600, 8 * 3_600)];
  expect(limitMinutes(stopped)).toBe(1);
});

function paceOf(intervalMs: number | null, running: RunningHours = alwaysRunning) {
  const pauses =
    intervalMs === null
      ? null
      : { usualIntervalMs: intervalMs, silentAfterMs: silentAfterMs(intervalMs), running };
  return (lastSeenAt: number | null, now: number) => {
    const facts = { lastSeenAt, pauses };
    return stationSilence(facts, now) ? 'silent' : isStationRunning(facts, now) ? 'running' : 'resting';
  };
}

test('a station runs, is silent and comes to rest, as its usual interval has it', () => {
  const pace = (ageMs: number, intervalMs: number | null = 5_000) => paceOf(intervalMs)(0, ageMs);
  expect([pace(1_000), pace(60_000), pace(60_001)]).toEqual(['running', 'running', 'silent']);
  expect([pace(299_000, 30_000), pace(301_000, 30_000)]).toEqual(['running', 'silent']);
  expect([pace(atRestAfterMs - 1), pace(atRestAfterMs)]).toEqual(['silent', 'resting']);
  expect([pace(60_000, null), pace(3_600_000, null)]).toEqual(['running', 'resting']);
  expect(paceOf(null)(null, 0)).toBe('resting');
});

test('with learnt hours a night is no silence, and a late start is one at once', () => {
  const monday = Date.UTC(2026, 10, 23);
  const starts: number[] = [];
  for (let ago = 1; ago <= 28; ago++) {
    const midnight = monday - ago * day;
    const isWeekend = [0, 6].includes(new Date(midnight).getUTCDay());
    for (let at = 6; at < 22 && !isWeekend; at++) starts.push(midnight + at * hour);
  }
  const running = learnRunningHours(starts, monday + 6 * hour, createWallClock('UTC'));
  const pace = paceOf(30_000, running);
  const fridayEvening = monday - 3 * day + 22 * hour - minute;
  expect(pace(fridayEvening, fridayEvening + 2 * minute)).toBe('running');
  expect(pace(fridayEvening, fridayEvening + 30 * minute)).toBe('resting');
  expect(pace(fridayEvening, monday + 6 * hour + 3 * minute)).toBe('running');
  expect(pace(fridayEvening, monday + 6 * hour + 5 * minute)).toBe('silent');
  // A silence in running hours does not turn into a rest, however long it lasts.
  expect(pace(monday - 3 * day + 7 * hour, monday - 3 * day + 21 * hour)).toBe('silent');
});

import { expect, test } from 'vitest';
import { isSilent, usualIntervalMs } from './usual-pace.ts';

const minuteMs = 60_000;

/** Counts per minute of images at the given instants (seconds). */
function minutesOf(seconds: number[]) {
  const counts = new Map<number, number>();
  for (const second of seconds) {
    const startAt = Math.floor(second / 60) * minuteMs;
    counts.set(startAt, (counts.get(startAt) ?? 0) + 1);
  }
  return [...counts].map(([startAt, ok]) => ({ startAt, ok, ng: 0, unmatched: 0 }));
}
const every = (stepSeconds: number, from: number, to: number) => {
  const seconds: number[] = [];
  for (let second = from; second < to; second += stepSeconds) seconds.push(second);
  return seconds;
};

test('a station that sends an image each 2 s, 30 s or 5 min has that pace', () => {
  expect(usualIntervalMs(minutesOf(every(2, 0, 3_600)))).toBe(2_000);
  expect(usualIntervalMs(minutesOf(every(30, 0, 3_600)))).toBe(30_000);
  expect(usualIntervalMs(minutesOf(every(300, 0, 7_200)))).toBe(300_000);
});

test('stops and a half-filled minute at either end do not change the pace', () => {
  const running = [...every(4, 50, 1_800), ...every(4, 5_430, 7_000), ...every(4, 20_000, 21_010)];
  expect(usualIntervalMs(minutesOf(running))).toBe(4_000);
});

test('an irregular station has the pace of its middle', () => {
  const pace = usualIntervalMs(
    minutesOf([0, 3, 30, 70, 75, 100, 130, 140, 190, 200, 230, 260, 300, 330, 350, 420]),
  );
  expect(pace).toBeGreaterThanOrEqual(20_000);
  expect(pace).toBeLessThanOrEqual(30_000);
});

test('a station that sends a batch each ten minutes is not silent between two batches', () => {
  const batches = Array.from({ length: 12 }, (_, batch) => every(2, batch * 600, batch * 600 + 40)).flat();
  const pace = usualIntervalMs(minutesOf(batches));
  expect(pace).toBe(600_000);
  expect(isSilent(0, pace, 590_000)).toBe(false);
});

test('a few images tell no pace', () => {
  expect(usualIntervalMs([])).toBeNull();
  expect(usualIntervalMs(minutesOf(every(60, 0, 300)))).toBeNull();
  expect(usualIntervalMs(minutesOf(every(60, 0, 360)))).toBe(60_000);
});

test('minutes with zero counts are as good as left out', () => {
  const minutes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((i) => ({
    startAt: i * minuteMs,
    ok: 0,
    ng: i % 2,
    unmatched: 0,
  }));
  expect(usualIntervalMs([...minutes, { startAt: 11 * minuteMs, ok: 0, ng: 0, unmatched: 1 }])).toBe(120_000);
});

test('a station is silent after ten of its usual intervals and never within a minute', () => {
  expect(isSilent(0, 30_000, 300_000)).toBe(false);
  expect(isSilent(0, 30_000, 300_001)).toBe(true);
  expect(isSilent(0, 1_000, 60_000)).toBe(false);
  expect(isSilent(0, 1_000, 60_001)).toBe(true);
  expect(isSilent(null, 1_000, 60_001)).toBe(false);
  expect(isSilent(0, null, 1e12)).toBe(false);
});

import { expect, test } from 'vitest';
import { learnUsualInterval, silentAfterMs, silentSince, usualIntervalOfCounts } from './usual-interval.ts';
import { noCounts } from './yield.ts';

const minuteMs = 60_000;

/** Counts per minute of images at the given instants (seconds). */
function minutesOf(seconds: number[]) {
  const counts = new Map<number, number>();
  for (const second of seconds) {
    const startAt = Math.floor(second / 60) * minuteMs;
    counts.set(startAt, (counts.get(startAt) ?? 0) + 1);
  }
  return [...counts].map(([startAt, ok]) => ({ ...noCounts, startAt, ok }));
}
const every = (stepSeconds: number, from: number, to: number) => {
  const seconds: number[] = [];
  for (let second = from; second < to; second += stepSeconds) seconds.push(second);
  return seconds;
};

test('a station that sends an image every 2 s, 30 s or 5 min has that usual interval', () => {
  expect(usualIntervalOfCounts(minutesOf(every(2, 0, 3_600)))).toBe(2_000);
  expect(usualIntervalOfCounts(minutesOf(every(30, 0, 3_600)))).toBe(30_000);
  expect(usualIntervalOfCounts(minutesOf(every(300, 0, 7_200)))).toBe(300_000);
});

test('stops and a partial minute at either end do not change the usual interval', () => {
  const running = [...every(4, 50, 1_800), ...every(4, 5_430, 7_000), ...every(4, 20_000, 21_010)];
  expect(usualIntervalOfCounts(minutesOf(running))).toBe(4_000);
});

test('the usual interval of an irregular station is its median', () => {
  const usualInterval = usualIntervalOfCounts(
    minutesOf([0, 3, 30, 70, 75, 100, 130, 140, 190, 200, 230, 260, 300, 330, 350, 420]),
  );
  expect(usualInterval).toBeGreaterThanOrEqual(20_000);
  expect(usualInterval).toBeLessThanOrEqual(30_000);
});

test('a station that sends a batch every ten minutes is not silent between two batches', () => {
  const batches = Array.from({ length: 12 }, (_, batch) => every(2, batch * 600, batch * 600 + 40)).flat();
  const usualInterval = usualIntervalOfCounts(minutesOf(batches));
  expect(usualInterval).toBe(600_000);
  expect(silentAfterMs(usualInterval!)).toBeGreaterThan(590_000);
});

test('a few images give no usual interval', () => {
  expect(usualIntervalOfCounts([])).toBeNull();
  expect(usualIntervalOfCounts(minutesOf(every(60, 0, 300)))).toBeNull();
  expect(usualIntervalOfCounts(minutesOf(every(60, 0, 360)))).toBe(60_000);
});

test('minutes with zero counts are ignored', () => {
  const minutes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((i) => ({
    ...noCounts,
    startAt: i * minuteMs,
    ok: 0,
    ng: i % 2,
  }));
  expect(usualIntervalOfCounts([...minutes, { ...noCounts, startAt: 11 * minuteMs, unmatched: 1 }])).toBe(
    120_000,
  );
});

test('a station is silent after ten of its usual intervals and never within a minute', () => {
  expect(silentAfterMs(30_000)).toBe(300_000);
  expect(silentAfterMs(1_000)).toBe(60_000);
});

const timesEvery = (ms: number, count: number, startAt = 0) =>
  Array.from({ length: count }, (_, i) => startAt + i * ms);

test('the usual interval of a camera is known from nine images on', () => {
  expect(learnUsualInterval(timesEvery(5_000, 8))).toBeNull();
  expect(learnUsualInterval(timesEvery(5_000, 9))).toEqual({ usualIntervalMs: 5_000, silentAfterMs: 60_000 });
  expect(learnUsualInterval(Array(50).fill(7))).toBeNull();
});

test('a slow camera may pause for long, and pauses between coils are usual', () => {
  expect(learnUsualInterval(timesEvery(600_000, 20))).toEqual({
    usualIntervalMs: 600_000,
    silentAfterMs: 6_000_000,
  });
  const coils = [
    ...timesEvery(4_000, 20),
    ...timesEvery(4_000, 20, 400_000),
    ...timesEvery(4_000, 20, 900_000),
  ];
  const usual = learnUsualInterval(coils.toReversed())!;
  expect(usual.usualIntervalMs).toBe(4_000);
  expect(usual.silentAfterMs).toBe((400_000 - 76_000) * 1.5);
});

test('one long stop is not a usual pause', () => {
  expect(learnUsualInterval([...timesEvery(5_000, 20), ...timesEvery(5_000, 20, 9e7)])?.silentAfterMs).toBe(
    60_000,
  );
});

test('old intervals of a camera are forgotten', () => {
  expect(
    learnUsualInterval([...timesEvery(600_000, 20), ...timesEvery(1_000, 64, 20_000_000)])?.silentAfterMs,
  ).toBe(60_000);
});

test('silence begins with the last image and ends with the next', () => {
  const usual = learnUsualInterval(timesEvery(5_000, 20));
  expect(silentSince(usual, 100_000, 160_000)).toBeNull();
  expect(silentSince(usual, 100_000, 160_001)).toBe(100_000);
  expect(silentSince(usual, 160_000, 160_001)).toBeNull();
  expect(silentSince(null, 0, 1e12)).toBeNull();
  expect(silentSince(usual, undefined, 1e12)).toBeNull();
});

import { expect, test } from 'vitest';
import { bernoulliCusum, nextCusum, shareAtOdds } from './cusum.ts';
import { limitForRunLength, meanRunLength } from './run-length.ts';

test('what an inspection takes from the sum is r1/r2, not a rounded share of it', () => {
  const { r1, r2, step } = bernoulliCusum(0.01, 0.02);
  expect(r1).toBeCloseTo(0.0101524, 7);
  expect(r2).toBeCloseTo(0.7033, 4);
  expect(step).toBe(r1 / r2);
  expect(1 / step).toBeCloseTo(69.27, 2);
  expect(nextCusum(2, 1, 1, step)).toBe(3 - step);
  expect(nextCusum(0.5, 0, 100, step)).toBe(0);
});

test('the published step 1/69 is passed as it is', () => {
  expect(nextCusum(2, 0, 69, 1 / 69)).toBeCloseTo(1, 12);
});

test('twice the odds of a share is 2p/(1+p), and never more than all', () => {
  expect(shareAtOdds(0.01, 2)).toBeCloseTo(0.02 / 1.01, 12);
  expect(shareAtOdds(0.6, 2)).toBeCloseTo(0.75, 12);
  expect(shareAtOdds(0.5, 1)).toBe(0.5);
});

test.each([0.001, 0.005, 0.02, 0.1, 0.2, 0.4, 0.45, 0.5, 0.54, 0.6])(
  'at a usual share of %f the tests to twice the odds and to three times the share keep the run length asked for',
  (p0) => {
    for (const p1 of [shareAtOdds(p0, 2), Math.min(Math.max(3 * p0, p0 + 0.05), (1 + p0) / 2)]) {
      const { r2, step } = bernoulliCusum(p0, p1);
      const limit = limitForRunLength({ share: p0, step }, r2, 100_000);
      expect(meanRunLength({ share: p0, step }, limit)).toBeGreaterThanOrEqual(100_000);
      // Never silent: at the bad share the alarm comes, and long before.
      expect(meanRunLength({ share: p1, step }, limit)).toBeLessThan(30_000);
    }
  },
);

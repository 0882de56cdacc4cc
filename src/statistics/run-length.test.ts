import { expect, test } from 'vitest';
import { createRandom } from '../simulator/random.ts';
import { limitForRunLength, meanRunLength } from './run-length.ts';

/** r1/r2 and r2 of a test from `p0` to `p1`. */
function weightsOf(p0: number, p1: number): { step: number; r2: number } {
  const r1 = -Math.log((1 - p1) / (1 - p0));
  const r2 = Math.log((p1 * (1 - p0)) / (p0 * (1 - p1)));
  return { step: r1 / r2, r2 };
}

test('the published test takes 2 300.7 inspections to a false alarm and 373.4 to detection', () => {
  expect(meanRunLength({ share: 0.01, step: 1 / 69 }, 3)).toBeCloseTo(2300.7, 1);
  expect(meanRunLength({ share: 0.02, step: 1 / 69 }, 3)).toBeCloseTo(373.4, 1);
});

test('where one hit signals, the mean run length is one over the share', () => {
  expect(meanRunLength({ share: 0.25, step: 0.4 }, 0.5)).toBeCloseTo(4, 6);
  expect(meanRunLength({ share: 0, step: 0.4 }, 0.5)).toBe(Number.POSITIVE_INFINITY);
});

test.each([0.001, 0.01, 0.05, 0.1, 0.2, 0.4, 0.5, 0.54, 0.6])(
  'at a usual share of %f the limit keeps the run length that was asked for, below what Lorden’s bound takes',
  (share) => {
    const { step, r2 } = weightsOf(share, (2 * share) / (1 + share));
    const limit = limitForRunLength({ share, step }, r2, 100_000);
    const runLength = meanRunLength({ share, step }, limit);
    expect(runLength).toBeGreaterThanOrEqual(100_000);
    expect(runLength).toBeLessThan(105_000);
    expect(limit).toBeLessThan(Math.log(100_000) / r2);
  },
);

test.each([0.005, 0.05, 0.2, 0.5])('a simulation of a usual share of %f agrees within its error', (share) => {
  const { step, r2 } = weightsOf(share, (2 * share) / (1 + share));
  const limit = limitForRunLength({ share, step }, r2, 2_000);
  const runs = 2_000;
  const random = createRandom(`run length ${share}`);
  let inspections = 0;
  for (let run = 0; run < runs; run++) {
    for (let sum = 0; sum < limit; inspections++)
      sum = Math.max(0, sum + (random.chance(share) ? 1 : 0) - step);
  }
  // A run length is spread like its mean, so the mean of 2 000 is known to about 2.2 %; four times that, and the unit's 2 %.
  expect(Math.abs(inspections / runs / meanRunLength({ share, step }, limit) - 1)).toBeLessThan(0.11);
});

import { expect, test } from 'vitest';
import { noCounts } from '../../plant/yield.ts';
import { findLowYield } from './usual-yield.ts';

const counts = (ok: number, ng: number) => ({ ...noCounts, ok, ng });
const day = counts(23_520, 480);

test('a yield is low when it is below three sigma of the usual yield for that many inspections', () => {
  // p̄ = 0.97814 (Wilson), n = 1000: 0.97814 − 3√(0.97814 · 0.02186 / 1000)
  expect(findLowYield(counts(965, 35), day)).toBeNull();
  expect(findLowYield(counts(964, 36), day)).toBeCloseTo(0.9643, 4);
  expect(findLowYield(counts(157, 43), day)).toBeCloseTo(0.9471, 4);
});

test('four NG at a slow station are not a low yield', () => {
  expect([findLowYield(counts(40, 4), day), findLowYield(counts(40, 5), day)]).toEqual([
    null,
    expect.any(Number),
  ]);
});

test('without a baseline, or without inspections in the hour, the yield is not low', () => {
  expect(findLowYield(counts(10, 40), counts(49, 0))).toBeNull();
  expect(findLowYield(counts(10, 40), counts(50, 0))).not.toBeNull();
  expect(findLowYield(counts(0, 0), day)).toBeNull();
});

test('a small baseline makes the test conservative', () => {
  expect(findLowYield(counts(90, 10), counts(98, 2))).toBeNull();
  expect(findLowYield(counts(90, 10), counts(9_800, 200))).not.toBeNull();
});

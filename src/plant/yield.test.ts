import { expect, test } from 'vitest';
import { noCounts, showInterval, sumCounts, yieldRate } from './yield.ts';

test('yield is the OK share of judged inspections; unmatched files never count', () => {
  expect(yieldRate({ ok: 1172, ng: 31 })).toBeCloseTo(0.97423, 5);
  expect(
    yieldRate(
      sumCounts([
        { ...noCounts, ok: 1, ng: 0, unmatched: 9 },
        { ...noCounts, ok: 0, ng: 3, unmatched: 0 },
      ]),
    ),
  ).toBe(0.25);
});

test('without inspections there is no yield, neither 0 % nor 100 %', () => {
  expect(yieldRate({ ok: 0, ng: 0 })).toBeNull();
  expect(yieldRate({ ok: 0, ng: 1 })).toBe(0);
});

test('yield over several hours is computed from sums, not as a mean of percentages', () => {
  expect(
    yieldRate(
      sumCounts([
        { ...noCounts, ok: 99, ng: 1, unmatched: 0 },
        { ...noCounts, ok: 0, ng: 1, unmatched: 2 },
      ]),
    ),
  ).toBeCloseTo(99 / 101, 12);
  expect(sumCounts([])).toEqual({ ...noCounts, ok: 0, ng: 0, unmatched: 0 });
});

test('the interval is shown below 50 inspections only', () => {
  expect(showInterval({ ok: 45, ng: 4 })).toBe(true);
  expect(showInterval({ ok: 45, ng: 5 })).toBe(false);
  expect(showInterval({ ok: 0, ng: 0 })).toBe(false);
});

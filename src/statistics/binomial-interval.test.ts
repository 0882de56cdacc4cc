import { expect, test } from 'vitest';
import { exactCountInterval, exactInterval } from './binomial-interval.ts';

// Newcombe 1998, Statistics in Medicine 17, table I, method 5.
test.each([
  [81, 263, 0.2527, 0.3676],
  [15, 148, 0.0578, 0.1617],
  [0, 20, 0, 0.1684],
  [1, 29, 0.0009, 0.1776],
])('the exact interval of %i in %i is the published one', (hits, total, low, high) => {
  const interval = exactInterval(hits, total)!;
  expect(interval.low).toBeCloseTo(low, 4);
  expect(interval.high).toBeCloseTo(high, 4);
});

test('the interval of all is that of none, turned', () => {
  expect(exactInterval(20, 20)!.low).toBeCloseTo(1 - exactInterval(0, 20)!.high, 12);
  expect(exactInterval(0, 0)).toBeNull();
});

test('a count of 0 or 10 has its published Poisson interval', () => {
  expect(exactCountInterval(0).low).toBe(0);
  expect(exactCountInterval(0).high).toBeCloseTo(3.689, 3);
  expect(exactCountInterval(10).low).toBeCloseTo(4.795, 2);
  expect(exactCountInterval(10).high).toBeCloseTo(18.39, 2);
});

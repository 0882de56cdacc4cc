import { expect, test } from 'vitest';
import { expectedHits } from './mix.ts';

test('a mix expects the hits of each of its kinds, with their variances added', () => {
  const { total, expected, variance } = expectedHits([
    { total: 900, share: 0.01 },
    { total: 100, share: 0.2 },
  ]);
  expect(total).toBe(1000);
  expect(expected).toBeCloseTo(29, 10);
  expect(variance).toBeCloseTo(900 * 0.0099 + 100 * 0.16, 10);
});

test('a share that was estimated adds the variance of its estimate', () => {
  const { variance } = expectedHits([{ total: 100, share: 0.1, basis: 1_000 }]);
  expect(variance).toBeCloseTo(100 * 0.09 + (100 * 100 * 0.09) / 1_000, 10);
});

test('without inspections nothing is expected', () => {
  expect(expectedHits([])).toEqual({ total: 0, expected: 0, variance: 0 });
});

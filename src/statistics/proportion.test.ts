import { expect, test } from 'vitest';
import { rolledThroughputYield, wilsonInterval } from './proportion.ts';

test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
])('the interval of %i in %i is the published one', (hits, total, low, high) => {
  const interval = wilsonInterval(hits, total)!;
  expect(interval.low).toBeCloseTo(low, 4);
  expect(interval.high).toBeCloseTo(high, 4);
});

test('ten good of ten still leave a wide interval', () => {
  expect(wilsonInterval(10, 10)!.low).toBeCloseTo(0.7225, 4);
  expect(wilsonInterval(10, 10)!.high).toBe(1);
  expect(wilsonInterval(0, 10)!.low).toBe(0);
});

test('without inspections there is no interval', () => {
  expect(wilsonInterval(0, 0)).toBeNull();
});

test('a line yields the product of its stations', () => {
  expect(rolledThroughputYield([0.98, 0.95, 0.99, 0.97])).toBeCloseTo(0.8940393, 7);
  expect(rolledThroughputYield([0.98, null])).toBeNull();
  expect(rolledThroughputYield([])).toBeNull();
});

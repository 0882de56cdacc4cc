import { expect, test } from 'vitest';
import { gChart } from './rare-events.ts';

test('the centre is the mean gap and the limit three standard deviations of a geometric count above it', () => {
  const chart = gChart([8, 12, 10, 10])!;
  expect(chart.center).toBe(10);
  expect(chart.upper).toBeCloseTo(10 + 3 * Math.sqrt(110), 10);
  expect(chart.points.every(({ isOut, isSignal }) => !isOut && !isSignal)).toBe(true);
});

test('a known share sets the centre: (1−p)/p good ones between two NG', () => {
  const chart = gChart([100, 5_000], 0.001)!;
  expect(chart.center).toBeCloseTo(999, 9);
  expect(chart.median).toBe(692);
  expect(chart.points.map(({ isOut }) => isOut)).toEqual([false, true]);
});

test('a rise shows as a run of short gaps', () => {
  const chart = gChart(Array(10).fill(50), 0.001)!;
  expect(chart.points.map(({ isSignal }) => isSignal)).toEqual([...Array(8).fill(false), true, true]);
});

test('without gaps there is no chart', () => {
  expect(gChart([])).toBeNull();
});

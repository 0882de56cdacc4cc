import { expect, test } from 'vitest';
import { createTestClock } from '../../../testing/test-clock.ts';
import { createRateLimit } from './rate-limit.ts';

test('a caller has a burst, then a steady rate, and takes nothing from others', () => {
  const clock = createTestClock(1_700_000_000_000);
  const limit = createRateLimit({ clock, burst: 3, perSec: 2 });
  expect([1, 2, 3, 4].map(() => limit.take('a'))).toEqual([0, 0, 0, 500]);
  expect(limit.take('b')).toBe(0);
  clock.advance(500);
  expect([limit.take('a'), limit.take('a')]).toEqual([0, 500]);
  clock.advance(60_000);
  expect([1, 2, 3, 4].map(() => limit.take('a'))).toEqual([0, 0, 0, 500]);
});

test('a clock that is set back adds no tokens and blocks no caller', () => {
  const clock = createTestClock(1_700_000_000_000);
  const limit = createRateLimit({ clock, burst: 1, perSec: 1 });
  limit.take('a');
  clock.advance(-3_600_000);
  expect(limit.take('a')).toBe(1000);
  clock.advance(1000);
  expect(limit.take('a')).toBe(0);
});

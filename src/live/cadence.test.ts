import { expect, test } from 'vitest';
import { learnCadence, silentSince } from './cadence.ts';

const every = (ms: number, count: number, startAt = 0) =>
  Array.from({ length: count }, (_, i) => startAt + i * ms);

test('a habit is learnt from nine images on', () => {
  expect(learnCadence(every(5_000, 8))).toBeNull();
  expect(learnCadence(every(5_000, 9))).toEqual({ usualIntervalMs: 5_000, silentAfterMs: 60_000 });
  expect(learnCadence(Array(50).fill(7))).toBeNull();
});

test('a slow camera may be quiet for long, and pauses between coils are usual ones', () => {
  expect(learnCadence(every(600_000, 20))).toEqual({ usualIntervalMs: 600_000, silentAfterMs: 6_000_000 });
  const coils = [...every(4_000, 20), ...every(4_000, 20, 400_000), ...every(4_000, 20, 900_000)];
  const cadence = learnCadence(coils.toReversed())!;
  expect(cadence.usualIntervalMs).toBe(4_000);
  expect(cadence.silentAfterMs).toBe((400_000 - 76_000) * 1.5);
});

test('one long stop is no habit', () => {
  expect(learnCadence([...every(5_000, 20), ...every(5_000, 20, 9e7)])?.silentAfterMs).toBe(60_000);
});

test('what a camera did long ago is forgotten', () => {
  expect(learnCadence([...every(600_000, 20), ...every(1_000, 64, 20_000_000)])?.silentAfterMs).toBe(60_000);
});

test('silence begins with the last image and ends with the next', () => {
  const cadence = learnCadence(every(5_000, 20));
  expect(silentSince(cadence, 100_000, 160_000)).toBeNull();
  expect(silentSince(cadence, 100_000, 160_001)).toBe(100_000);
  expect(silentSince(cadence, 160_000, 160_001)).toBeNull();
  expect(silentSince(null, 0, 1e12)).toBeNull();
  expect(silentSince(cadence, undefined, 1e12)).toBeNull();
});

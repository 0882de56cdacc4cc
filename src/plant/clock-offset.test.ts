import { expect, test } from 'vitest';
import { type ArrivedImage, clockAhead, listWrongClocks } from './clock-offset.ts';

const minute = 60_000;
const hour = 60 * minute;

/** Images found every `stepMs`, named `aheadMs` off, a second apart unless they are named at another pace. */
function arrivals(
  count: number,
  aheadMs: number,
  more: { stepMs?: number; namedStepMs?: number; ageMs?: number } = {},
): ArrivedImage[] {
  const { stepMs = 3_000, namedStepMs = stepMs, ageMs = 0 } = more;
  return Array.from({ length: count }, (_, i) => ({
    namedAt: i * namedStepMs + aheadMs,
    foundAt: i * stepMs,
    modifiedAt: i * stepMs - ageMs,
  }));
}

test('a clock within five minutes of this server is right', () => {
  for (const offset of [0, 5 * minute, -5 * minute, -2_000])
    expect(clockAhead(arrivals(20, offset))).toBeNull();
});

test('a clock that is further off is wrong, either way, and by how much', () => {
  expect(clockAhead(arrivals(20, 9 * hour))).toBe(9 * hour);
  expect(clockAhead(arrivals(20, -5.5 * hour))).toBe(-5.5 * hour);
  expect(clockAhead(arrivals(20, 5 * minute + 31_000))).toBe(6 * minute);
});

test('a few images tell, fewer do not', () => {
  expect(clockAhead(arrivals(4, 9 * hour))).toBeUndefined();
  expect(clockAhead(arrivals(5, 9 * hour))).toBe(9 * hour);
});

test('the last twenty count, and among them the median: one misnamed image is no wrong clock', () => {
  const right = arrivals(20, 0);
  expect(clockAhead([...arrivals(30, 9 * hour), ...right])).toBeNull();
  expect(clockAhead([...right.slice(0, 11), ...arrivals(9, 9 * hour)])).toBeNull();
  expect(clockAhead([...right.slice(0, 9), ...arrivals(11, 9 * hour)])).toBe(9 * hour);
});

test('images written at once, as by a test of the camera, tell as well', () => {
  expect(clockAhead(arrivals(20, 9 * hour, { stepMs: 10, namedStepMs: 1_000 }))).toBe(9 * hour);
  expect(clockAhead(arrivals(20, -9 * hour, { stepMs: 10, namedStepMs: 1_000 }))).toBe(-9 * hour);
});

test('old images that are copied here are not a slow clock', () => {
  expect(clockAhead(arrivals(20, -90 * 24 * hour, { stepMs: 10, ageMs: 90 * 24 * hour }))).toBeUndefined();
  expect(clockAhead(arrivals(20, -90 * 24 * hour, { stepMs: 10, namedStepMs: 30_000 }))).toBeUndefined();
});

test('what waited while the database was away is not a slow clock', () => {
  expect(clockAhead(arrivals(20, -10 * minute, { stepMs: 5, namedStepMs: 30_000 }))).toBeUndefined();
});

test('stations with the same offset are named together, right ones not at all', () => {
  const row = (name: string, clockAheadMs: number | null) => ({ name, clockAheadMs });
  const many = Array.from({ length: 7 }, (_, i) => row(`S${i}`, 9 * hour));
  expect(listWrongClocks([...many, row('right', null), row('slow', -hour)])).toEqual([
    { aheadMs: 9 * hour, stations: ['S0', 'S1', 'S2', 'S3', 'S4'], moreCount: 2 },
    { aheadMs: -hour, stations: ['slow'], moreCount: 0 },
  ]);
});

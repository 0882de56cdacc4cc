import { expect, test } from 'vitest';
import { atRestAfterMs, conditionTone, stationConditions } from './station-state.ts';

const now = Date.UTC(2026, 10, 21, 5, 0, 0);
const kinds = (facts: Partial<Parameters<typeof stationConditions>[0]>) =>
  stationConditions(
    { lastSeenAt: now - 1000, usualIntervalMs: 3000, ngBurstSince: null, belowUsual: null, ...facts },
    now,
  ).map(({ kind }) => kind);

test('a station that sends as usual is running', () => {
  expect(kinds({})).toEqual(['running']);
});

test('a station is silent after ten of its usual intervals, but never within the first minute', () => {
  expect(kinds({ lastSeenAt: now - 60_000 })).toEqual(['running']);
  expect(kinds({ lastSeenAt: now - 60_001 })).toEqual(['silent']);
  expect(kinds({ lastSeenAt: now - 299_000, usualIntervalMs: 30_000 })).toEqual(['running']);
  expect(kinds({ lastSeenAt: now - 301_000, usualIntervalMs: 30_000 })).toEqual(['silent']);
});

test('a station that stopped for the night is at rest, not an alarm', () => {
  expect(kinds({ lastSeenAt: now - atRestAfterMs })).toEqual(['quiet']);
});

test('without a known usual interval a station runs only while its last image is young', () => {
  expect(kinds({ usualIntervalMs: null, lastSeenAt: now - 60_000 })).toEqual(['running']);
  expect(kinds({ usualIntervalMs: null, lastSeenAt: now - 3_600_000 })).toEqual(['quiet']);
  expect(kinds({ usualIntervalMs: null, lastSeenAt: null })).toEqual(['quiet']);
});

test('a yield below normal is a warning, unless an NG burst covers it', () => {
  expect(kinds({ belowUsual: 0.94 })).toEqual(['low']);
  expect(kinds({ belowUsual: 0.94, lastSeenAt: now - 600_000 })).toEqual(['low', 'silent']);
  expect(kinds({ belowUsual: 0.94, ngBurstSince: now - 1000 })).toEqual(['burst']);
  expect(conditionTone({ kind: 'low', lower: 0.94 })).toBe('warn');
});

test('an NG burst is listed before the silence that followed it', () => {
  const found = stationConditions(
    { lastSeenAt: now - 600_000, usualIntervalMs: 3000, ngBurstSince: now - 900_000, belowUsual: null },
    now,
  );
  expect(found.map(({ kind }) => kind)).toEqual(['burst', 'silent']);
  expect(found.map(conditionTone)).toEqual(['ng', 'warn']);
});

import { expect, test } from 'vitest';
import { stationConditions } from '../../plant/station-state.ts';
import { type StationShot, stationImage } from './station-feed.ts';
import { createStationSilences } from './station-silences.ts';

const at = Date.UTC(2026, 10, 20, 8);
const hourMs = 3_600_000;

function watch() {
  const feed = { capturedAt: at, pace: 10_000 as number | null };
  let now = at;
  const shot = { id: 1, revision: 0, name: 'a.jpg', station: 'S9', part: 'P1' } as StationShot;
  const silences = createStationSilences(
    {
      newest: () => new Map([['S9', stationImage({ ...shot, capturedAt: feed.capturedAt })]]),
      paceOf: () => feed.pace,
    },
    () => now,
  );
  const isSilentOnCards = () => {
    const facts = { lastSeenAt: feed.capturedAt, usualIntervalMs: feed.pace };
    const conditions = stationConditions({ ...facts, ngBurstSince: null, belowUsual: null }, now);
    return conditions.some(({ kind }) => kind === 'silent');
  };
  return {
    ...{ feed, silences },
    /** What is told at an instant, after making sure that the cards of Inspections say the same. */
    lookAt: (afterMs: number) => {
      now = at + afterMs;
      expect(silences.silentSinceAt('S9') !== null).toBe(isSilentOnCards());
      return silences.look().map(({ camera, isSilent, sinceAt }) => [camera, isSilent, sinceAt - at]);
    },
  };
}

test('a station’s silence is told when the Inspections cards say it, and its end with the next image', () => {
  const { feed, lookAt } = watch();
  expect(lookAt(100_000)).toEqual([]);
  expect(lookAt(100_001)).toEqual([['station/S9', true, 0]]);
  expect(lookAt(200_000)).toEqual([]);
  feed.capturedAt = at + 250_000;
  expect(lookAt(250_000)).toEqual([['station/S9', false, 250_000]]);
});

test('a station at rest, or of which nobody knows how often it sends, is not silent', () => {
  const { feed, lookAt } = watch();
  feed.pace = null;
  expect(lookAt(hourMs)).toEqual([]);
  feed.pace = 10_000;
  expect(lookAt(11 * hourMs)).toEqual([['station/S9', true, 0]]);
  expect(lookAt(12 * hourMs)).toEqual([['station/S9', false, 0]]);
});

import { expect, test } from 'vitest';
import { alwaysRunning } from '../../plant/running-hours.ts';
import { type StationPauses, stationSilence } from '../../plant/station-pauses.ts';
import { judgeStation, noFacts } from '../../plant/station-state.ts';
import { silentAfterMs } from '../../plant/usual-interval.ts';
import { type StationShot, stationImage } from './station-feed.ts';
import { createStationSilences } from './station-silences.ts';

const at = Date.UTC(2026, 10, 20, 8);
const hourMs = 3_600_000;

function watch() {
  const feed = { capturedAt: at, usualIntervalMs: 10_000 as number | null };
  const pausesOf = (): StationPauses | null =>
    feed.usualIntervalMs === null
      ? null
      : {
          usualIntervalMs: feed.usualIntervalMs,
          silentAfterMs: silentAfterMs(feed.usualIntervalMs),
          running: alwaysRunning,
        };
  let now = at;
  const shot = { id: 1, revision: 0, name: 'a.jpg', station: 'S9', part: 'P1' } as StationShot;
  const silences = createStationSilences(
    {
      newest: () => new Map([['S9', stationImage({ ...shot, capturedAt: feed.capturedAt })]]),
      usualIntervalOf: () => feed.usualIntervalMs,
      pausesOf,
    },
    () => now,
  );
  const isSilentOnCards = () => {
    const pace = { lastSeenAt: feed.capturedAt, pauses: pausesOf() };
    return judgeStation({ ...noFacts, silent: stationSilence(pace, now) }).state?.code === 'silent';
  };
  return {
    feed,
    /** The changes at an instant, after checking that the cards of Inspections agree. */
    changesAt: (afterMs: number) => {
      now = at + afterMs;
      expect(silences.silentSinceAt('S9') !== null).toBe(isSilentOnCards());
      return silences.takeChanges().map(({ camera, isSilent, sinceAt }) => [camera, isSilent, sinceAt - at]);
    },
  };
}

test('a station’s silence is published when the Inspections cards show it, and its end with the next image', () => {
  const { feed, changesAt } = watch();
  expect(changesAt(100_000)).toEqual([]);
  expect(changesAt(100_001)).toEqual([['station/S9', true, 0]]);
  expect(changesAt(200_000)).toEqual([]);
  feed.capturedAt = at + 250_000;
  expect(changesAt(250_000)).toEqual([['station/S9', false, 250_000]]);
});

test('a silence that ended between two looks, while another began, is published with its own beginning', () => {
  const { feed, changesAt } = watch();
  expect(changesAt(100_001)).toEqual([['station/S9', true, 0]]);
  feed.capturedAt = at + 150_000;
  expect(changesAt(300_000)).toEqual([['station/S9', true, 150_000]]);
});

test('a station at rest, or without a known usual interval, is not silent', () => {
  const { feed, changesAt } = watch();
  feed.usualIntervalMs = null;
  expect(changesAt(hourMs)).toEqual([]);
  feed.usualIntervalMs = 10_000;
  expect(changesAt(11 * hourMs)).toEqual([['station/S9', true, 0]]);
  expect(changesAt(12 * hourMs)).toEqual([['station/S9', false, 0]]);
});

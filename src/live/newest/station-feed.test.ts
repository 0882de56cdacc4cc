import { expect, onTestFinished, test, vi } from 'vitest';
import { createLog } from '../../kernel/log.ts';
import { alwaysRunning } from '../../plant/running-hours.ts';
import { createTestClock } from '../../testing/test-clock.ts';
import { createStationFeed, type StationShot } from './station-feed.ts';

const shot: StationShot = {
  id: 1,
  revision: 0,
  name: 'a.jpg',
  capturedAt: 1,
  sizeBytes: 1,
  foundAt: 1,
  missingAt: null,
  verdict: 'OK',
  station: 'S12',
  part: 'P1',
};

test('a station has its usual interval with its picture, and a change is published only when it is noticeable', async () => {
  let usualIntervalMs: number | null = null;
  let images = 0;
  let changes = 0;
  const feed = createStationFeed({
    readStation: async () => ({ ...shot }),
    readPauses: async () =>
      usualIntervalMs === null
        ? null
        : { usualIntervalMs, silentAfterMs: 10 * usualIntervalMs, running: alwaysRunning },
    onImage: () => {
      images += 1;
    },
    onInterval: () => {
      changes += 1;
    },
    clock: createTestClock(1),
    log: createLog({ level: 'silent', pretty: false }),
  });
  onTestFinished(feed.stop);
  const showOnce = async (next: number | null) => {
    const before = images;
    usualIntervalMs = next;
    feed.wake([1]);
    await vi.waitFor(() => expect(images).toBe(before + 1), 10_000);
    await new Promise((resolve) => setImmediate(resolve));
    return [feed.usualIntervalOf('S12'), changes];
  };
  expect(await showOnce(null)).toEqual([null, 0]);
  expect(await showOnce(30_000)).toEqual([30_000, 1]);
  expect(await showOnce(31_000)).toEqual([31_000, 1]);
  expect(await showOnce(60_000)).toEqual([60_000, 2]);
  expect(feed.usualIntervalOf('S13')).toBeNull();
});

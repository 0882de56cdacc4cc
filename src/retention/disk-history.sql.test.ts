import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '../schema/db.ts';
import { openTestDb, testDialect } from '../testing/databases.ts';
import { createTestClock } from '../testing/test-clock.ts';
import { createDiskHistory, type DiskSample, forecastDisk } from './disk-history.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const now = Date.parse('2026-03-15T12:00:00Z');
const gb = 1e9;

/** Hourly samples of so many days; `usedAt` gives bytes by the hours before now. */
function samplesOf(days: number, usedAt: (hoursAgo: number) => number): DiskSample[] {
  return Array.from({ length: days * 24 }, (_, i) => days * 24 - i).map((hoursAgo) => ({
    at: now - hoursAgo * hourMs,
    usedBytes: usedAt(hoursAgo),
  }));
}

test('a disk that grows by 10 GB a day and has 95 GB left is full in nine days', () => {
  const samples = samplesOf(7, (hoursAgo) => 400 * gb - (hoursAgo / 24) * 10 * gb);
  expect(forecastDisk(samples, { usedBytes: 400 * gb, totalBytes: 495 * gb }, now)).toEqual({
    kind: 'full',
    days: 9,
  });
});

test('a nightly clean-up that takes what the day brought leaves the disk steady', () => {
  const samples = samplesOf(10, (hoursAgo) => 300 * gb + (24 - (hoursAgo % 24)) * gb);
  expect(forecastDisk(samples, { usedBytes: 310 * gb, totalBytes: 330 * gb }, now)).toEqual({
    kind: 'steady',
  });
});

test('one copied archive does not change the pace of the other days', () => {
  const grown = (hoursAgo: number) => 100 * gb - (hoursAgo / 24) * gb + (hoursAgo < 30 ? 500 * gb : 0);
  const found = forecastDisk(samplesOf(14, grown), { usedBytes: 600 * gb, totalBytes: 700 * gb }, now);
  expect(found).toMatchObject({ kind: 'full' });
  expect(found.kind === 'full' && found.days).toBeGreaterThan(60);
});

test('before two whole days were seen nothing is said', () => {
  const disk = { usedBytes: 1, totalBytes: 2 };
  expect(forecastDisk([], disk, now)).toEqual({ kind: 'unknown' });
  expect(
    forecastDisk(
      samplesOf(1, () => 1),
      disk,
      now,
    ),
  ).toEqual({ kind: 'unknown' });
});

describe(`samples in ${testDialect}`, () => {
  let db: Db;
  beforeEach(async () => {
    db = await openTestDb(testDialect);
  });
  afterEach(() => db.close());

  test('one is kept an hour and disk, for two weeks', async () => {
    const clock = createTestClock(now - 20 * dayMs);
    const history = createDiskHistory(db, 1, clock);
    const disk = { folders: ['/data', '/state'], totalBytes: 1000 * gb, usedBytes: 0, usedRate: 0 };
    for (let hour = 0; hour < 20 * 24; hour += 6) {
      disk.usedBytes = 500 * gb + hour * gb;
      await history.record([disk]);
      await history.record([{ ...disk, usedBytes: 1 }]);
      clock.advance(6 * hourMs);
    }
    const rows = await db.read.select().from(db.tables.diskSamples);
    expect(rows.every(({ folder, usedBytes }) => folder === '/data' && usedBytes >= 500 * gb)).toBe(true);
    expect(rows).toHaveLength(14 * 4 + 1);
    // 24 GB a day.
    const left = { ...disk, totalBytes: disk.usedBytes + 50 * gb };
    expect(await history.forecast(left)).toEqual({ kind: 'full', days: 2 });
    expect(await history.forecast({ ...left, folders: ['/other'] })).toEqual({ kind: 'unknown' });
  });
});

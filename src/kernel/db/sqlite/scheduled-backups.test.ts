import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSqliteDb } from '../../../schema/db.ts';
import { createTestClock } from '../../../testing/test-clock.ts';
import { createLog } from '../../log.ts';
import { startScheduledBackups } from './scheduled-backups.ts';

const hourMs = 3_600_000;
const startAt = Date.UTC(2025, 8, 6, 10);

function createPlant(options: { intervalMs?: number; keep?: number } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-db-'));
  const path = join(folder, 'data.sqlite');
  const dir = join(folder, 'backups');
  const clock = createTestClock(startAt);
  const db = openSqliteDb(path);
  const log = createLog({ level: 'silent', pretty: false });
  const start = () =>
    startScheduledBackups({ path, dir, clock, log, intervalMs: 24 * hourMs, keep: 3, ...options });
  const backups = start();
  onTestFinished(async () => {
    await backups.stop();
    await db.close();
    rmSync(folder, { recursive: true });
  });
  const names = () => readdirSync(dir).map((name) => name.slice(-19, -6));
  return { path, dir, clock, db, backups, start, names };
}

test('a backup is made when the newest is old enough, and a restart neither repeats nor forgets one', async () => {
  const { db, clock, backups, start, names } = createPlant();
  await db.tx((q) => q.insert(db.tables.stations).values({ siteId: 1, name: 'S9', createdAt: 0 }));
  expect(backups.stats()).toMatchObject({ count: 0, newestAt: null, fault: null });
  await backups.trigger();
  expect(names()).toEqual(['2025-09-06T10']);
  expect(backups.stats()).toMatchObject({ count: 1, newestAt: startAt, newestBytes: expect.any(Number) });
  clock.advance(23 * hourMs);
  const again = start();
  await again.trigger();
  expect(names()).toEqual(['2025-09-06T10']);
  clock.advance(hourMs);
  await again.trigger();
  await again.stop();
  expect(names()).toEqual(['2025-09-06T10', '2025-09-07T10']);
});

test('of the backups the newest are kept, and other files are left alone', async () => {
  const { dir, clock, backups, names } = createPlant({ keep: 2 });
  mkdirSync(dir);
  writeFileSync(join(dir, 'data.sqlite.backup-by-hand'), 'mine');
  for (let day = 0; day < 4; day++) {
    await backups.trigger();
    clock.advance(24 * hourMs);
  }
  expect(names().filter((name) => name.startsWith('2025'))).toEqual(['2025-09-08T10', '2025-09-09T10']);
  expect(readdirSync(dir)).toContain('data.sqlite.backup-by-hand');
});

test('a backup that is asked for is made at once, also where none are due, and is listed with the copies before updates', async () => {
  const { path, dir, backups, clock } = createPlant({ intervalMs: 0 });
  writeFileSync(`${path}.before-2025-09-01T00-00-00`, 'a copy');
  await backups.makeNow();
  clock.advance(1000);
  await backups.trigger();
  expect(backups.list()).toEqual([
    {
      path: join(dir, 'data.sqlite.manual-2025-09-06T10-00-00'),
      kind: 'manual',
      at: startAt,
      bytes: expect.any(Number),
    },
    { path: `${path}.before-2025-09-01T00-00-00`, kind: 'before', at: Date.UTC(2025, 8, 1), bytes: 6 },
  ]);
  expect(backups.isRunning).toBe(false);
});

test('backups asked for push out none of those that were due, and three of them are kept', async () => {
  const { clock, backups } = createPlant({ keep: 2 });
  for (let day = 0; day < 2; day++) {
    await backups.trigger();
    clock.advance(24 * hourMs);
  }
  for (let press = 0; press < 5; press++) {
    await backups.makeNow();
    clock.advance(1000);
  }
  const kinds = backups.list().map(({ kind }) => kind);
  expect(kinds).toEqual(['manual', 'manual', 'manual', 'backup', 'backup']);
  expect(backups.stats()).toMatchObject({ count: 5, newestAt: startAt + 48 * hourMs + 4000 });
  expect(backups.nextAt).toBe(startAt + 48 * hourMs);
});

test('a folder that cannot be written to is reported, and tried again', async () => {
  const { dir, backups, names } = createPlant();
  writeFileSync(dir, 'a file where the folder should be');
  await backups.trigger();
  expect(backups.stats().fault).toContain(dir);
  rmSync(dir);
  await backups.trigger();
  expect(backups.stats().fault).toBeNull();
  expect(names()).toEqual(['2025-09-06T10']);
});

test('an interval of zero makes no backups', async () => {
  const { backups } = createPlant({ intervalMs: 0 });
  await backups.trigger();
  expect(backups.stats().count).toBe(0);
});

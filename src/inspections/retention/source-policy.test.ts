import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createTestApp, type TestApp, testNow } from '../../testing/test-app.ts';

const image = (day: number, count: number) =>
  `S9/OR-3CT/OK-202508${String(day).padStart(2, '0')}-101500-${count}.jpg`;
const allowed = { RETENTION_DELETE_SOURCE: '1', RETENTION_SOURCE_DAYS: '20' };

async function cleanUp(plant: TestApp): Promise<void> {
  await vi.waitFor(
    () => expect(plant.services.inspections.sources.list()[0]?.lastSweep).not.toBeNull(),
    10_000,
  );
  expect(plant.services.retention.run()).toBe(true);
  await plant.services.retention.settled();
}

const source = (plant: TestApp) => plant.services.inspections.sources.list()[0]!;
const isThere = (plant: TestApp, path: string) => existsSync(join(plant.watchDir, path));
async function rows(plant: TestApp) {
  const { db } = plant.services;
  return db.read.select().from(db.tables.inspections).orderBy(db.tables.inspections.capturedAt);
}

test('nothing is deleted from the watched folder unless deletion is allowed, whatever the limits', async () => {
  const images = [image(1, 1), image(30, 2)];
  await using plant = await createTestApp({
    images,
    env: { ...allowed, RETENTION_DELETE_SOURCE: '0', RETENTION_SOURCE_GB: '1' },
  });
  await cleanUp(plant);
  expect(images.map((path) => isThere(plant, path))).toEqual([true, true]);
  const states = await plant.services.retention.measure();
  expect(states.find(({ key }) => key === 'sources')).toMatchObject({ hindrance: 'off', due: { count: 0 } });
});

test('deleted old images still count and are neither missing nor an outage', async () => {
  const images = [image(1, 1), image(2, 2), image(30, 3)];
  await using plant = await createTestApp({ images, env: allowed });
  const states = await plant.services.retention.measure();
  expect(states.find(({ key }) => key === 'sources')).toMatchObject({ hindrance: null, due: { count: 2 } });
  await cleanUp(plant);
  expect(images.map((path) => isThere(plant, path))).toEqual([false, false, true]);
  expect((await rows(plant)).map(({ clearedAt }) => clearedAt !== null)).toEqual([true, true, false]);
  await plant.services.inspections.sources.rescan();
  await plant.services.inspections.sources.rescan();
  expect(source(plant)).toMatchObject({ state: 'online', knownFiles: 1 });
  const stats = (await (await plant.post('/api/stats?start=2025-08-01T00:00')).json()) as {
    total_count: number;
  };
  expect(stats.total_count).toBe(3);
  expect((await plant.services.retention.runs())[0]).toMatchObject({
    outcome: 'done',
    removed: { sources: { count: 2, failed: 0 } },
  });
});

test('a folder whose images were all deleted is empty, not offline', async () => {
  const flat = ['OK-20250801-101500-1.jpg', 'OK-20250802-101500-2.jpg'];
  await using plant = await createTestApp({ images: flat, env: allowed });
  await cleanUp(plant);
  expect(flat.map((path) => isThere(plant, path))).toEqual([false, false]);
  await plant.services.inspections.sources.rescan();
  expect(source(plant)).toMatchObject({ state: 'empty', knownFiles: 0, reason: null });
});

test('links, changed files and unrecorded files are not deleted', async () => {
  await using plant = await createTestApp({
    images: [image(1, 1), image(2, 2), image(3, 3), image(30, 4)],
    env: allowed,
  });
  const outside = join(plant.folder, 'outside.jpg');
  writeFileSync(outside, 'precious');
  rmSync(join(plant.watchDir, image(1, 1)));
  symlinkSync(outside, join(plant.watchDir, image(1, 1)));
  await plant.services.db.tx(async (q) => {
    await q.update(plant.services.db.tables.inspections).set({ sizeBytes: 1 });
  });
  writeFileSync(join(plant.watchDir, 'S9/OR-3CT/notes.txt'), 'not an image');
  await cleanUp(plant);
  expect([existsSync(outside), isThere(plant, image(1, 1)), isThere(plant, image(2, 2))]).toEqual([
    true,
    true,
    true,
  ]);
  expect(isThere(plant, 'S9/OR-3CT/notes.txt')).toBe(true);
  expect(
    (await rows(plant)).every(({ clearedAt, missingAt }) => clearedAt === null && missingAt === null),
  ).toBe(true);
  expect((await plant.services.retention.runs())[0]?.removed.sources).toMatchObject({ count: 0, failed: 3 });
});

test('nothing is deleted through a folder that has become a link out of the watched folder', async () => {
  await using plant = await createTestApp({ images: [image(1, 1), image(30, 2)], env: allowed });
  const outside = join(plant.folder, 'outside', 'OR-3CT');
  mkdirSync(dirname(outside), { recursive: true });
  renameSync(join(plant.watchDir, 'S9', 'OR-3CT'), outside);
  symlinkSync(outside, join(plant.watchDir, 'S9', 'OR-3CT'));
  await cleanUp(plant);
  expect(existsSync(join(outside, 'OK-20250801-101500-1.jpg'))).toBe(true);
  expect((await rows(plant))[0]).toMatchObject({ clearedAt: null, missingAt: null });
});

test('old images on a disconnected share are deleted once it is back', async () => {
  await using plant = await createTestApp({ images: [image(1, 1), image(30, 2)], env: allowed });
  renameSync(plant.watchDir, `${plant.watchDir}-away`);
  mkdirSync(plant.watchDir);
  expect(plant.services.retention.run()).toBe(true);
  await plant.services.retention.settled();
  expect((await rows(plant)).map(({ missingAt }) => missingAt)).toEqual([null, null]);
  rmSync(plant.watchDir, { recursive: true });
  renameSync(`${plant.watchDir}-away`, plant.watchDir);
  await plant.services.inspections.sources.rescan();
  await cleanUp(plant);
  expect([isThere(plant, image(1, 1)), isThere(plant, image(30, 2))]).toEqual([false, true]);
});

test('an old image that arrives late is deleted by the next clean-up', async () => {
  await using plant = await createTestApp({ images: [image(5, 1), image(30, 2)], env: allowed });
  await cleanUp(plant);
  await plant.addImages([image(2, 9)]);
  await cleanUp(plant);
  expect([isThere(plant, image(2, 9)), isThere(plant, image(30, 2))]).toEqual([false, true]);
});

test('a row stays until its file is deleted', async () => {
  await using plant = await createTestApp({
    images: [image(1, 1), image(2, 2), image(30, 3)],
    env: { ...allowed, RETENTION_INSPECTION_DAYS: '10', RETENTION_SOURCE_DAYS: '35' },
  });
  await cleanUp(plant);
  expect((await rows(plant)).map(({ sequence }) => sequence)).toEqual([2, 3]);
  expect([image(1, 1), image(2, 2)].map((path) => isThere(plant, path))).toEqual([false, true]);
});

test('an image written today stays for a day, however old its name makes it', async () => {
  const today = { path: image(1, 1), modifiedAt: testNow - 3_600_000 };
  await using plant = await createTestApp({ images: [today, image(3, 2), image(30, 3)], env: allowed });
  await cleanUp(plant);
  const isLeft = () => [image(1, 1), image(3, 2), image(30, 3)].map((path) => isThere(plant, path));
  expect(isLeft()).toEqual([true, false, true]);
  expect((await rows(plant)).map(({ clearedAt }) => clearedAt !== null)).toEqual([false, true, false]);
  expect((await plant.services.retention.runs())[0]).toMatchObject({
    outcome: 'done',
    removed: { sources: { count: 1, failed: 0 } },
  });
  plant.clock.set(testNow + 24 * 3_600_000);
  await plant.services.inspections.sources.rescan();
  await cleanUp(plant);
  expect(isLeft()).toEqual([false, false, true]);
});

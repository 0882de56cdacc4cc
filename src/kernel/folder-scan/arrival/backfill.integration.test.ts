import { appendFileSync, existsSync, renameSync, utimesSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { imageName, tinyJpeg } from '../../../testing/faults/plant-images.ts';
import { waitUntil } from '../../../testing/faults/plant-process.ts';
import { createWallClock } from '../../time/time-zone.ts';

// A machine that runs many tests at once is slow; what must not happen at all never waits for this.
vi.setConfig({ testTimeout: 90_000 });

import { openWatchedFolder, type WatchedFolder } from '../../../testing/watched-folder.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** Old images of several folders, their times mixed; answers their names, oldest first. */
function writeHistory(folder: WatchedFolder, count: number, bytes: Buffer | string = 'x'): string[] {
  const now = Date.now();
  const names = Array.from({ length: count }, (_, i) =>
    imageName('OK', now - (count - i) * minuteMs - 2 * hourMs, i),
  );
  for (const [i, name] of names.entries()) folder.write(`S${(i * 7) % 3}/OR-3CT/${name}`, bytes);
  return names;
}

const longAgo = Date.now() / 1000 - 30 * 3600;

/** Folders last changed so long ago that no file in them can still be written, and always at the same time. */
function makeFoldersOld(folder: WatchedFolder): void {
  for (const path of ['S0/OR-3CT', 'S1/OR-3CT', 'S2/OR-3CT', 'S0', 'S1', 'S2', ''])
    if (existsSync(folder.at(path))) utimesSync(folder.at(path), longAgo, longAgo);
}

const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1);

test.concurrent('the newest images come first, then the older ones from new to old, with progress', async () => {
  await using folder = await openWatchedFolder();
  const old = writeHistory(folder, 6_000);
  makeFoldersOld(folder);
  const recent = imageName('NG', Date.now(), 9_999);
  folder.write(`S3/OR-3CT/${recent}`);
  await folder.start();
  const isRead = () => folder.images().length === old.length + 1;
  await waitUntil('there is progress', () => folder.status().backfill?.total === old.length || isRead());
  await waitUntil('all are counted', isRead);
  const names = folder.paths().map(baseName);
  expect(names.indexOf(recent)).toBe(0);
  // A batch holds a thousand images of one of the three folders: the first three are the newer half.
  const positions = names.slice(1).map((name) => old.indexOf(name));
  expect(Math.min(...positions.slice(0, 3_000))).toBe(3_000);
  expect(Math.max(...positions.slice(3_000))).toBe(2_999);
  await waitUntil('the progress is over', () => folder.status().backfill === null);
  expect(folder.images().find(({ path }) => path.endsWith(recent))?.sizeBytes).toBe(tinyJpeg.length);
});

test.concurrent('a backfill that is stopped half way goes on after a restart, with nothing lost or doubled', async () => {
  await using folder = await openWatchedFolder();
  const names = writeHistory(folder, 7_000);
  makeFoldersOld(folder);
  let stopped: Promise<void> | undefined;
  await folder.start({
    onRecorded: () => {
      stopped ??= folder.stop();
    },
  });
  await waitUntil('the first batch is counted', () => stopped !== undefined);
  await stopped;
  expect(folder.images().length).toBeGreaterThan(500);
  expect(folder.images().length).toBeLessThan(names.length);
  await folder.start();
  await waitUntil('all are counted', () => folder.total().ok === names.length);
  expect(new Set(folder.paths().map(baseName))).toEqual(new Set(names));
  await waitUntil('the status agrees', () => folder.status().knownFiles === names.length);
});

test.concurrent('unchanged folders are skipped after a restart; changed ones are read', async () => {
  await using folder = await openWatchedFolder();
  writeHistory(folder, 300);
  makeFoldersOld(folder);
  await folder.start();
  await waitUntil('all are counted', () => folder.images().length === 300);
  await waitUntil('the backfill is over', () => folder.status().backfill === null);
  await folder.stop();

  // Put in without a trace in the folder's time: only a folder that is listed again shows it.
  folder.write('S1/OR-3CT/unseen.png');
  makeFoldersOld(folder);
  folder.write(`S0/OR-3CT/${imageName('OK', Date.now() - 30 * hourMs, 1)}`);
  await folder.start();
  await waitUntil('the first sweep is over', () => folder.status().lastSweep !== null);
  await waitUntil('the change is found', () => folder.images().length === 301);
  expect(folder.status().lastSweep?.filesSeen).toBe(301);
  expect(folder.find('S1/OR-3CT/unseen.png')).toBeUndefined();
  await folder.rescan();
  expect(folder.find('S1/OR-3CT/unseen.png')).toBeDefined();
});

test.concurrent('an old image that is still being copied is not counted before it is whole', async () => {
  await using folder = await openWatchedFolder({
    scan: { minFileAgeMs: 60_000, pollIntervalMs: 150 },
    watchMode: 'poll',
  });
  const half = tinyJpeg.subarray(0, 200);
  const first = `S0/OR-3CT/${imageName('OK', Date.now() - 50 * hourMs, 1)}`;
  folder.write(first, half);
  await folder.start();
  await waitUntil('it is noticed', () => folder.status().incomplete === 1);
  const second = `S0/OR-3CT/${imageName('OK', Date.now() - 60 * hourMs, 2)}`;
  folder.write(second, half);
  await waitUntil('the second is noticed', () => folder.status().incomplete === 2);
  await sleep(300);
  expect(folder.images()).toEqual([]);
  for (const path of [first, second]) appendFileSync(folder.at(path), tinyJpeg.subarray(200));
  await waitUntil('both are counted', () => folder.total().ok === 2);
  expect(folder.images().map(({ revision }) => revision)).toEqual([0, 0]);
});

test.concurrent('an old folder moved into the watched one is read completely', async () => {
  await using folder = await openWatchedFolder();
  folder.write('S0/OR-3CT/first.png');
  await folder.start();
  await waitUntil('the first is counted', () => folder.images().length === 1);
  for (let i = 0; i < 50; i++)
    folder.write(`.import/OR-3CT/${imageName('NG', Date.now() - 100 * hourMs, i)}`);
  renameSync(folder.at('.import'), folder.at('S7'));
  await waitUntil('all of it is counted', () => folder.total().ng === 50);
});

test.concurrent.each(['1900', '1969', '1999', '2001'])(
  'images dated %s are taken as they are',
  async (year) => {
    await using folder = await openWatchedFolder();
    const names = [1, 2, 3].map((i) => `OK-${year}0101-10101${i}-${i}.jpg`);
    for (const name of names) folder.write(`S0/OR-3CT/${name}`);
    await folder.start();
    await waitUntil('all are counted', () => folder.total().ok === 3);
    expect(folder.paths().map(baseName).sort()).toEqual(names);
  },
);

test.concurrent('a rescan returns how many images it saw and how many of them were new', async () => {
  await using folder = await openWatchedFolder({ watchMode: 'poll' });
  writeHistory(folder, 40, tinyJpeg);
  await folder.start();
  expect(await folder.rescan()).toEqual({ scanned: 40, added: expect.any(Number), note: null });
  folder.write('S0/OR-3CT/new.png');
  folder.write(`S1/OR-3CT/${imageName('OK', Date.now() - 500 * hourMs, 1)}`);
  expect(await folder.rescan()).toEqual({ scanned: 42, added: 2, note: null });
  expect(await folder.rescan()).toEqual({ scanned: 42, added: 0, note: null });
});

test.concurrent.each([
  ['backfill', (folder: WatchedFolder) => folder.start()],
  [
    'sweep',
    async (folder: WatchedFolder) => {
      await folder.start({ scan: { recentMs: 400 * 24 * hourMs } });
    },
  ],
])(
  'images of an hour that occurs twice are of the run in which they were written, by the %s',
  async (_by, start) => {
    await using folder = await openWatchedFolder({ timeZone: 'America/Chicago' });
    const wallClock = createWallClock('America/Chicago');
    const startAt = Date.parse('2025-11-02T05:30Z');
    for (let minute = 0; minute < 180; minute++) {
      const at = startAt + minute * minuteMs;
      const digits = wallClock.format(at, 'second').replace(/\D/g, '');
      const path = `S0/OR-3CT/OK-${digits.slice(0, 8)}-${digits.slice(8)}-${minute + 1}.jpg`;
      folder.write(path);
      utimesSync(folder.at(path), at / 1000, at / 1000);
    }
    makeFoldersOld(folder);
    await start(folder);
    await waitUntil('all are counted', () => folder.images().length === 180);
    expect(folder.hours()).toEqual([
      [Date.parse('2025-11-02T05:00Z'), 30],
      [Date.parse('2025-11-02T06:00Z'), 60],
      [Date.parse('2025-11-02T07:00Z'), 60],
      [Date.parse('2025-11-02T08:00Z'), 30],
    ]);
  },
);

import { appendFileSync, linkSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { imageName, rejudge, tinyJpeg } from '../../../testing/faults/plant-images.ts';
import { waitUntil } from '../../../testing/faults/plant-process.ts';

// A machine that runs many tests at once is slow; what must not happen at all never waits for this.
vi.setConfig({ testTimeout: 90_000 });

import {
  newName,
  openOnline,
  onlyFolder as partFolder,
  type WatchedFolder,
} from '../../../testing/watched-folder.ts';

const half = tinyJpeg.subarray(0, tinyJpeg.length / 2);
const rest = tinyJpeg.subarray(half.length);

const isCounted = (folder: WatchedFolder, path: string) => () => folder.find(path) !== undefined;

test('a complete image is counted within a second', async () => {
  await using folder = await openOnline();
  let quickestMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) {
    const path = newName('NG');
    folder.write(path);
    quickestMs = Math.min(quickestMs, await waitUntil('it is counted', isCounted(folder, path)));
    expect(folder.find(path)).toMatchObject({ station: 'S9', part: 'OR-3CT', sizeBytes: tinyJpeg.length });
  }
  expect(quickestMs).toBeLessThan(1_000);
  expect(folder.total()).toEqual({ ok: 1, ng: 5, unmatched: 0 });
  await waitUntil('their way is measured', () => folder.status().lag?.samples === 5);
});

test.concurrent('a half-written image is not counted until its end is there', async () => {
  await using folder = await openOnline({ scan: { minFileAgeMs: 60_000 } });
  const path = newName();
  folder.write(path, half);
  await waitUntil('it is noticed', () => folder.status().incomplete === 1);
  await sleep(400);
  expect(folder.find(path)).toBeUndefined();
  appendFileSync(folder.at(path), rest);
  await waitUntil('it is counted', isCounted(folder, path));
  expect(folder.find(path)).toMatchObject({ sizeBytes: tinyJpeg.length, revision: 0 });
  await waitUntil('nothing is incomplete', () => folder.status().incomplete === 0);
});

test.concurrent('an image that grows slowly is counted once, when it is whole', async () => {
  const minFileAgeMs = 2_000;
  await using folder = await openOnline({ scan: { minFileAgeMs } });
  const path = newName();
  // Longer than that in all; a part takes a moment, also on a machine that does much else.
  const step = Math.ceil(tinyJpeg.length / ((minFileAgeMs * 1.3) / 150));
  folder.write(path, tinyJpeg.subarray(0, step));
  for (let at = step; at < tinyJpeg.length; at += step) {
    await sleep(150);
    expect(folder.find(path)).toBeUndefined();
    appendFileSync(folder.at(path), tinyJpeg.subarray(at, at + step));
  }
  await waitUntil('it is counted', isCounted(folder, path));
  expect(folder.find(path)?.revision).toBe(0);
  expect(folder.total().ok).toBe(2);
});

test.concurrent('an image completed by rename is counted at once', async () => {
  await using folder = await openOnline({ scan: { minFileAgeMs: 60_000 } });
  const path = newName();
  folder.write(`${partFolder}/.upload-1.tmp`, half);
  appendFileSync(folder.at(`${partFolder}/.upload-1.tmp`), rest);
  renameSync(folder.at(`${partFolder}/.upload-1.tmp`), folder.at(path));
  await waitUntil('it is counted', isCounted(folder, path));
  expect(folder.images()).toHaveLength(2);
});

/** As on shares whose clock is right, minutes or hours off, or was never set. */
const clockErrors = [0, -5 * 60, 5 * 60, -9 * 3600, 9 * 3600, -20 * 365 * 86_400];
const modify = (path: string, errorSec: number) =>
  utimesSync(path, Date.now() / 1000 + errorSec, Date.now() / 1000 + errorSec);

test.concurrent('a file of no known kind is counted once it has not changed for MIN_FILE_AGE', async () => {
  const minFileAgeMs = 600;
  await using folder = await openOnline({ scan: { minFileAgeMs, cutOffMs: 60_000 } });
  const path = newName();
  folder.write(path, 'an image of no known kind');
  const tookMs = await waitUntil('it is counted', isCounted(folder, path));
  expect(tookMs).toBeGreaterThan(minFileAgeMs - 100);
});

test.concurrent.each([
  ['of no byte at all', ''],
  ['cut off for good', half],
])('a file %s is counted later, as cut off', async (_what, bytes) => {
  const cutOffMs = 1_200;
  await using folder = await openOnline({ scan: { cutOffMs } });
  const path = newName();
  folder.write(path, bytes);
  const tookMs = await waitUntil('it is counted', isCounted(folder, path));
  expect(tookMs).toBeGreaterThan(cutOffMs - 100);
});

test.concurrent.each(['events', 'poll'] as const)(
  'half a file waits for the rest whatever the clock of its share says, with %s',
  async (watchMode) => {
    const scan = { minFileAgeMs: 100, cutOffMs: 60_000, pollIntervalMs: 200 };
    await using folder = await openOnline({ watchMode, scan });
    const paths = clockErrors.map((errorSec) => [newName(), errorSec] as const);
    for (const [path, errorSec] of paths) {
      folder.write(path, errorSec === 0 ? '' : half);
      modify(folder.at(path), errorSec);
    }
    await waitUntil('they are noticed', () => folder.status().incomplete === paths.length);
    await sleep(700);
    expect(folder.images()).toHaveLength(1);
    for (const [path, errorSec] of paths) {
      folder.write(path, tinyJpeg);
      modify(folder.at(path), errorSec);
    }
    await waitUntil('all are counted', () => folder.images().length === 1 + paths.length);
    // Not the revision: a look between the bytes and the time set after them finds a change of its own.
    for (const [path] of paths) expect(folder.find(path)?.sizeBytes).toBe(tinyJpeg.length);
  },
);

test.concurrent.each(['events', 'poll'] as const)(
  'a file written over and over, with data of a vendor behind its end, is counted at once, with %s',
  async (watchMode) => {
    const scan = { minFileAgeMs: 60_000, cutOffMs: 60_000, pollIntervalMs: 200 };
    await using folder = await openOnline({ watchMode, scan });
    const path = `${partFolder}/current.jpg`;
    const versions = [300, 20_000, 4_000].map((count) => Buffer.concat([tinyJpeg, Buffer.alloc(count, 'v')]));
    let revision = -1;
    for (const [i, version] of versions.entries()) {
      folder.write(path, version);
      await waitUntil(`version ${i} is counted`, () => folder.find(path)?.sizeBytes === version.length);
      // By more than one where a look falls into the writing.
      expect(folder.find(path)?.revision).toBeGreaterThan(revision);
      revision = folder.find(path)!.revision;
    }
    expect(folder.total()).toEqual({ ok: 1, ng: 0, unmatched: 1 });
  },
);

test.concurrent('without events a counted file that grows is read again by the sweep that sees it', async () => {
  await using folder = await openOnline({ watchMode: 'poll', scan: { pollIntervalMs: 60_000 } });
  const path = newName();
  folder.write(path);
  await folder.rescan();
  expect(folder.find(path)).toMatchObject({ sizeBytes: tinyJpeg.length, revision: 0 });
  appendFileSync(folder.at(path), Buffer.alloc(500, 'v'));
  await folder.rescan();
  expect(folder.find(path)).toMatchObject({ sizeBytes: tinyJpeg.length + 500, revision: 1 });
});

test.concurrent('a counted file that grew while the program was down is read again at its start', async () => {
  await using folder = await openOnline({ watchMode: 'poll', scan: { pollIntervalMs: 200 } });
  const path = newName();
  folder.write(path, half);
  await waitUntil('it is counted', isCounted(folder, path));
  await waitUntil('nothing is incomplete', () => folder.status().incomplete === 0);
  await folder.stop();
  appendFileSync(folder.at(path), rest);
  await folder.start();
  await waitUntil('it is read again', () => folder.find(path)?.sizeBytes === tinyJpeg.length);
});

test.concurrent('a cut-off file from a clock that runs ahead is counted by our own clock', async () => {
  await using folder = await openOnline();
  const path = newName();
  folder.write(path, half);
  const ahead = Date.now() / 1000 + 3600;
  utimesSync(folder.at(path), ahead, ahead);
  await waitUntil('it is counted', isCounted(folder, path));
});

test.concurrent('a file counted too early is read again when it grows further', async () => {
  await using folder = await openOnline();
  const path = newName();
  folder.write(path, half);
  await waitUntil('it is counted', isCounted(folder, path));
  appendFileSync(folder.at(path), rest);
  await waitUntil('it is read again', () => folder.find(path)?.revision === 1);
  expect(folder.find(path)?.sizeBytes).toBe(tinyJpeg.length);
  expect(folder.total().ok).toBe(2);
});

test.concurrent('an overwritten image is read again and counted once', async () => {
  await using folder = await openOnline();
  const path = newName();
  folder.write(path);
  await waitUntil('it is counted', isCounted(folder, path));
  writeFileSync(folder.at(path), Buffer.concat([tinyJpeg.subarray(0, 2), tinyJpeg.subarray(2)]));
  await waitUntil('it is read again', () => folder.find(path)?.revision === 1);
  expect(folder.total().ok).toBe(2);
});

test.concurrent('an image renamed from OK to NG and back is one unit, counted by its last verdict each time', async () => {
  await using folder = await openOnline();
  let path = newName();
  folder.write(path);
  await waitUntil('it is counted', isCounted(folder, path));
  for (const expected of [
    { ok: 1, ng: 1, unmatched: 0 },
    { ok: 2, ng: 0, unmatched: 0 },
  ]) {
    path = rejudge(folder.root, path);
    await waitUntil('its new verdict is counted', isCounted(folder, path));
    expect(folder.total()).toEqual(expected);
  }
  await sleep(500);
  expect(folder.images()).toHaveLength(2);
  expect(folder.images().every(({ missingAt }) => missingAt === null)).toBe(true);
});

test.concurrent('a new station with folders inside folders is noticed at once', async () => {
  await using folder = await openOnline();
  const paths = ['S12/OR-9X/a.png', 'S12/OR-9X/2026-11-21/early/b.png', 'S13/OR-9X/c.png'];
  for (const path of paths) folder.write(path);
  for (const path of paths) await waitUntil(`${path} is counted`, isCounted(folder, path));
  expect(folder.find(paths[1]!)).toMatchObject({ station: 'S12', part: 'OR-9X' });
  folder.write('S12/OR-9X/2026-11-21/early/later.png');
  await waitUntil('a file in it is counted', isCounted(folder, 'S12/OR-9X/2026-11-21/early/later.png'));
});

test.concurrent('a folder that is deleted and recreated is still watched', async () => {
  await using folder = await openOnline();
  folder.write(`${partFolder}/2026-11-21/a.png`);
  await waitUntil('a file in it is counted', isCounted(folder, `${partFolder}/2026-11-21/a.png`));
  renameSync(folder.at(`${partFolder}/2026-11-21`), folder.at('.archive'));
  await sleep(100);
  folder.write(`${partFolder}/2026-11-21/b.png`);
  await waitUntil('a file in the new one is counted', isCounted(folder, `${partFolder}/2026-11-21/b.png`));
  await sleep(300);
  folder.write(`${partFolder}/2026-11-21/c.png`);
  await waitUntil('the next one, too', isCounted(folder, `${partFolder}/2026-11-21/c.png`));
});

test.concurrent('a file in the root belongs to the station Unknown, one in a folder alone to that station', async () => {
  await using folder = await openOnline();
  const paths = [`${imageName('OK', Date.now(), 801)}`, `S9/${imageName('NG', Date.now(), 802)}`];
  for (const path of paths) folder.write(path);
  for (const path of paths) await waitUntil(`${path} is counted`, isCounted(folder, path));
  expect(paths.map((path) => folder.find(path)?.station)).toEqual(['Unknown', 'S9']);
});

test.concurrent('a name that does not match is counted as unmatched, other files not at all', async () => {
  await using folder = await openOnline();
  for (const name of ['snapshot.PNG', 'OK-20261399-101010-1.jpg', 'notes.txt', 'OK-20261121-101010-1.gif']) {
    folder.write(`${partFolder}/${name}`);
  }
  await waitUntil('both are counted', () => folder.images().length === 3);
  expect(folder.total()).toEqual({ ok: 1, ng: 0, unmatched: 2 });
});

test.concurrent('two names of one file are two images', async () => {
  await using folder = await openOnline();
  const [first, second] = [newName(), newName()];
  folder.write(first);
  linkSync(folder.at(first), folder.at(second));
  await waitUntil('both are counted', () => folder.total().ok === 3);
});

test('three thousand images in a burst are all counted exactly once', async () => {
  await using folder = await openOnline();
  for (let i = 0; i < 3000; i++) {
    folder.write(`S${i % 3}/OR-3CT/${imageName(i % 10 === 0 ? 'NG' : 'OK', Date.now(), 10_000 + i)}`);
    if (i % 300 === 0) await sleep(20);
  }
  await waitUntil('all are counted', () => folder.images().length === 3001);
  await folder.rescan();
  expect(folder.total()).toEqual({ ok: 2701, ng: 300, unmatched: 0 });
});

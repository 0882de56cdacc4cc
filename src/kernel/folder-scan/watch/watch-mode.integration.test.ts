import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { tinyJpeg } from '../../../testing/faults/plant-images.ts';
import { waitUntil } from '../../../testing/faults/plant-process.ts';
import { detectWatchMode } from '../../storage/file-system.ts';

// A machine that runs many tests at once is slow; what must not happen at all never waits for this.
vi.setConfig({ testTimeout: 90_000 });

import { newName, onlyFolder, openOnline } from '../../../testing/watched-folder.ts';

test.concurrent('by default, a folder is watched as its file system allows', async () => {
  await using folder = await openOnline({ watchMode: 'auto' });
  expect(folder.status()).toMatchObject({ ...detectWatchMode(folder.root), modeOrigin: 'auto' });
});

test.concurrent('a setting decides over the file system', async () => {
  await using folder = await openOnline({ watchMode: 'poll' });
  const { fileSystem } = detectWatchMode(folder.root);
  expect(folder.status()).toMatchObject({ mode: 'poll', modeOrigin: 'setting', fileSystem });
});

test.concurrent('without events images are found by the sweeps', async () => {
  await using folder = await openOnline({ watchMode: 'poll', scan: { pollIntervalMs: 300 } });
  for (let round = 0; round < 3; round++) {
    const path = newName();
    folder.write(path);
    await waitUntil('it is found', () => folder.find(path) !== undefined);
  }
});

test.concurrent('without events and with rare sweeps, nothing happens until a rescan is requested', async () => {
  await using folder = await openOnline({ watchMode: 'poll' });
  const path = newName('NG');
  folder.write(path);
  await sleep(400);
  expect(folder.find(path)).toBeUndefined();
  expect(await folder.rescan()).toEqual({ scanned: 2, added: 1, note: null });
});

test.concurrent('without events an image written over is read again by a rescan', async () => {
  await using folder = await openOnline({ watchMode: 'poll' });
  const [path] = folder.paths();
  folder.write(path!, Buffer.concat([tinyJpeg, tinyJpeg]));
  await folder.rescan();
  expect(folder.find(path!)).toMatchObject({ revision: 1, sizeBytes: tinyJpeg.length * 2 });
  expect(folder.total().ok).toBe(1);
});

test.concurrent('a pattern of the site decides what its names say', async () => {
  const fileName = '^(?P<date>\\d{8})_(?P<time>\\d{6})_(?P<pass>GOOD|BAD)\\.png$';
  await using folder = await openOnline({ naming: { fileName } });
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  folder.write(`${onlyFolder}/${day}_000001_good.png`);
  folder.write(`${onlyFolder}/${day}_000001_BAD.png`);
  await waitUntil('both are counted', () => folder.images().length === 3);
  expect(folder.total()).toEqual({ ok: 1, ng: 1, unmatched: 1 });
});

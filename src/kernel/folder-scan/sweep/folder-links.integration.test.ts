import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyJpeg } from '../../../testing/faults/plant-images.ts';
import { waitUntil } from '../../../testing/faults/plant-process.ts';
import { openWatchedFolder, type WatchedFolder } from '../../../testing/watched-folder.ts';

const image = 'OK-20250906-102131-1.jpg';
let outside: string;
beforeEach(() => {
  outside = mkdtempSync(join(tmpdir(), 'linesight-outside-'));
});
afterEach(() => rmSync(outside, { recursive: true }));

function write(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, tinyJpeg);
}

async function swept(folder: WatchedFolder): Promise<string[]> {
  await folder.start();
  await waitUntil('the first sweep is over', () => folder.status().lastSweep !== null);
  await folder.rescan();
  return folder.paths().toSorted();
}

const linksOf = (folder: WatchedFolder) => folder.status().leftOut.find(({ reason }) => reason === 'link');

test('a link to an allowed folder is followed once, and a second link to it is named', async () => {
  await using folder = await openWatchedFolder({ scan: { linksTo: [outside] } });
  write(join(outside, 'S9/OR', image));
  symlinkSync(join(outside, 'S9'), folder.at('A9'));
  symlinkSync(join(outside, 'S9'), folder.at('B9'));
  expect(await swept(folder)).toEqual([`A9/OR/${image}`]);
  expect(linksOf(folder)).toEqual({ reason: 'link', count: 1, names: ['B9'] });
});

test('images that arrive behind a followed link are found', async () => {
  await using folder = await openWatchedFolder({ scan: { linksTo: [outside] } });
  write(join(outside, 'OR', image));
  symlinkSync(outside, folder.at('S9'));
  await swept(folder);
  write(join(outside, 'OR', 'NG-20250906-102132-2.jpg'));
  await waitUntil('the new image is counted', () => folder.images().length === 2);
});

test('a link to anywhere else is named and nothing behind it is read', async () => {
  await using folder = await openWatchedFolder();
  write(join(outside, 'OR', image));
  write(folder.at(`S9/OR/${image}`));
  symlinkSync(outside, folder.at('S4'));
  symlinkSync('/', folder.at('S9/root'));
  expect(await swept(folder)).toEqual([`S9/OR/${image}`]);
  expect(linksOf(folder)).toMatchObject({ count: 2, names: ['S4', 'S9/root'] });
});

test('links in a circle end, and a folder of the root is counted without its links', async () => {
  await using folder = await openWatchedFolder({ scan: { linksTo: [outside] } });
  write(join(outside, 'a/OR', image));
  write(folder.at(`S9/OR/${image}`));
  symlinkSync(folder.root, folder.at('S9/OR/loop'));
  symlinkSync(folder.at('S9'), folder.at('alias'));
  symlinkSync(join(outside, 'a'), folder.at('S4'));
  symlinkSync(outside, join(outside, 'a/up'));
  symlinkSync(join(outside, 'a'), join(outside, 'a/self'));
  expect(await swept(folder)).toEqual([`S4/OR/${image}`, `S9/OR/${image}`]);
});

test('names that are left out are counted with examples', async () => {
  await using folder = await openWatchedFolder();
  write(folder.at(`S9/OR/${image}`));
  write(folder.at(`@eaDir/OR/${image}`));
  write(folder.at('S9/OR/copy.tmp'));
  await swept(folder);
  const excluded = folder.status().leftOut.find(({ reason }) => reason === 'excluded');
  expect([excluded?.count, excluded?.names.toSorted()]).toEqual([2, ['@eaDir', 'S9/OR/copy.tmp']]);
});

import { cpSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { listFiles } from '../../testing/faults/books.ts';
import { imageName } from '../../testing/faults/plant-images.ts';
import { waitUntil } from '../../testing/faults/plant-process.ts';
import { openWatchedFolder, type WatchedFolder } from '../../testing/watched-folder.ts';

const at = Date.now() - 600_000;
const image = (sequence: number, verdict: 'OK' | 'NG' = 'OK') => imageName(verdict, at + sequence, sequence);

/** Station S9 with two models of three images each, and S4 with two images; all counted. */
async function openPlant(watchMode: 'events' | 'poll') {
  const folder = await openWatchedFolder({ watchMode, scan: { pollIntervalMs: 200 } });
  for (const part of ['OR-2CT', 'OR-3CT'])
    for (let i = 1; i <= 3; i++) folder.write(`S9/${part}/${image(i, i === 1 ? 'NG' : 'OK')}`);
  for (let i = 1; i <= 2; i++) folder.write(`S4/OR-3CT/${image(i)}`);
  await folder.start();
  await waitUntil('all are counted', () => folder.images().length === 8);
  await waitUntil('the first sweep is over', () => folder.status().lastSweep !== null);
  await settle();
  return folder;
}

/** Long enough for every doubt, sweep and look at the root. */
const settle = () => sleep(1_000);

const rename = (folder: WatchedFolder, from: string, to: string) =>
  renameSync(folder.at(from), folder.at(to));
const idsOf = (folder: WatchedFolder) => folder.images().map(({ path }) => path.split('/').at(-1));
/** How many images each station and model has, all of them there. */
function lanes(folder: WatchedFolder): Record<string, number> {
  expect(folder.images().filter(({ missingAt }) => missingAt !== null)).toEqual([]);
  const counts: Record<string, number> = {};
  for (const { station, part } of folder.images())
    counts[`${station}/${part}`] = (counts[`${station}/${part}`] ?? 0) + 1;
  return counts;
}

/** Both names stay; no sweep sees the name in between. */
function swap(folder: WatchedFolder, one: string, other: string): void {
  rename(folder, one, '../between');
  rename(folder, other, one);
  rename(folder, '../between', other);
}

/** Images and NG of each station as the database has them; those without an image are left out. */
function stationTotals(folder: WatchedFolder): Record<string, { all: number; ng: number }> {
  return totalsOf(folder.images().map(({ station, verdict }) => ({ station, isNg: verdict === 'NG' })));
}

/** The same of the files on the disk, counted by nothing of the product. */
function fileTotals(folder: WatchedFolder): Record<string, { all: number; ng: number }> {
  return totalsOf(
    listFiles(folder.root).map((path) => ({ station: path.split('/')[0]!, isNg: path.includes('/NG-') })),
  );
}

function totalsOf(images: readonly { station: string; isNg: boolean }[]) {
  const totals: Record<string, { all: number; ng: number }> = {};
  for (const { station, isNg } of images) {
    const one = totals[station] ?? { all: 0, ng: 0 };
    totals[station] = { all: one.all + 1, ng: one.ng + Number(isNg) };
  }
  return totals;
}

/** Until every file is one image of the station it stands in, and stays so. */
async function waitForFiles(folder: WatchedFolder): Promise<void> {
  const isSo = () => isDeepStrictEqual(stationTotals(folder), fileTotals(folder));
  await waitUntil('the images are those of the files', isSo, 20_000);
  await settle();
  await folder.rescan();
  await settle();
  expect(stationTotals(folder)).toEqual(fileTotals(folder));
  expect(folder.counted()).toEqual(fileTotals(folder));
  expect(folder.paths().sort()).toEqual(listFiles(folder.root));
}

describe.concurrent.each(['events', 'poll'] as const)('with a scanner that goes by %s', (mode) => {
  for (const isRunning of [true, false]) {
    const when = isRunning ? 'while it runs' : 'while the program is down';

    test(`a station's folder that is renamed ${when} keeps its history, and the old name is no station`, async () => {
      await using folder = await openPlant(mode);
      const before = idsOf(folder);
      if (!isRunning) await folder.stop();
      rename(folder, 'S9', 'Line 9');
      folder.write(`Line 9/OR-3CT/${image(4)}`);
      if (!isRunning) await folder.start();
      await waitUntil('the new image is counted', () => folder.images().length === 9);
      await settle();
      await folder.rescan();
      // Where the new image is heard of first, the images of before go over to its station behind the pages.
      await waitUntil('the old name is no station', () => !folder.stations().includes('S9'));
      expect(lanes(folder)).toEqual({ 'Line 9/OR-2CT': 3, 'Line 9/OR-3CT': 4, 'S4/OR-3CT': 2 });
      expect(folder.stations()).toEqual(['Line 9', 'S4']);
      expect(idsOf(folder).slice(0, 8)).toEqual(before);
      expect(folder.paths().filter((path) => path.startsWith('S9/'))).toEqual([]);
      expect(folder.total()).toEqual({ ok: 7, ng: 2, unmatched: 0 });
      expect(folder.status().knownFiles).toBe(9);
    });

    test(`a model's folder that is renamed ${when} takes its images along`, async () => {
      await using folder = await openPlant(mode);
      if (!isRunning) await folder.stop();
      rename(folder, 'S9/OR-3CT', 'S9/OR-3CT rev B');
      folder.write(`S9/OR-3CT rev B/${image(4)}`);
      if (!isRunning) await folder.start();
      await waitUntil(
        'the images are those of the other model',
        () => lanes(folder)['S9/OR-3CT'] === undefined,
      );
      await waitForFiles(folder);
      expect(lanes(folder)).toEqual({ 'S9/OR-2CT': 3, 'S9/OR-3CT rev B': 4, 'S4/OR-3CT': 2 });
      expect(folder.total()).toEqual({ ok: 7, ng: 2, unmatched: 0 });
      expect(folder.status().knownFiles).toBe(9);
    });
  }

  test('a new folder of the old name is a new station', async () => {
    await using folder = await openPlant(mode);
    rename(folder, 'S9', 'Line 9');
    await waitUntil('it has moved', () => folder.stations().includes('Line 9'));
    folder.write(`S9/OR-3CT/${image(1)}`);
    await waitUntil('its image is counted', () => folder.images().length === 9);
    await settle();
    expect(lanes(folder)).toMatchObject({ 'Line 9/OR-2CT': 3, 'Line 9/OR-3CT': 3, 'S9/OR-3CT': 1 });
  });

  for (const isRunning of [true, false]) {
    const when = isRunning ? 'while it runs' : 'while the program is down';
    const away = async (folder: WatchedFolder, move: () => void) => {
      if (!isRunning) await folder.stop();
      move();
      if (!isRunning) await folder.start();
    };

    test(`a folder moved to another station ${when} is that station's from then on`, async () => {
      await using folder = await openPlant(mode);
      const before = idsOf(folder);
      await away(folder, () => rename(folder, 'S9/OR-2CT', 'S4/OR-2CT'));
      await waitForFiles(folder);
      expect(lanes(folder)).toEqual({ 'S9/OR-3CT': 3, 'S4/OR-2CT': 3, 'S4/OR-3CT': 2 });
      expect(idsOf(folder)).toEqual(before);
      expect(folder.total()).toEqual({ ok: 6, ng: 2, unmatched: 0 });
      expect(folder.status().knownFiles).toBe(8);
    });

    test(`a station's folder moved below that of another ${when}, and made anew, is counted once`, async () => {
      await using folder = await openPlant(mode);
      await away(folder, () => {
        rename(folder, 'S9', 'S4/S9');
        folder.write(`S9/OR-3CT/${image(7, 'NG')}`);
      });
      await waitForFiles(folder);
      expect(stationTotals(folder)).toEqual({ S4: { all: 8, ng: 2 }, S9: { all: 1, ng: 1 } });
      expect(folder.total()).toEqual({ ok: 6, ng: 3, unmatched: 0 });
    });

    test(`folders of two stations that change places ${when} are counted as they stand`, async () => {
      await using folder = await openPlant(mode);
      await away(folder, () => swap(folder, 'S9', 'S4'));
      await waitForFiles(folder);
      expect(lanes(folder)).toEqual({ 'S9/OR-3CT': 2, 'S4/OR-2CT': 3, 'S4/OR-3CT': 3 });
      expect(stationTotals(folder)).toEqual({ S9: { all: 2, ng: 0 }, S4: { all: 6, ng: 2 } });
      expect(folder.status().knownFiles).toBe(8);
      folder.write(`S9/OR-3CT/${image(9, 'NG')}`);
      await waitForFiles(folder);
      expect(stationTotals(folder)).toEqual({ S9: { all: 3, ng: 1 }, S4: { all: 6, ng: 2 } });
    });

    test(`two models of a station that change places ${when} are counted as they stand`, async () => {
      await using folder = await openPlant(mode);
      folder.write(`S9/OR-2CT/${image(8, 'NG')}`);
      await waitForFiles(folder);
      await away(folder, () => swap(folder, 'S9/OR-2CT', 'S9/OR-3CT'));
      await waitUntil('the models have changed', () => lanes(folder)['S9/OR-2CT'] === 3);
      await waitForFiles(folder);
      expect(lanes(folder)).toEqual({ 'S9/OR-2CT': 3, 'S9/OR-3CT': 4, 'S4/OR-3CT': 2 });
      expect(stationTotals(folder)).toEqual({ S9: { all: 7, ng: 3 }, S4: { all: 2, ng: 0 } });
    });

    test(`three folders that change places in a ring ${when}, one of them leaving, are counted as they stand`, async () => {
      await using folder = await openPlant(mode);
      for (let i = 1; i <= 4; i++) folder.write(`S7/OR-3CT/${image(20 + i, 'NG')}`);
      await waitForFiles(folder);
      await away(folder, () => {
        rename(folder, 'S9/OR-3CT', 'S8');
        rename(folder, 'S4/OR-3CT', 'S9/OR-3CT');
        rename(folder, 'S7/OR-3CT', 'S4/OR-3CT');
      });
      await waitForFiles(folder);
      expect(stationTotals(folder)).toEqual({
        S8: { all: 3, ng: 1 },
        S9: { all: 5, ng: 1 },
        S4: { all: 4, ng: 4 },
      });
    });
  }

  test('folders put back from copies that have the numbers of others stay what they are', async () => {
    await using folder = await openPlant(mode);
    await folder.stop();
    const inodeOf = (path: string) => statSync(folder.at(path)).ino;
    const number = inodeOf('S4/OR-3CT');
    const copy = (from: string, to: string) => cpSync(folder.at(from), folder.at(to), { recursive: true });
    copy('S4', '../copy');
    rename(folder, 'S4/OR-3CT', '../other');
    for (const file of listFiles(folder.at('../other'))) rmSync(folder.at(`../other/${file}`));
    copy('S9/OR-3CT', '../other');
    rmSync(folder.at('S9/OR-3CT'), { recursive: true });
    rename(folder, '../other', 'S9/OR-3CT');
    copy('../copy', 'S4');
    expect(inodeOf('S9/OR-3CT')).toBe(number);
    await folder.start();
    await waitForFiles(folder);
    expect(lanes(folder)).toEqual({ 'S9/OR-2CT': 3, 'S9/OR-3CT': 3, 'S4/OR-3CT': 2 });
  });

  test('a new folder with the number of a deleted one is a new station', async () => {
    await using folder = await openPlant(mode);
    await folder.stop();
    rename(folder, 'S9/OR-3CT', '../kept');
    rmSync(folder.at('S9'), { recursive: true });
    mkdirSync(folder.at('S7'));
    rename(folder, '../kept', 'S7/OR-3CT');
    for (let i = 1; i <= 3; i++) rmSync(folder.at(`S7/OR-3CT/${image(i, i === 1 ? 'NG' : 'OK')}`));
    folder.write(`S7/OR-3CT/${image(50)}`);
    await folder.start();
    await waitUntil('its image is counted', () => folder.images().length === 9);
    expect(folder.stations()).toEqual(['S4', 'S7', 'S9']);
  });
});

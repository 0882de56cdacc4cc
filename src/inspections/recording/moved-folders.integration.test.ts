import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
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
      await waitUntil('the new image is counted', () => folder.images().length === 9);
      await settle();
      await folder.rescan();
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

  test('a folder moved to another station that stays leaves its history where it was made', async () => {
    await using folder = await openPlant(mode);
    rename(folder, 'S9/OR-2CT', 'S4/OR-2CT');
    await waitUntil('the images are counted there', () => folder.images().length === 11);
    await settle();
    expect(folder.stations()).toEqual(['S4', 'S9']);
    expect(folder.total()).toEqual({ ok: 8, ng: 3, unmatched: 0 });
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

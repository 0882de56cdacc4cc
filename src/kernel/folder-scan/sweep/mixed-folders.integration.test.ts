import { mkdirSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { imageName } from '../../../testing/faults/plant-images.ts';
import { waitUntil } from '../../../testing/faults/plant-process.ts';
import { openWatchedFolder, type WatchedFolder } from '../../../testing/watched-folder.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const old = (sequence: number) => imageName('OK', Date.now() - 3 * dayMs, sequence);

/** Folders last changed days ago are not listed again at a start. */
function age(folder: WatchedFolder, path = ''): void {
  for (const entry of readdirSync(folder.at(path), { withFileTypes: true }))
    if (entry.isDirectory()) age(folder, join(path, entry.name));
  const seconds = (Date.now() - 2 * dayMs) / 1000;
  utimesSync(folder.at(path), seconds, seconds);
}

/** Images and folders side by side; one folder holds no image yet. */
async function openMixed(watchMode: 'events' | 'poll'): Promise<WatchedFolder> {
  const folder = await openWatchedFolder({ watchMode, scan: { recentMs: 1, pollIntervalMs: 200 } });
  folder.write(`S9/M/${old(1)}`);
  mkdirSync(folder.at('S9/M/cam2/later'), { recursive: true });
  age(folder);
  await folder.start();
  await waitUntil('the first sweep is over', () => folder.status().lastSweep !== null);
  await waitUntil('the image is counted', () => folder.images().length === 1);
  await folder.stop();
  return folder;
}

test.concurrent.each(['events', 'poll'] as const)(
  'after a restart, a folder that was empty beside images is still watched, with %s',
  async (watchMode) => {
    await using folder = await openMixed(watchMode);
    await folder.start();
    await waitUntil('the sweep of the start is over', () => folder.status().lastSweep !== null);
    folder.write(`S9/M/cam2/later/${old(2)}`);
    await waitUntil('the second image is counted', () => folder.images().length === 2);
  },
);

test.concurrent('what came into it while nothing ran is found at the start', async () => {
  await using folder = await openMixed('events');
  folder.write(`S9/M/cam2/${old(3)}`);
  folder.write(`S9/M/cam2/later/${old(4)}`);
  await folder.start();
  await waitUntil('both are counted', () => folder.images().length === 3);
});

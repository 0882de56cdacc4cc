import { cpSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { createRandom } from '../../../simulator/random.ts';
import { imageName, rejudge } from '../../../testing/faults/plant-images.ts';
import { waitUntil } from '../../../testing/faults/plant-process.ts';

// A machine that runs many tests at once is slow; what must not happen at all never waits for this.
vi.setConfig({ testTimeout: 90_000 });

import { openWatchedFolder, type WatchedFolder } from '../../../testing/watched-folder.ts';

const doubtMs = 200;
const partFolder = 'S9/OR-3CT';
const other = 'S4/OR-2CT';

/** Five recent images and five old ones in each of two folders, counted. */
async function openCounted(watchMode: 'events' | 'poll'): Promise<WatchedFolder> {
  const folder = await openWatchedFolder({ watchMode, scan: { pollIntervalMs: 150, doubtMs } });
  for (let i = 0; i < 20; i++) {
    const at = Date.now() - (i % 2) * 40 * 3_600_000;
    folder.write(`${i % 4 < 2 ? partFolder : other}/${imageName('OK', at, i)}`);
  }
  await folder.start();
  await waitUntil('all are counted', () => folder.images().length === 20);
  await waitUntil('the first sweep is over', () => folder.status().lastSweep !== null);
  return folder;
}

const missing = (folder: WatchedFolder) =>
  folder
    .images()
    .filter(({ missingAt }) => missingAt !== null)
    .map(({ path }) => path)
    .sort();

const pathsIn = (folder: WatchedFolder, path: string) =>
  folder.paths().filter((one) => one.startsWith(`${path}/`));

/** Long enough for every doubt, sweep and look at the root. */
const settle = () => sleep(doubtMs + 600);

describe.concurrent.each(['events', 'poll'] as const)('with a scanner that goes by %s', (mode) => {
  test('a removed image is marked missing, keeps its counts, and is itself again when it is back', async () => {
    await using folder = await openCounted(mode);
    const [path] = pathsIn(folder, partFolder);
    const aside = folder.at('../aside.jpg');
    for (const round of [1, 2]) {
      renameSync(folder.at(path!), aside);
      await waitUntil(`it is missing, round ${round}`, () => missing(folder).length === 1);
      expect(missing(folder)).toEqual([path]);
      expect(folder.recorded.some((news) => news.missing === 1 && news.stationIds.length === 1)).toBe(true);
      renameSync(aside, folder.at(path!));
      await waitUntil(`it is back, round ${round}`, () => missing(folder).length === 0);
    }
    expect(folder.total()).toEqual({ ok: 20, ng: 0, unmatched: 0 });
    expect(folder.images()).toHaveLength(20);
  });

  test('images that are removed all at once are all marked missing', async () => {
    await using folder = await openCounted(mode);
    const [keep, ...rest] = pathsIn(folder, partFolder);
    for (const path of rest) rmSync(folder.at(path));
    await waitUntil('they are missing', () => missing(folder).length === rest.length);
    expect(missing(folder)).not.toContain(keep);
  });

  test('an image renamed between OK and NG at any speed ends with its last verdict, never twice and never missing', async () => {
    await using folder = await openCounted(mode);
    const random = createRandom(`pace ${mode}`);
    let path = pathsIn(folder, partFolder)[0]!;
    for (let i = 0; i < 15; i++) {
      path = rejudge(folder.root, path);
      await sleep(random.pick([0, 5, 40, 150, 400]));
    }
    const isRight = () => folder.find(path)?.missingAt === null && folder.total().ng === 1;
    await waitUntil('the last judgement is taken', isRight);
    await settle();
    expect(missing(folder)).toEqual([]);
    expect(folder.find(path)).toMatchObject({ verdict: 'NG', missingAt: null });
    expect(folder.images()).toHaveLength(20);
    expect(folder.total()).toEqual({ ok: 19, ng: 1, unmatched: 0 });
  });

  test('a single folder that is emptied or removed is an outage and not a deletion', async () => {
    await using folder = await openCounted(mode);
    renameSync(folder.at(partFolder), folder.at('../emptied'));
    mkdirSync(folder.at(partFolder));
    renameSync(folder.at('S4'), folder.at('../removed'));
    await settle();
    await folder.rescan();
    expect(missing(folder)).toEqual([]);
  });

  test('images of an emptied folder are missing once the folder is used again', async () => {
    await using folder = await openCounted(mode);
    const before = pathsIn(folder, partFolder);
    renameSync(folder.at(partFolder), folder.at('../emptied'));
    mkdirSync(folder.at(partFolder));
    await settle();
    folder.write(`${partFolder}/${imageName('NG', Date.now(), 500)}`);
    await waitUntil('the old ones are missing', () => missing(folder).length === before.length);
    expect(folder.total()).toEqual({ ok: 20, ng: 1, unmatched: 0 });
  });

  test.each([
    [
      'renamed away',
      (root: string, aside: string) => renameSync(root, aside),
      (root: string, aside: string) => renameSync(aside, root),
    ],
    [
      'emptied',
      (root: string, aside: string) => {
        renameSync(root, aside);
        mkdirSync(root);
      },
      (root: string, aside: string) => {
        for (const name of readdirSync(aside)) renameSync(join(aside, name), join(root, name));
      },
    ],
    [
      'removed and restored from a copy',
      (root: string, aside: string) => {
        cpSync(root, aside, { recursive: true, preserveTimestamps: true });
        rmSync(root, { recursive: true });
      },
      (root: string, aside: string) => cpSync(aside, root, { recursive: true, preserveTimestamps: true }),
    ],
  ])(
    'a root that is %s is offline; nothing is missing, and what came meanwhile is found',
    async (_what, leave, comeBack) => {
      await using folder = await openCounted(mode);
      const aside = folder.at('../aside');
      leave(folder.root, aside);
      await waitUntil('it is offline', () => folder.status().state === 'offline');
      expect(folder.status()).toMatchObject({ reason: expect.any(String), offlineSince: expect.any(Number) });
      await settle();
      expect(missing(folder)).toEqual([]);
      expect((await folder.rescan()).note).toMatch(/not found|is empty although/);

      const written = `${partFolder}/${imageName('NG', Date.now(), 600)}`;
      cpSync(join(aside, pathsIn(folder, partFolder)[0]!), join(aside, written));
      comeBack(folder.root, aside);
      await waitUntil('it is online', () => folder.status().state === 'online');
      await waitUntil('the new image is found', () => folder.find(written) !== undefined);
      const next = `${other}/${imageName('NG', Date.now(), 601)}`;
      folder.write(next);
      await waitUntil('the next is found', () => folder.find(next) !== undefined);
      await settle();
      expect(missing(folder)).toEqual([]);
      expect(folder.total()).toEqual({ ok: 20, ng: 2, unmatched: 0 });
      expect(folder.status().offlineSince).toBeNull();
    },
  );

  test('images removed while the process was down are missing after its start', async () => {
    await using folder = await openCounted(mode);
    await waitUntil('nothing is left to write', () => folder.status().backfill === null);
    await folder.stop();
    const [path] = pathsIn(folder, other);
    rmSync(folder.at(path!));
    await folder.start();
    await waitUntil('it is missing', () => missing(folder).length === 1);
    expect(missing(folder)).toEqual([path]);
    await waitUntil('it is not counted among the known', () => folder.status().knownFiles === 19);
  });
});

test('a root that does not exist yet is offline until it does, and is watched from then on', async () => {
  await using folder = await openWatchedFolder();
  rmSync(folder.root, { recursive: true });
  await folder.start();
  await waitUntil('it is offline', () => folder.status().state === 'offline');
  expect(folder.status().reason).toBe('The folder does not exist');
  expect(await folder.rescan()).toEqual({
    scanned: 0,
    added: 0,
    note: `watch dir not found: ${folder.root}`,
  });
  mkdirSync(folder.root);
  await waitUntil('it is empty', () => folder.status().state === 'empty');
  folder.write('S9/OR-3CT/a.png');
  await waitUntil('its image is counted', () => folder.images().length === 1);
  await waitUntil('it is online', () => folder.status().state === 'online');
});

test('a root that is replaced by another within a moment is still watched', async () => {
  await using folder = await openCounted('events');
  cpSync(folder.root, folder.at('../copy'), { recursive: true, preserveTimestamps: true });
  renameSync(folder.root, folder.at('../before'));
  renameSync(folder.at('../copy'), folder.root);
  await settle();
  const path = `${partFolder}/${imageName('NG', Date.now(), 700)}`;
  folder.write(path);
  await waitUntil('its new image is counted', () => folder.find(path) !== undefined);
  expect(missing(folder)).toEqual([]);
});

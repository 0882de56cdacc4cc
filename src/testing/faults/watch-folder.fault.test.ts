import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { findBookFaults, listFiles, readRows } from './books.ts';
import { mayMount, mountBind, mountMemory, unmount } from './mounts.ts';
import { imageName, tinyJpeg, writeImage } from './plant-images.ts';
import { createFaultPlant, type FaultPlant, type PlantProcess, waitUntil } from './plant-process.ts';

const canMount = mayMount();
/** Between two sweeps is an hour: whatever is found in a test is found by an event, a look at the root, or its return. */
const pollSec = 3_600;
const hourMs = 3_600_000;

/** How a watched folder goes away and comes back; `hidden` is where the machines can still write meanwhile. */
type Outage = { leave(): void; hidden: string; comeBack(): void; end?(): void };

const outages: { kind: string; skip?: boolean; mode: string; prepare: (plant: FaultPlant) => Outage }[] = [
  { kind: 'renamed away', mode: 'auto', prepare: renamedAway },
  { kind: 'renamed away from a scanner without events', mode: 'poll', prepare: renamedAway },
  { kind: 'emptied', mode: 'auto', prepare: emptied },
  { kind: 'unmounted', mode: 'auto', skip: !canMount, prepare: unmounted },
];

function renamedAway({ watchDir }: FaultPlant): Outage {
  const hidden = `${watchDir}-away`;
  return {
    hidden,
    leave: () => renameSync(watchDir, hidden),
    comeBack: () => renameSync(hidden, watchDir),
  };
}

function emptied({ watchDir }: FaultPlant): Outage {
  const hidden = `${watchDir}-stash`;
  mkdirSync(hidden);
  const move = (from: string, to: string) => {
    for (const name of readdirSync(from)) renameSync(join(from, name), join(to, name));
  };
  return { hidden, leave: () => move(watchDir, hidden), comeBack: () => move(hidden, watchDir) };
}

function unmounted({ watchDir }: FaultPlant): Outage {
  const hidden = `${watchDir}-share`;
  const share = mountMemory(hidden, '16m');
  mountBind(hidden, watchDir);
  return {
    hidden,
    leave: () => unmount(watchDir),
    comeBack: () => mountBind(hidden, watchDir),
    end: () => {
      unmount(watchDir);
      share[Symbol.dispose]();
    },
  };
}

/** Recent and old images of several stations; answers how many. */
function writeImages(folder: string, count: number, firstSequence: number): void {
  for (let i = 0; i < count; i++) {
    const sequence = firstSequence + i;
    const at = Date.now() - (i % 3 === 0 ? 40 * hourMs : 0) - i * 1_000;
    writeImage(folder, `S${i % 3}/OR-3CT/${imageName(i % 9 === 0 ? 'NG' : 'OK', at, sequence)}`);
  }
}

const isOffline = async (running: PlantProcess) => (await running.source()).state === 'offline';
const isShownOffline = async (running: PlantProcess) => {
  const [inspections, sources] = await Promise.all([running.text('/'), running.text('/sources')]);
  return inspections.includes('Watch folder offline') && sources.includes('Offline since');
};

describe.concurrent('a watched folder that is', () => {
  for (const { kind, mode, skip, prepare } of outages) {
    test.skipIf(skip)(`${kind} is an outage: nothing is lost, and what came meanwhile is found`, async () => {
      await using plant = createFaultPlant();
      const outage = prepare(plant);
      try {
        await surviveOutage(plant, outage, mode);
      } finally {
        outage.end?.();
      }
    });
  }
});

async function surviveOutage(plant: FaultPlant, outage: Outage, mode: string): Promise<void> {
  writeImages(plant.watchDir, 300, 1);
  const running = await plant.start({ WATCH_MODE: mode, POLL_INTERVAL_SEC: String(pollSec) });
  await running.listening;
  await waitUntil('all is counted', () => readRows(plant.dbPath).length === 300);
  const before = readRows(plant.dbPath);
  expect(await isShownOffline(running)).toBe(false);

  outage.leave();
  await waitUntil('/health says offline', () => isOffline(running));
  await waitUntil('the pages say offline', () => isShownOffline(running));
  const rescan = await (await running.fetch('/api/scan', { method: 'POST' })).json();
  expect(rescan).toEqual({
    scanned: 0,
    added: 0,
    note: expect.stringMatching(/not found|is empty although/),
  });
  writeImages(outage.hidden, 90, 1_001);
  const overwritten = before.find(({ file }) => file.includes('S1/'))!;
  appendFileSync(join(outage.hidden, overwritten.file), tinyJpeg);
  // Long enough for every doubt about single files to settle.
  await sleep(5_000);
  expect(readRows(plant.dbPath)).toEqual(before);

  outage.comeBack();
  await waitUntil('new images are found', () => readRows(plant.dbPath).length === 390);
  const isBack = async () => !(await isOffline(running)) && !(await isShownOffline(running));
  await waitUntil('/health and pages say online again', isBack);
  const rows = readRows(plant.dbPath);
  expect(rows.map(({ file }) => file).sort()).toEqual(listFiles(plant.watchDir));
  expect(rows.filter(({ missingAt }) => missingAt !== null)).toEqual([]);
  const isReread = () =>
    readRows(plant.dbPath).some(({ id, revision }) => id === overwritten.id && revision > 0);
  await waitUntil('an image written over meanwhile is read again', isReread);
  expect(findBookFaults(plant.dbPath)).toEqual([]);

  const deleted = rows[0]!;
  rmSync(join(plant.watchDir, deleted.file));
  if (mode === 'poll') await running.fetch('/api/scan', { method: 'POST' });
  const isMissing = () =>
    readRows(plant.dbPath).some(({ id, missingAt }) => id === deleted.id && missingAt !== null);
  await waitUntil('a deleted image is marked missing', isMissing);
  expect(readRows(plant.dbPath)).toHaveLength(390);
}

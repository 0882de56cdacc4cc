import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type BookedRow, countRows, findBookFaults, listFiles, readRows } from './books.ts';
import { mayMount, mountMemory } from './mounts.ts';
import { imageName, writeImage } from './plant-images.ts';
import { createFaultPlant, type FaultPlant, type PlantProcess, waitUntil } from './plant-process.ts';

const canMount = mayMount();
const pages = ['/', '/inspections', '/overview', '/stations/S9', '/sources', '/settings', '/inspections/1'];

async function statusesOf(running: PlantProcess): Promise<number[]> {
  return Promise.all(pages.map(async (path) => (await running.fetch(path)).status));
}

function createMachine(watchDir: string) {
  let sequence = 0;
  return {
    write(count: number): void {
      for (let i = 0; i < count; i++) {
        sequence += 1;
        writeImage(
          watchDir,
          `S9/OR-3CT/${imageName(sequence % 9 === 0 ? 'NG' : 'OK', Date.now(), sequence)}`,
        );
      }
    },
    get written() {
      return sequence;
    },
  };
}

/** Writes until nothing more fits. */
function fill(folder: string): { free(): void } {
  const filler = join(folder, 'filler');
  const block = Buffer.alloc(256 * 1024);
  for (let left = true; left; ) {
    try {
      appendFileSync(filler, block);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      left = false;
    }
  }
  return { free: () => rmSync(filler) };
}

test.skipIf(!canMount)(
  'a full disk loses nothing, stops no page, and is caught up with once there is room',
  async () => {
    await using plant = createFaultPlant();
    using _disk = mountMemory(plant.stateDir, '96m');
    const machine = createMachine(plant.watchDir);
    machine.write(500);
    const running = await plant.start();
    await running.listening;
    await waitUntil('all is counted', () => countRows(plant.dbPath) === 500);
    expect((await running.fetch('/health')).status).toBe(200);

    const filler = fill(plant.stateDir);
    // More than fits in what the write-ahead log has set aside already.
    for (let i = 0; i < 30; i++) {
      machine.write(1_000);
      await sleep(100);
    }
    await waitUntil('/health says degraded', async () => (await running.fetch('/health')).status === 503);
    const health = await running.health();
    expect(health).toMatchObject({ status: 'degraded', storage: false, database: false });
    expect(new Set(await statusesOf(running))).toEqual(new Set([200]));
    const countedRows = readRows(plant.dbPath);
    expect(countedRows.length).toBeLessThan(machine.written);
    expect(findBookFaults(plant.dbPath)).toEqual([]);

    filler.free();
    await waitUntil('all is counted', () => countRows(plant.dbPath) === machine.written);
    await waitUntil('/health says healthy', async () => (await running.fetch('/health')).status === 200);
    const rows = readRows(plant.dbPath);
    expect(rows.map(({ file }) => file).sort()).toEqual(listFiles(plant.watchDir));
    expect(findBookFaults(plant.dbPath)).toEqual([]);
    const unitById = new Map(rows.map(({ id, file }) => [id, file]));
    expect(countedRows.filter(({ id, file }) => unitById.get(id) !== file)).toEqual([]);
    expect(await running.terminate()).toMatchObject({ code: 0 });
  },
);

test.skipIf(!canMount)(
  'killed and started again on a full disk, it goes on where it was once there is room',
  async () => {
    await using plant = createFaultPlant();
    using _disk = mountMemory(plant.stateDir, '96m');
    const machine = createMachine(plant.watchDir);
    const countedRows = await countFirst(plant, machine, 'kill');
    const filler = fill(plant.stateDir);
    machine.write(3_000);
    const second = await plant.start();
    await second.listening;
    await sleep(3_000);
    expect((await second.fetch('/health')).status).toBe(503);
    expect(new Set(await statusesOf(second))).toEqual(new Set([200]));
    filler.free();
    await expectAll(plant, 5_000, countedRows);
  },
);

test.skipIf(!canMount)(
  'where a full disk leaves no room to open the database it says so, and starts once there is room',
  async () => {
    await using plant = createFaultPlant();
    using _disk = mountMemory(plant.stateDir, '96m');
    const machine = createMachine(plant.watchDir);
    const countedRows = await countFirst(plant, machine, 'terminate');
    const filler = fill(plant.stateDir);
    machine.write(3_000);
    const second = await plant.start();
    expect(await second.exited).toBe(1);
    expect(second.output()).toMatch(/The database .*data\.sqlite cannot be opened: its disk is full/);
    filler.free();
    await (await plant.start()).listening;
    await expectAll(plant, 5_000, countedRows);
  },
);

/** Has the first 2 000 images counted and ends; answers what was recorded. */
async function countFirst(
  plant: FaultPlant,
  machine: ReturnType<typeof createMachine>,
  end: 'kill' | 'terminate',
): Promise<BookedRow[]> {
  machine.write(2_000);
  const first = await plant.start();
  await first.listening;
  await waitUntil('all is counted', () => countRows(plant.dbPath) === 2_000);
  // Before the end, because a reader leaves a log beside the file.
  const countedRows = readRows(plant.dbPath);
  await first[end]();
  return countedRows;
}

/** All images are there, those counted before under the same ids. */
async function expectAll(
  { dbPath }: FaultPlant,
  count: number,
  countedRows: readonly BookedRow[],
): Promise<void> {
  await waitUntil('all is counted', () => countRows(dbPath) === count);
  const fileById = new Map(readRows(dbPath).map(({ id, file }) => [id, file]));
  expect(countedRows.filter(({ id, file }) => fileById.get(id) !== file)).toEqual([]);
  expect(findBookFaults(dbPath)).toEqual([]);
}

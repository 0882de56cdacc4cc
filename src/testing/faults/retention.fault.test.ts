import { setTimeout as sleep } from 'node:timers/promises';
import BetterSqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { countRows, listFiles, readRows } from './books.ts';
import { imageName, writeImage } from './plant-images.ts';
import { createFaultPlant, type FaultPlant, type PlantProcess, waitUntil } from './plant-process.ts';

const dayMs = 86_400_000;
const files = 6_000;
const rounds = 5;
const kept = 40;
const settings = { RETENTION_INSPECTION_DAYS: '30' };

/** Most of them 31 to 60 days old, some of today. */
function writePlant({ watchDir }: FaultPlant): void {
  for (let i = 0; i < files; i++) {
    const at = i < kept ? Date.now() - i * 60_000 : Date.now() - (32 + (i % 2800) / 100) * dayMs;
    writeImage(watchDir, `S${i % 3}/OR-${i % 2}CT/${imageName(i % 10 ? 'OK' : 'NG', at, i)}`);
  }
}

/** Everything ever counted, by minutes and by hours, as the file itself has it. */
function readCounts({ dbPath }: FaultPlant): unknown {
  const db = new BetterSqlite(dbPath, { readonly: true });
  try {
    const sums = (table: string) =>
      db
        .prepare(`select count(*) as n, sum(ok) as ok, sum(ng) as ng, sum(unmatched) as u from ${table}`)
        .get();
    return [sums('inspection_minutes'), sums('inspection_hours')];
  } finally {
    db.close();
  }
}

async function isRead(plant: PlantProcess): Promise<boolean> {
  const { state, backfill, incomplete, lastSweep } = await plant.source();
  return state === 'online' && backfill === null && incomplete === 0 && lastSweep !== null;
}

const run = (plant: PlantProcess) => plant.fetch('/api/v1/retention/run', { method: 'POST' });

test(`a process killed ${rounds} times while it cleans up counts nothing twice and brings no inspection back`, async () => {
  await using plant = createFaultPlant();
  writePlant(plant);
  const first = await plant.start();
  await first.listening;
  await waitUntil('all is counted', async () => (await isRead(first)) && countRows(plant.dbPath) === files);
  await first.kill();
  const counts = readCounts(plant);
  let midway = 0;
  let before = files;
  for (let round = 0; round < rounds; round++) {
    const running = await plant.start({ ...settings, RECONCILE_INTERVAL_MIN: '1' });
    await running.listening;
    await waitUntil('the folder is read', () => isRead(running));
    expect((await run(running)).status).toBe(200);
    await waitUntil(
      'some rows are gone',
      () => countRows(plant.dbPath) < before - 300 || countRows(plant.dbPath) <= kept,
    );
    await sleep(Math.random() * 60);
    await running.kill();
    const rows = countRows(plant.dbPath);
    expect(rows).toBeLessThanOrEqual(before);
    if (rows > kept && rows < before) midway += 1;
    before = rows;
    expect(readCounts(plant)).toEqual(counts);
  }
  expect(midway).toBeGreaterThan(1);
  const last = await plant.start(settings);
  await last.listening;
  // Nobody asks: what was cut short goes on by itself.
  await waitUntil('the old rows are gone', () => countRows(plant.dbPath) === kept);
  await last.fetch('/api/v1/rescan', { method: 'POST' });
  await waitUntil('the folder is read', () => isRead(last));
  expect(countRows(plant.dbPath)).toBe(kept);
  expect(readRows(plant.dbPath).every(({ capturedAt }) => capturedAt > Date.now() - 30 * dayMs)).toBe(true);
  expect(readCounts(plant)).toEqual(counts);
  expect(listFiles(plant.watchDir)).toHaveLength(files);
  expect((await last.source()).knownFiles).toBe(files);
  expect(await last.terminate()).toMatchObject({ code: 0 });
}, 240_000);

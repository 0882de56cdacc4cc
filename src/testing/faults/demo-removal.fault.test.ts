import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteDb } from '../../schema/db.ts';
import { writePlainPictures } from '../demo-fixture.ts';
import { drawJpeg } from '../image-plant.ts';
import { createFaultPlant, type FaultPlant, type PlantProcess } from './plant-process.ts';

const patience = { timeout: 150_000, interval: 100 };
let plant: FaultPlant;
beforeEach(() => {
  plant = createFaultPlant();
});
afterEach(() => plant[Symbol.asyncDispose]());

const demoDir = () => join(plant.stateDir, 'demo');
const knownFiles = async (server: PlantProcess) =>
  (await server.health()).stats.sources.reduce((sum, { knownFiles }) => sum + knownFiles, 0);

/** Rows of the database as the next process would find them. */
async function rowCounts() {
  const db = openSqliteDb(plant.dbPath);
  const { inspections, stations, roots, liveImages, repairs } = db.tables;
  const counts = {
    images: (await db.read.select({ id: inspections.id }).from(inspections)).length,
    stations: (await db.read.select().from(stations)).map(({ name }) => name),
    roots: (await db.read.select().from(roots)).length,
    liveImages: (await db.read.select().from(liveImages)).length,
    removals: (await db.read.select().from(repairs)).filter(({ name }) => name === 'removal').length,
  };
  await db.close();
  return counts;
}

test('a process killed while the demo plant is removed: the next one removes the rest', async () => {
  await writePlainPictures(join(demoDir(), '.linesight-demo'));
  const folder = join(plant.watchDir, 'S9', 'OR-3CT');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'OK-20250906-101000-1.jpg'), await drawJpeg(64, 48));
  const first = await plant.start();
  await first.listening;
  await expect.poll(() => knownFiles(first), patience).toBeGreaterThan(15_000);

  const headers = { 'sec-fetch-site': 'same-origin' };
  const removing = first
    .fetch('/demo/remove', { method: 'POST', headers, redirect: 'manual' })
    .catch(() => {});
  const isRemoving = async () => /[1-9][\d,]* images? (?:is|are) gone/.test(await first.text('/demo/status'));
  await expect.poll(isRemoving, { ...patience, interval: 10 }).toBe(true);
  await first.kill();
  await removing;
  expect(await rowCounts()).toMatchObject({ removals: 1, roots: 2 });

  const second = await plant.start();
  await second.listening;
  await expect
    .poll(async () => (await second.text('/demo/status')).includes('There is none'), patience)
    .toBe(true);
  await second.kill();
  expect(await rowCounts()).toEqual({ images: 1, stations: ['S9'], roots: 1, liveImages: 0, removals: 0 });
  expect(existsSync(demoDir())).toBe(false);
  expect(existsSync(`${demoDir()}-live`)).toBe(false);
});

import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isNotNull, min, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { poolFolderIn } from '../simulator/picture-pool.ts';
import { writePlainPictures } from '../testing/demo-fixture.ts';
import { createTestApp, type TestApp, testNow } from '../testing/test-app.ts';

/** Longer than a busy machine takes for a history of some days. */
const patience = { timeout: 120_000, interval: 50 };
const form = { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } };
let pictures: string;
let plant: TestApp;

beforeAll(async () => {
  pictures = mkdtempSync(join(tmpdir(), 'linesight-pictures-'));
  await writePlainPictures(pictures);
});
afterAll(() => rmSync(pictures, { recursive: true, force: true }));
afterEach(() => plant.close());

/** A plant whose demo need not draw. */
async function open(): Promise<void> {
  plant = await createTestApp({
    images: ['S9/OR-3CT/OK-20250906-101000-1.jpg', 'S9/OR-3CT/NG-20250906-101100-2.jpg'],
    before: (folder) => {
      const pool = poolFolderIn(join(folder, 'state', 'demo', '.linesight-demo'));
      mkdirSync(dirname(pool), { recursive: true });
      cpSync(poolFolderIn(pictures), pool, { recursive: true });
    },
  });
}

async function press(name: string): Promise<number> {
  return (await plant.post(`/demo/${name}`, form)).status;
}

async function rowsOf(name: 'inspections' | 'stations' | 'parts' | 'roots' | 'liveChannels' | 'liveImages') {
  const { db } = plant.services;
  const [row] = await db.read.select({ n: sql`count(*)`.mapWith(Number) }).from(db.tables[name]);
  return row?.n ?? 0;
}

/** How old the oldest image is, and how many are missing from the disk. */
async function oldestDays(): Promise<number> {
  const { read, tables } = plant.services.db;
  const [row] = await read.select({ at: min(tables.inspections.capturedAt) }).from(tables.inspections);
  return (testNow - (row?.at ?? testNow)) / 86_400_000;
}
async function missing(): Promise<number> {
  const { read, tables } = plant.services.db;
  return (await read.select().from(tables.inspections).where(isNotNull(tables.inspections.missingAt))).length;
}

/** Stations that a page marks as made up. */
async function marksOn(path: string): Promise<number> {
  return (await plant.text(path)).split('class="demo-mark"').length - 1;
}

async function countOf(station: string) {
  const answer = (await plant.json('/api/stats?period=1w', { method: 'POST' })) as {
    stations: Record<string, { totals: { total: number } }>;
  };
  return answer.stations[station]?.totals.total ?? 0;
}

test('it runs, stops for good and goes without a trace, and what is real stays', async () => {
  await open();
  const { demo, inspections } = plant.services;
  // With pictures there, the start took it for a plant of before.
  await expect.poll(() => demo.state, patience).toBe('running');
  expect(await plant.text('/system')).toContain('Running');
  // What was announced before the first picture was drawn is what the folder holds: a sweep adds and misses nothing.
  const announced = await rowsOf('inspections');
  expect(announced).toBeGreaterThan(20_000);
  expect(await oldestDays()).toBeGreaterThan(6.5);
  await expect.poll(() => inspections.sources.list().length, patience).toBe(2);
  await inspections.sources.rescan();
  expect(await rowsOf('inspections')).toBe(announced);
  expect(await missing()).toBe(0);
  expect(await rowsOf('roots')).toBe(2);

  // Every head of a station that is the demo plant's alone says so; S9 has real images as well.
  expect(await marksOn('/inspections?period=1w')).toBe(3);
  expect(await marksOn('/?kiosk=1&period=1w')).toBe(3);
  expect(await marksOn('/overview')).toBe(3);
  expect(await marksOn('/stations/S4')).toBe(1);
  expect(await marksOn('/stations/S9')).toBe(0);
  expect(await marksOn('/live/station/S12')).toBe(1);

  expect(await press('stop')).toBe(303);
  expect(demo.state).toBe('stopped');
  expect(await plant.text('/system')).toContain('Stopped');
  expect(existsSync(join(demo.dir, '.linesight-demo', 'stopped'))).toBe(true);
  expect(await plant.text('/')).toContain('Demo plant: these images are drawn by the program');

  expect(await press('remove')).toBe(303);
  await expect.poll(() => demo.state, patience).toBe('absent');
  expect(await rowsOf('inspections')).toBe(2);
  expect(await rowsOf('stations')).toBe(1);
  expect(await rowsOf('parts')).toBe(1);
  expect(await rowsOf('roots')).toBe(1);
  expect(await rowsOf('liveImages')).toBe(0);
  expect(await countOf('S9')).toBe(2);
  expect(await countOf('S4')).toBe(0);
  expect(readdirSync(dirname(demo.dir)).filter((name) => name.startsWith('demo'))).toEqual([]);
  expect(await plant.text('/')).not.toContain('Demo plant: these images');
  expect(await press('remove')).toBe(303);
  expect(await plant.text('/system')).toContain('Start the demo plant');
});

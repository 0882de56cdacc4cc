import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findSequenceGaps } from '../inspections/sequence-gaps.ts';
import { createTestClock } from '../kernel/clock.ts';
import { createLog } from '../kernel/log.ts';
import { createWallClock } from '../kernel/time-zone.ts';
import { type DemoPlant, type DemoPlantOptions, startDemoPlant } from './demo-plant.ts';
import { openPicturePool } from './picture-pool.ts';
import type { PlantTruth } from './plant-truth.ts';

const timeZone = 'Asia/Seoul';
const wallClock = createWallClock(timeZone);
const now = wallClock.toEpochMs(2025, 9, 9, 10, 30, 0);
const minuteMs = 60_000;
const hourMs = 3_600_000;
const log = createLog({ level: 'silent', pretty: false });
let drawn: string;
let dir: string;
let clock: ReturnType<typeof createTestClock>;
let running: DemoPlant[];

/** Drawing takes seconds, so it is done once; each test gets a copy of the pictures. */
beforeAll(async () => {
  drawn = await mkdtemp(join(tmpdir(), 'linesight-drawn-'));
  await openPicturePool(drawn, new AbortController().signal);
}, 120_000);
afterAll(() => rm(drawn, { recursive: true, force: true }));

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'linesight-demo-'));
  await cp(drawn, join(dir, '.linesight-demo'), { recursive: true });
  clock = createTestClock(now);
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((plant) => plant.stop()));
  await rm(dir, { recursive: true, force: true });
});

async function start(change: Partial<DemoPlantOptions> = {}): Promise<DemoPlant> {
  const plant = startDemoPlant({
    dir,
    seed: '7',
    clock,
    log,
    timeZone,
    historyHours: 2,
    olderDays: 1,
    ...change,
  });
  running.push(plant);
  await plant.ready;
  return plant;
}

type Found = { station: string; part: string; name: string };

async function listImages(): Promise<Found[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('.linesight-demo'))
    .map(({ parentPath, name }) => {
      const [station, part] = parentPath.slice(dir.length + 1).split('/');
      return { station: station!, part: part!, name };
    });
}

async function listPaths(): Promise<Set<string>> {
  return new Set((await listImages()).map(({ station, part, name }) => `${station}/${part}/${name}`));
}

/** What an observer who knows nothing of the plan counts in the folder. */
async function countFolder(): Promise<object> {
  const counts: Record<string, { ok: number; ng: number; unmatched: number }> = {};
  for (const { station, part, name } of await listImages()) {
    counts[`${station}/${part}`] ??= { ok: 0, ng: 0, unmatched: 0 };
    counts[`${station}/${part}`]![
      name.startsWith('OK-') ? 'ok' : name.startsWith('NG-') ? 'ng' : 'unmatched'
    ] += 1;
  }
  return counts;
}

function countsOf(truth: PlantTruth): object {
  return Object.fromEntries(
    truth.stations.flatMap(({ station, parts }) =>
      parts.map(({ part, counts }) => [`${station}/${part}`, counts]),
    ),
  );
}

describe('the history', () => {
  test('is on the disk when the plant is ready, and the truth is what the folder holds', async () => {
    const plant = await start();
    const truth = plant.truth();
    expect(countsOf(truth)).toEqual(await countFolder());
    expect(truth.counts.ok).toBeGreaterThan(2_000);
    expect(truth.counts.ng).toBeGreaterThan(100);
    expect(truth.ngBursts.some(({ station, endAt }) => station === 'S7-D2' && endAt > now)).toBe(true);
  });

  test('takes little space: thousands of files share the drawn pictures', async () => {
    await start();
    const images = await listImages();
    const seen = new Map<number, number>();
    for (const { station, part, name } of images) {
      const { ino, size } = await stat(join(dir, station, part, name));
      seen.set(ino, size);
    }
    expect(images.length).toBeGreaterThan(2_000);
    expect([...seen.values()].reduce((sum, size) => sum + size, 0)).toBeLessThan(15e6);
  });

  test('is made of complete pictures of 640×480', async () => {
    await start();
    const images = await listImages();
    for (let index = 0; index < images.length; index += Math.ceil(images.length / 25)) {
      const { station, part, name } = images[index]!;
      const bytes = await readFile(join(dir, station, part, name));
      expect(bytes.subarray(-2).toString('hex')).toBe('ffd9');
      const { width, height } = await sharp(bytes).metadata();
      expect([width, height]).toEqual([640, 480]);
    }
  });

  test('a file without a readable name has its capture time as modification time', async () => {
    const plant = await start();
    const others = (await listImages()).filter(({ name }) => name.startsWith('calibration-'));
    expect(others.length).toBeGreaterThanOrEqual(3);
    for (const { station, part, name } of others) {
      const { mtimeMs } = await stat(join(dir, station, part, name));
      const { counts } = plant.truth({ startAt: mtimeMs, endAt: mtimeMs + 1 });
      expect(counts.unmatched).toBe(1);
    }
  });

  test('holds the COUNT gaps of the plan and no others', async () => {
    const plant = await start();
    const found: unknown[] = [];
    for (const key of Object.keys(await countFolder())) {
      const [station, part] = key.split('/');
      const rows = (await listImages()).flatMap(({ name, ...place }) => {
        const match = /^..-(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-(\d+)\.jpg$/.exec(name);
        if (match === null || place.station !== station || place.part !== part) return [];
        const [year, month, day, hour, minute, second, sequence] = match.slice(1).map(Number) as number[];
        return [
          {
            capturedAt: wallClock.toEpochMs(year!, month!, day!, hour!, minute!, second!),
            sequence: sequence!,
          },
        ];
      });
      rows.sort((left, right) => left.capturedAt - right.capturedAt || left.sequence - right.sequence);
      found.push(...findSequenceGaps(rows).map((gap) => ({ station, part, ...gap })));
    }
    const { gaps } = plant.truth();
    expect(gaps.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['missing', 'repeated', 'reset']));
    expect(found).toHaveLength(gaps.length);
    expect(found).toEqual(expect.arrayContaining(gaps));
  });
});

describe('the running plant', () => {
  test('makes what the clock says is due, each a file of its own', async () => {
    const plant = await start();
    const before = plant.stats().images;
    for (let minute = 0; minute < 20; minute += 1) {
      clock.advance(minuteMs);
      await plant.produce();
    }
    expect(countsOf(plant.truth())).toEqual(await countFolder());
    expect(plant.stats().images - before).toBeGreaterThan(200);
    const images = await listImages();
    const newest = images.filter(({ name }) => name.includes('20250909-104')).slice(0, 20);
    for (const { station, part, name } of newest)
      expect((await stat(join(dir, station, part, name))).nlink).toBe(1);
    expect(images.filter(({ name }) => name.startsWith('.'))).toEqual([]);
  });

  test('a unit that is judged anew is renamed, not made twice', async () => {
    const plant = await start();
    const seen = new Set<string>();
    for (let minute = 0; minute < 10; minute += 1) {
      clock.advance(minuteMs);
      await plant.produce();
      for (const path of await listPaths()) seen.add(path);
    }
    const [unit] = plant.truth({ startAt: now, endAt: clock.now() }).rejudged;
    const isUnit = (path: string): boolean =>
      path.startsWith(`${unit!.station}/${unit!.part}/`) && path.endsWith(`-${unit!.sequence}.jpg`);
    const verdicts = (paths: Iterable<string>): string[] =>
      [...paths].filter(isUnit).map((path) => path.split('/')[2]!.slice(0, 2));
    expect(verdicts(seen).sort()).toEqual(['NG', 'OK']);
    expect(verdicts(await listPaths())).toEqual(['OK']);
    expect(countsOf(plant.truth())).toEqual(await countFolder());
  });

  test('at double speed units come twice as often', async () => {
    const made = async (speed: number): Promise<number> => {
      clock.set(now);
      const plant = await start({
        speed,
        dir: join(dir, `speed-${speed}`),
        historyHours: 0.1,
        olderDays: 0.01,
      });
      const before = plant.stats().images;
      clock.advance(30 * minuteMs);
      await plant.produce();
      return plant.stats().images - before;
    };
    for (const speed of [1, 2]) {
      await mkdir(join(dir, `speed-${speed}`));
      await cp(drawn, join(dir, `speed-${speed}`, '.linesight-demo'), { recursive: true });
    }
    const ratio = (await made(2)) / (await made(1));
    expect(ratio).toBeGreaterThan(1.7);
    expect(ratio).toBeLessThan(2.3);
  });

  test('the oldest images are deleted beyond the limit', async () => {
    const plant = await start({ maxImages: 500 });
    const images = await listImages();
    expect(images).toHaveLength(500);
    expect(plant.stats()).toMatchObject({ images: 500, state: 'running' });
    const { newestAt, oldestAt } = plant.stats();
    expect(newestAt).toBeGreaterThan(now - 2 * minuteMs);
    expect(oldestAt).toBeGreaterThan(now - hourMs);
  });
});

describe('after a restart', () => {
  test('the plant goes on where the folder ends and makes nothing twice', async () => {
    await (await start()).stop();
    const before = await listPaths();
    clock.advance(10 * minuteMs);
    const plant = await start();
    expect(countsOf(plant.truth())).toEqual(await countFolder());
    const after = await listPaths();
    expect(after.size).toBeGreaterThan(before.size + 50);
    expect([...before.difference(after)]).toEqual([]);
  });

  test('a history that was cut short is completed', async () => {
    const ending = new AbortController();
    const plant = startDemoPlant({
      dir,
      seed: '7',
      clock,
      log,
      timeZone,
      olderDays: 1,
      signal: ending.signal,
    });
    running.push(plant);
    while (plant.stats().images < 300) await new Promise((resolve) => setTimeout(resolve, 1));
    ending.abort();
    await expect(plant.ready).rejects.toThrow();
    await plant.stop();
    const left = (await listImages()).length;
    const again = await start({ historyHours: 3 });
    expect((await listImages()).length).toBeGreaterThan(left);
    expect(countsOf(again.truth())).toEqual(await countFolder());
  });

  test('after days away the time between is filled thinly and COUNT goes on', async () => {
    await (await start()).stop();
    const before = await listPaths();
    clock.advance(72 * hourMs);
    const plant = await start();
    expect(countsOf(plant.truth())).toEqual(await countFolder());
    const added = plant.truth({ startAt: now, endAt: clock.now() });
    expect(added.counts.ok).toBeGreaterThan(2_000);
    expect(added.counts.ok).toBeLessThan(12_000);
    expect(added.ngBursts.some(({ endAt }) => endAt > clock.now())).toBe(true);
    expect([...before.difference(await listPaths())]).toEqual([]);
  });

  test('deleted old images are not made again', async () => {
    await (await start({ maxImages: 500 })).stop();
    clock.advance(minuteMs);
    await start({ maxImages: 500 });
    expect(await listImages()).toHaveLength(500);
  });

  test('what a killed process left half written is removed', async () => {
    await (await start()).stop();
    const leftover = join(dir, 'S9', 'OR-3CT', '.tmp-OK-20250909-103000-1.jpg');
    await writeFile(leftover, 'half');
    await start();
    await expect(stat(leftover)).rejects.toThrow('ENOENT');
  });
});

test('in a folder with images of its own, COUNT goes on from the largest', async () => {
  const folder = join(dir, 'S9', 'OR-3CT');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'OK-20250909-102000-41234.jpg'), 'theirs');
  await utimes(join(folder, 'OK-20250909-102000-41234.jpg'), now / 1000, now / 1000);
  const plant = await start();
  const counts = (await readdir(folder)).flatMap((name) => {
    const count = Number(/-(\d+)\.jpg$/.exec(name)?.[1]);
    return name.startsWith('calibration') ? [] : [count];
  });
  expect(Math.min(...counts)).toBe(41_234);
  expect(counts).toContain(41_235);
  expect(plant.truth().startAt).toBe(wallClock.toEpochMs(2025, 9, 9, 10, 20, 1));
});

test('a folder that cannot be written is told, not retried for ever', async () => {
  const file = join(dir, 'file');
  await writeFile(file, '');
  const plant = startDemoPlant({ dir: file, seed: '7', clock, log, timeZone });
  await expect(plant.ready).rejects.toThrow();
  expect(plant.stats().state).toBe('failed');
  expect(() => plant.truth()).toThrow('still being set up');
  await plant.stop();
});

test('stopping while pictures are drawn leaves nothing behind', async () => {
  const fresh = join(dir, 'fresh');
  const plant = startDemoPlant({ dir: fresh, seed: '7', clock, log, timeZone });
  await new Promise((resolve) => setTimeout(resolve, 300));
  await plant.stop();
  await expect(plant.ready).rejects.toThrow();
  expect(await readdir(join(fresh, '.linesight-demo'))).toEqual([]);
});

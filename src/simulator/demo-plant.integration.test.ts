import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { findSequenceGaps } from '../inspections/gaps/find-gaps.ts';
import { countsOf, now, useDemoFolder, wallClock } from '../testing/demo-fixture.ts';
import { usualHistory } from './demo-schedule.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const demo = useDemoFolder();

describe('the history', () => {
  test('is on the disk when the plant is ready, and the truth matches the folder', async () => {
    const plant = await demo.start();
    const truth = plant.truth();
    expect(countsOf(truth)).toEqual(await demo.countFolder());
    expect(truth.counts.ok).toBeGreaterThan(2_000);
    expect(truth.counts.ng).toBeGreaterThan(100);
    expect(truth.ngBursts.some(({ station, endAt }) => station === 'S7-D2' && endAt > now)).toBe(true);
  });

  test('of the last day is as dense as the present, and all of it is kept', async () => {
    const plant = await demo.start(usualHistory);
    const images = await demo.listImages();
    expect(plant.truth().counts.ok).toBe(images.filter(({ name }) => name.startsWith('OK-')).length);
    expect(images.length).toBeLessThan(30_000);
    // The last day, without its partial first and last hours; a name holds its hour: OK-20250909-10…
    const since = wallClock.format(now - 23 * hourMs, 'date').replaceAll('-', '');
    const hours = Map.groupBy(images, ({ name }) => name.slice(3, 14));
    const hourly = [...hours].filter(([hour]) => hour > `${since}-11` && hour < '20250909-10');
    expect(hourly).toHaveLength(22);
    demo.clock.advance(hourMs);
    await plant.produce();
    const { counts } = plant.truth({ startAt: now, endAt: now + hourMs });
    const usual = hourly.map(([, { length }]) => length).toSorted((a, b) => a - b)[11]!;
    expect((counts.ok + counts.ng) / usual).toBeGreaterThan(0.6);
    expect((counts.ok + counts.ng) / usual).toBeLessThan(1.6);
  });

  test('takes little space: thousands of files share a few hundred pictures', async () => {
    await demo.start();
    const images = await demo.listImages();
    const files = new Set<number>();
    for (const { station, part, name } of images)
      files.add((await stat(join(demo.dir, station, part, name))).ino);
    expect(images.length).toBeGreaterThan(2_000);
    expect(files.size).toBeLessThan(200);
  });

  test('is made of complete pictures of 640×480', async () => {
    await demo.start();
    const images = await demo.listImages();
    for (let index = 0; index < images.length; index += Math.ceil(images.length / 25)) {
      const { station, part, name } = images[index]!;
      const bytes = await readFile(join(demo.dir, station, part, name));
      expect(bytes.subarray(-2).toString('hex')).toBe('ffd9');
      const { width, height } = await sharp(bytes).metadata();
      expect([width, height]).toEqual([640, 480]);
    }
  });

  test('a file without a readable name has its capture time as modification time', async () => {
    const plant = await demo.start();
    const others = (await demo.listImages()).filter(({ name }) => name.startsWith('calibration-'));
    expect(others.length).toBeGreaterThanOrEqual(3);
    for (const { station, part, name } of others) {
      const { mtimeMs } = await stat(join(demo.dir, station, part, name));
      const { counts } = plant.truth({ startAt: mtimeMs, endAt: mtimeMs + 1 });
      expect(counts.unmatched).toBe(1);
    }
  });

  test('has the COUNT gaps of the plan and no others', async () => {
    const plant = await demo.start();
    const found: unknown[] = [];
    for (const key of Object.keys(await demo.countFolder())) {
      const [station, part] = key.split('/');
      const rows = (await demo.listImages()).flatMap(({ name, ...place }) => {
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
  test('writes the images that are due, each a file of its own', async () => {
    const plant = await demo.start();
    const before = plant.stats().images;
    for (let minute = 0; minute < 20; minute += 1) {
      demo.clock.advance(minuteMs);
      await plant.produce();
    }
    expect(countsOf(plant.truth())).toEqual(await demo.countFolder());
    expect(plant.stats().images - before).toBeGreaterThan(200);
    const images = await demo.listImages();
    const newest = images.filter(({ name }) => name.includes('20250909-104')).slice(0, 20);
    for (const { station, part, name } of newest)
      expect((await stat(join(demo.dir, station, part, name))).nlink).toBe(1);
    expect(images.filter(({ name }) => name.startsWith('.'))).toEqual([]);
  });

  test('a unit that is judged again is renamed, not written twice', async () => {
    const plant = await demo.start();
    const seen = new Set<string>();
    for (let minute = 0; minute < 10; minute += 1) {
      demo.clock.advance(minuteMs);
      await plant.produce();
      for (const path of await demo.listPaths()) seen.add(path);
    }
    const [unit] = plant.truth({ startAt: now, endAt: demo.clock.now() }).rejudged;
    const isUnit = (path: string): boolean =>
      path.startsWith(`${unit!.station}/${unit!.part}/`) && path.endsWith(`-${unit!.sequence}.jpg`);
    const verdicts = (paths: Iterable<string>): string[] =>
      [...paths].filter(isUnit).map((path) => path.split('/')[2]!.slice(0, 2));
    expect(verdicts(seen).sort()).toEqual(['NG', 'OK']);
    expect(verdicts(await demo.listPaths())).toEqual(['OK']);
    expect(countsOf(plant.truth())).toEqual(await demo.countFolder());
  });

  test('at double speed units are produced twice as often', async () => {
    const made = async (speed: number): Promise<number> => {
      demo.clock.set(now);
      const plant = await demo.start({
        speed,
        dir: join(demo.dir, `speed-${speed}`),
        historyHours: 0.1,
        olderDays: 0.01,
      });
      const before = plant.stats().images;
      demo.clock.advance(30 * minuteMs);
      await plant.produce();
      return plant.stats().images - before;
    };
    for (const speed of [1, 2]) {
      await mkdir(join(demo.dir, `speed-${speed}`));
      await demo.lendPictures(join(demo.dir, `speed-${speed}`));
    }
    const ratio = (await made(2)) / (await made(1));
    expect(ratio).toBeGreaterThan(1.7);
    expect(ratio).toBeLessThan(2.3);
  });

  test('the oldest images are deleted beyond the limit', async () => {
    const plant = await demo.start({ maxImages: 500 });
    const images = await demo.listImages();
    expect(images).toHaveLength(500);
    expect(plant.stats()).toMatchObject({ images: 500, state: 'running' });
    const { newestAt, oldestAt } = plant.stats();
    expect(newestAt).toBeGreaterThan(now - 2 * minuteMs);
    expect(oldestAt).toBeGreaterThan(now - hourMs);
  });
});

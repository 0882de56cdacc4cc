import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { countsOf, now, useDemoFolder, wallClock } from '../testing/demo-fixture.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const demo = useDemoFolder();

describe('after a restart', () => {
  test('the plant continues where the folder ends and writes nothing twice', async () => {
    await (await demo.start()).stop();
    const before = await demo.listPaths();
    demo.clock.advance(10 * minuteMs);
    const plant = await demo.start();
    expect(countsOf(plant.truth())).toEqual(await demo.countFolder());
    const after = await demo.listPaths();
    expect(after.size).toBeGreaterThan(before.size + 50);
    expect([...before.difference(after)]).toEqual([]);
  });

  test('an interrupted history is completed', async () => {
    const ending = new AbortController();
    const plant = demo.launch({ historyHours: 3, signal: ending.signal });
    while (plant.stats().images < 300) await new Promise((resolve) => setTimeout(resolve, 1));
    ending.abort();
    await expect(plant.ready).rejects.toThrow();
    await plant.stop();
    const left = (await demo.listImages()).length;
    const again = await demo.start({ historyHours: 3 });
    expect((await demo.listImages()).length).toBeGreaterThan(left);
    expect(countsOf(again.truth())).toEqual(await demo.countFolder());
  });

  test('after days of absence the gap is filled thinly and COUNT continues', async () => {
    await (await demo.start()).stop();
    const before = await demo.listPaths();
    demo.clock.advance(72 * hourMs);
    const plant = await demo.start();
    expect(countsOf(plant.truth())).toEqual(await demo.countFolder());
    const added = plant.truth({ startAt: now, endAt: demo.clock.now() });
    expect(added.counts.ok).toBeGreaterThan(2_000);
    expect(added.counts.ok).toBeLessThan(12_000);
    expect(added.ngBursts.some(({ endAt }) => endAt > demo.clock.now())).toBe(true);
    expect([...before.difference(await demo.listPaths())]).toEqual([]);
  });

  test('deleted old images are not written again', async () => {
    await (await demo.start({ maxImages: 500 })).stop();
    demo.clock.advance(minuteMs);
    await demo.start({ maxImages: 500 });
    expect(await demo.listImages()).toHaveLength(500);
  });

  test('files that a killed process left half written are removed', async () => {
    await (await demo.start()).stop();
    const leftover = join(demo.dir, 'S9', 'OR-3CT', '.tmp-OK-20250909-103000-1.jpg');
    await writeFile(leftover, 'half');
    await demo.start();
    await expect(stat(leftover)).rejects.toThrow('ENOENT');
  });
});

test('in a folder that holds images, COUNT continues from the largest', async () => {
  const folder = join(demo.dir, 'S9', 'OR-3CT');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'OK-20250909-102000-41234.jpg'), 'theirs');
  await utimes(join(folder, 'OK-20250909-102000-41234.jpg'), now / 1000, now / 1000);
  const plant = await demo.start();
  const counts = (await readdir(folder)).flatMap((name) => {
    const count = Number(/-(\d+)\.jpg$/.exec(name)?.[1]);
    return name.startsWith('calibration') ? [] : [count];
  });
  expect(Math.min(...counts)).toBe(41_234);
  expect(counts).toContain(41_235);
  expect(plant.truth().startAt).toBe(wallClock.toEpochMs(2025, 9, 9, 10, 20, 1));
});

test('a folder that cannot be written is reported, not retried forever', async () => {
  const file = join(demo.dir, 'file');
  await writeFile(file, '');
  const plant = demo.launch({ dir: file });
  await expect(plant.ready).rejects.toThrow();
  expect(plant.stats().state).toBe('failed');
  expect(() => plant.truth()).toThrow('still being set up');
  await plant.stop();
});

describe('the history is announced', () => {
  /** Paths of the announced images; the first call may end the plant. */
  function listen(onAnnounced: () => void = () => {}) {
    const announced: Set<string>[] = [];
    const announce = async (images: Iterable<{ folder: string; name: string }>) => {
      announced.push(new Set([...images].map(({ folder, name }) => `${folder}/${name}`)));
      onAnnounced();
    };
    return { announced, announce };
  }

  test('before the first image, as it is written then; a plant that goes on announces nothing', async () => {
    const { announced, announce } = listen();
    const plant = await demo.start({ announce });
    expect(await plant.announced).toBe(true);
    expect(announced).toEqual([await demo.listPaths()]);
    await plant.stop();
    const again = await demo.start({ announce });
    expect(await again.announced).toBe(false);
    expect(announced).toHaveLength(1);
  });

  test('and a plant killed before it wrote any writes what was announced, with what came since', async () => {
    const ending = new AbortController();
    const { announced, announce } = listen(() => ending.abort());
    await expect(demo.launch({ announce, signal: ending.signal }).ready).rejects.toThrow();
    expect(await demo.listPaths()).toEqual(new Set());
    demo.clock.advance(2 * minuteMs);
    await demo.start({ announce });
    expect(announced[0]!.size).toBeGreaterThan(2_000);
    expect([...announced[0]!.difference(announced[1]!)]).toEqual([]);
    expect(announced[1]!.size).toBeGreaterThan(announced[0]!.size);
    expect(await demo.listPaths()).toEqual(announced[1]);
  });

  test('but not where that fails: then nothing is written', async () => {
    const plant = demo.launch({ announce: () => Promise.reject(new Error('the database is away')) });
    await expect(plant.announced).rejects.toThrow('could not be set up');
    expect(plant.stats().state).toBe('failed');
    expect(await demo.listPaths()).toEqual(new Set());
  });
});

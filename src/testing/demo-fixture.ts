import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { createLog } from '../kernel/log.ts';
import { createWallClock } from '../kernel/time/time-zone.ts';
import { type DemoPlant, type DemoPlantOptions, startDemoPlant } from '../simulator/demo-plant.ts';
import { listPoolPictures, poolFolderIn } from '../simulator/picture-pool.ts';
import type { PlantTruth } from '../simulator/plant-truth.ts';
import { createTestClock } from './test-clock.ts';

const timeZone = 'Asia/Seoul';
export const wallClock = createWallClock(timeZone);
/** When every test begins: a Tuesday. */
export const now = wallClock.toEpochMs(2025, 9, 9, 10, 30, 0);
const silentLog = createLog({ level: 'silent', pretty: false });

type FoundImage = { station: string; part: string; name: string };

/** A demo folder for each test, and what an observer who knows nothing of the plan sees in it. */
export type DemoFixture = {
  readonly dir: string;
  readonly clock: ReturnType<typeof createTestClock>;
  /** Starts a plant on the folder; it is stopped after the test. */
  launch(change?: Partial<DemoPlantOptions>): DemoPlant;
  /** The same, and waits until it is ready. */
  start(change?: Partial<DemoPlantOptions>): Promise<DemoPlant>;
  /** Copies the pictures into another demo folder, so that its plant need not draw. */
  lendPictures(dir: string): Promise<void>;
  listImages(): Promise<FoundImage[]>;
  /** `station/part/name` of every image. */
  listPaths(): Promise<Set<string>>;
  /** Images by verdict and `station/part`, by their names alone. */
  countFolder(): Promise<object>;
};

/** Writes one plain picture for each that a demo plant would draw into the folder it keeps its pictures in. */
export async function writePlainPictures(folder: string): Promise<void> {
  const plain = { width: 640, height: 480, channels: 3, background: '#557' } as const;
  const jpeg = await sharp({ create: plain }).jpeg().toBuffer();
  for (const { file } of listPoolPictures()) {
    const path = join(poolFolderIn(folder), file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, jpeg);
  }
}

/** Registers the fixture's hooks. Plain pictures stand in for the drawn ones, which take seconds to make. */
export function useDemoFolder(): DemoFixture {
  let pictures: string;
  let dir: string;
  let clock: ReturnType<typeof createTestClock>;
  let running: DemoPlant[];
  const lendPictures = (to: string): Promise<void> =>
    cp(pictures, join(to, '.linesight-demo'), { recursive: true });

  beforeAll(async () => {
    pictures = await mkdtemp(join(tmpdir(), 'linesight-pictures-'));
    await writePlainPictures(pictures);
  });
  afterAll(() => rm(pictures, { recursive: true, force: true }));
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'linesight-demo-'));
    await lendPictures(dir);
    clock = createTestClock(now);
    running = [];
  });
  afterEach(async () => {
    await Promise.all(running.map((plant) => plant.stop()));
    await rm(dir, { recursive: true, force: true });
  });

  async function listImages(): Promise<FoundImage[]> {
    const entries = await readdir(dir, { recursive: true, withFileTypes: true });
    const images = entries.filter((entry) => entry.isFile() && !entry.parentPath.includes('.linesight-demo'));
    return images.map(({ parentPath, name }) => {
      const [station, part] = parentPath.slice(dir.length + 1).split('/');
      return { station: station!, part: part!, name };
    });
  }

  function launch(change: Partial<DemoPlantOptions> = {}): DemoPlant {
    const usual = { dir, seed: '7', clock, log: silentLog, timeZone, historyHours: 2, olderDays: 1 };
    const plant = startDemoPlant({ ...usual, ...change });
    running.push(plant);
    return plant;
  }

  return {
    get dir() {
      return dir;
    },
    get clock() {
      return clock;
    },
    launch,
    start: async (change) => {
      const plant = launch(change);
      await plant.ready;
      return plant;
    },
    lendPictures,
    listImages,
    listPaths: async () =>
      new Set((await listImages()).map(({ station, part, name }) => `${station}/${part}/${name}`)),
    countFolder: async () => {
      const counts: Record<string, { ok: number; ng: number; unmatched: number }> = {};
      for (const { station, part, name } of await listImages()) {
        counts[`${station}/${part}`] ??= { ok: 0, ng: 0, unmatched: 0 };
        const kind = name.startsWith('OK-') ? 'ok' : name.startsWith('NG-') ? 'ng' : 'unmatched';
        counts[`${station}/${part}`]![kind] += 1;
      }
      return counts;
    },
  };
}

/** The truth in the same shape as `countFolder`. */
export function countsOf(truth: PlantTruth): object {
  return Object.fromEntries(
    truth.stations.flatMap(({ station, parts }) =>
      parts.map(({ part, counts: { ok, ng, unmatched } }) => [`${station}/${part}`, { ok, ng, unmatched }]),
    ),
  );
}

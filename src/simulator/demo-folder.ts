import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { WallClock } from '../kernel/time/time-zone.ts';
import type { PicturePool } from './picture-pool.ts';
import {
  copyImage,
  ensureFolder,
  isTemporary,
  linkImage,
  listNames,
  readName,
  removeFiles,
  removeIfEmpty,
  temporaryPrefix,
} from './place-image.ts';
import type { PlannedImage } from './plant-station.ts';
import type { StationPlan } from './plant-stations.ts';
import { settle } from './plant-truth.ts';

/** Younger images are real copies, so that their modification time is true; older ones are links and cost no space. */
const freshMs = 60_000;

/** The file names of a demo folder by `station/part`. */
export type DemoContents = Map<string, Set<string>>;

/** Lists a demo folder's images, and removes files that a killed process left half copied. */
export async function readDemoContents(dir: string, stations: readonly StationPlan[]): Promise<DemoContents> {
  const contents: DemoContents = new Map();
  for (const { station, parts } of stations) {
    for (const part of parts) {
      const names = await listNames(join(dir, station, part));
      const leftovers = names.filter(isTemporary);
      await Promise.all(leftovers.map((name) => rm(join(dir, station, part, name), { force: true })));
      contents.set(`${station}/${part}`, new Set(names.filter((name) => !isTemporary(name))));
    }
  }
  return contents;
}

/** What a demo plant names its images; half-written ones included. */
function isDemoImage(name: string): boolean {
  const whole = isTemporary(name) ? name.slice(temporaryPrefix.length) : name;
  return whole.endsWith('.jpg') && (readName(whole) !== undefined || /^calibration-\d+\.jpg$/.test(whole));
}

/** Deletes the images of a demo folder, and its folders where nothing else is in them. Can be repeated. */
export async function removeDemoImages(dir: string, stations: readonly StationPlan[]): Promise<void> {
  for (const { station, parts } of stations) {
    for (const part of parts) await removeFiles(join(dir, station, part), isDemoImage);
    await removeIfEmpty(join(dir, station));
  }
}

export type ContentsSummary = {
  /** Capture times of the oldest and newest image with a time in its name; null when there is none. */
  oldestAt: number | null;
  newestAt: number | null;
  /** Largest COUNT by `station/part`. */
  largest: Record<string, number>;
};

/** The facts in the names of a demo folder. */
export function summarize(contents: DemoContents, wallClock: WallClock): ContentsSummary {
  let oldest: string | null = null;
  let newest: string | null = null;
  const largest: Record<string, number> = {};
  for (const [key, names] of contents) {
    for (const name of names) {
      const facts = readName(name);
      if (facts === undefined) continue;
      largest[key] = Math.max(largest[key] ?? 0, facts.sequence);
      if (oldest === null || facts.localTime < oldest) oldest = facts.localTime;
      if (newest === null || facts.localTime > newest) newest = facts.localTime;
    }
  }
  return { oldestAt: toInstant(oldest, wallClock), newestAt: toInstant(newest, wallClock), largest };
}

/** The instant of a name's `20250906-102131`. */
function toInstant(localTime: string | null, wallClock: WallClock): number | null {
  if (localTime === null) return null;
  const [date, time] = localTime.split('-') as [string, string];
  const [year, month, day] = [date.slice(0, 4), date.slice(4, 6), date.slice(6)].map(Number);
  const [hour, minute, second] = [time.slice(0, 2), time.slice(2, 4), time.slice(4)].map(Number);
  return wallClock.toEpochMs(year!, month!, day!, hour!, minute!, second!);
}

/** Writes planned images to the disk, each once, and deletes the oldest. */
export type Shelf = {
  /** Writes the image in its state at `now`; does nothing when its file exists. */
  place(image: PlannedImage, now: number): Promise<void>;
  /** Renames a unit that was judged again. */
  rejudge(image: PlannedImage): Promise<void>;
  /** Deletes the oldest images beyond the limit. */
  prune(): Promise<void>;
  readonly size: number;
  /** Capture time of the oldest image that exists. */
  readonly oldestAt: number | null;
};

/** `contents` are the existing files; images before `oldestAt` were deleted and are not written again. */
export function createShelf(options: {
  dir: string;
  pool: PicturePool;
  contents: DemoContents;
  oldestAt: number | null;
  maxImages: number;
}): Shelf {
  const { dir, pool, contents, oldestAt, maxImages } = options;
  /** By path and in order of capture, oldest first. */
  const placed = new Map<string, PlannedImage>();
  const folders = new Map<string, Promise<void>>();
  const folderOf = ({ station, part }: PlannedImage): string => join(dir, station, part);

  async function make(image: PlannedImage, fileName: string, now: number): Promise<void> {
    const folder = folderOf(image);
    if (!folders.has(folder)) folders.set(folder, ensureFolder(folder));
    await folders.get(folder);
    const picture = pool.pathOf(image.part, image.defect, image.picture);
    if (image.verdict === null) await copyImage(picture, folder, fileName, image.capturedAt);
    else if (now - image.capturedAt < freshMs) await copyImage(picture, folder, fileName);
    else await linkImage(picture, folder, fileName);
  }

  return {
    place: async (image, now) => {
      if (oldestAt !== null && image.capturedAt < oldestAt) return;
      const names = contents.get(`${image.station}/${image.part}`);
      const { fileName } = settle(image, now);
      const isOldName = fileName !== image.fileName && names?.has(image.fileName);
      if (isOldName) await rename(join(folderOf(image), image.fileName), join(folderOf(image), fileName));
      else if (!names?.has(fileName)) await make(image, fileName, now);
      placed.set(join(folderOf(image), image.fileName), image);
    },
    rejudge: async (image) => {
      const from = join(folderOf(image), image.fileName);
      try {
        await rename(from, join(folderOf(image), image.rejudged!.fileName));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    },
    prune: async () => {
      for (const [path, image] of placed) {
        if (placed.size <= maxImages) return;
        await rm(path, { force: true });
        if (image.rejudged) await rm(join(folderOf(image), image.rejudged.fileName), { force: true });
        placed.delete(path);
      }
    },
    get size() {
      return placed.size;
    },
    get oldestAt() {
      return placed.values().next().value?.capturedAt ?? null;
    },
  };
}

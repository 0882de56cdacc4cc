import { LRUCache } from 'lru-cache';
import type { Log } from '../../log.ts';
import type { Clock } from '../../time/clock.ts';
import type { Thumbnail } from './thumbnail.ts';
import { createThumbnailBudget, type DiskUsage } from './thumbnail-budget.ts';
import { createThumbnailFiles } from './thumbnail-files.ts';

/** Memory for the newest thumbnails, which all viewers request within the same second. */
const maxMemoryBytes = 16 * 1024 * 1024;
/** Memory per entry besides its bytes. */
const entryOverheadBytes = 300;

export type ThumbnailShelf = {
  /** Reads from memory. */
  recall(path: string): Thumbnail | undefined;
  /** Reads from disk, and keeps the thumbnail in memory. */
  read(path: string, type: Thumbnail['type']): Promise<Thumbnail | undefined>;
  /** Keeps a thumbnail in memory. */
  remember(path: string, thumbnail: Thumbnail): void;
  /** Writes to disk if possible: on a full or read-only disk, images are merely drawn again. */
  store(path: string, thumbnail: Thumbnail): Promise<void>;
  sweep(keepBytes?: number): Promise<void>;
  stats(): ShelfStats;
  stop(): Promise<void>;
};

export type ShelfStats = {
  disk: DiskUsage;
  /** Why thumbnails cannot be stored (an errno code such as ENOSPC), and since when; null when they can. */
  storeError: { code: string; since: number } | null;
};

/** Stores drawn thumbnails: the latest in memory, up to `budgetBytes` in `dir`. */
export function createThumbnailShelf({
  dir,
  budgetBytes,
  clock,
  log,
  firstSweepAfterMs,
}: {
  dir: string;
  budgetBytes: number;
  clock: Clock;
  log: Log;
  firstSweepAfterMs: number;
}): ThumbnailShelf {
  const files = createThumbnailFiles(clock);
  const budget = createThumbnailBudget({ dir, budgetBytes, run: files.run, clock, log, firstSweepAfterMs });
  const memory = new LRUCache<string, Thumbnail>({
    maxSize: maxMemoryBytes,
    sizeCalculation: (thumbnail) => thumbnail.bytes.length + entryOverheadBytes,
  });
  let storeError: ShelfStats['storeError'] = null;

  async function read(path: string, type: Thumbnail['type']): Promise<Thumbnail | undefined> {
    const stored = await files.read(path, type);
    if (stored) memory.set(path, stored);
    return stored;
  }

  async function store(path: string, thumbnail: Thumbnail): Promise<void> {
    if (!budget.hasRoom()) return;
    try {
      await files.write(path, thumbnail.bytes);
      budget.count(thumbnail.bytes.length);
      if (storeError) log.info({ dir }, 'Thumbnails can be stored again');
      storeError = null;
    } catch (error) {
      noteFailure(error instanceof Error && 'code' in error ? String(error.code) : 'unknown');
    }
  }

  function noteFailure(code: string): void {
    if (storeError?.code === code) return;
    log.warn({ dir, code }, 'Thumbnails cannot be stored and are drawn again for each request');
    storeError = { code, since: clock.now() };
  }

  return {
    recall: (path) => memory.get(path),
    read,
    remember: (path, thumbnail) => void memory.set(path, thumbnail),
    store,
    sweep: budget.sweep,
    stats: () => ({ disk: budget.usage(), storeError }),
    stop: budget.stop,
  };
}

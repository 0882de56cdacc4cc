import { type FoundFile, maxBatchFiles } from '../found-files.ts';
import type { PackedNames } from './packed-names.ts';
import type { FolderState, ScanContext } from './scan-context.ts';

/** Batches on their way at once: one being written while the next is made. */
const batchesInFlight = 2;

/** Older images of one folder, newest last, so that the newest are popped first. */
type Shelf = { folder: FolderState; names: PackedNames; order: Float64Array; left: number };

/** One bit more than four million names fit beside a time in seconds within the 53 bits of a number. */
const indexBits = 2 ** 22;
export const maxShelfFiles = indexBits;

/**
 * Images older than the recent hour, taken by their names alone and written in the background, newest first over
 * all folders. What is here is lost with the process and found again by the next sweep, because a folder counts as
 * listed only once all of it is in the database.
 */
export type Backfill = {
  add(folder: FolderState, names: PackedNames, capturedAt: readonly number[]): void;
  /** Files written and files found, since nothing was left the last time. */
  readonly progress: { done: number; total: number; startedAt: number } | null;
  readonly added: number;
  settle(): Promise<void>;
  stop(): void;
};

export function createBackfill(context: ScanContext, toFile: (name: string) => FoundFile): Backfill {
  const shelves: Shelf[] = [];
  const inFlight = new Set<Promise<void>>();
  let progress: { done: number; total: number; startedAt: number } | null = null;
  let running: Promise<void> | undefined;
  let stopped = false;
  let added = 0;

  function add(folder: FolderState, names: PackedNames, capturedAt: readonly number[]): void {
    if (names.length === 0) return;
    const order = Float64Array.from(capturedAt, (at, i) => Math.floor(at / 1000) * indexBits + i).sort();
    shelves.push({ folder, names, order, left: order.length });
    folder.waiting += names.length;
    progress ??= { done: 0, total: 0, startedAt: context.clock.now() };
    progress.total += names.length;
    running ??= new Promise(setImmediate).then(drain);
  }

  async function drain(): Promise<void> {
    while (shelves.length > 0 && !stopped) {
      const shelf = newestShelf(shelves);
      const files = takeNewest(shelf, toFile);
      if (shelf.left === 0) shelves.splice(shelves.indexOf(shelf), 1);
      const sending = deliver(shelf.folder, files).finally(() => inFlight.delete(sending));
      inFlight.add(sending);
      if (inFlight.size >= batchesInFlight) await Promise.race(inFlight);
    }
    await Promise.all(inFlight);
    running = undefined;
    if (shelves.length === 0) progress = null;
    else if (!stopped) running = drain();
  }

  async function deliver(folder: FolderState, files: FoundFile[]): Promise<void> {
    const receipt = await context.send({ folder: folder.ref, files });
    added += receipt.added;
    folder.fileCount += receipt.added;
    folder.waiting -= files.length;
    if (progress) progress.done += files.length;
    if (folder.waiting === 0 && folder.unsaved) context.sendListed(folder);
  }

  return {
    add,
    get progress() {
      return progress;
    },
    get added() {
      return added;
    },
    settle: async () => {
      while (running) await running;
    },
    stop: () => {
      stopped = true;
    },
  };
}

function newestShelf(shelves: readonly Shelf[]): Shelf {
  return shelves.reduce((best, shelf) => (headOf(shelf) > headOf(best) ? shelf : best));
}

function headOf(shelf: Shelf): number {
  return Math.floor((shelf.order[shelf.left - 1] ?? 0) / indexBits);
}

function takeNewest(shelf: Shelf, toFile: (name: string) => FoundFile): FoundFile[] {
  const count = Math.min(maxBatchFiles, shelf.left);
  const files: FoundFile[] = [];
  for (let i = 0; i < count; i++) {
    const index = (shelf.order[--shelf.left] ?? 0) % indexBits;
    files.push(toFile(shelf.names.get(index)));
  }
  // Rising times grow the indexes at one end, which SQLite does best.
  return files.reverse();
}

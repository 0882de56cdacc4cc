import { join } from 'node:path';
import { lookUpFile } from '../disk/look-up.ts';
import { type FoundFile, maxBatchFiles } from '../model/found-batch.ts';
import { noteArrived, pathOf } from '../state/folder-state.ts';
import type { PackedNames } from '../state/packed-names.ts';
import type { FolderState, ScanContext } from '../state/scan-context.ts';
import { inspectFile, toFoundFile } from './inspect-file.ts';

/** Unacknowledged batches: one is written while the next is built. */
const batchesInFlight = 2;
/** A running sweep delays the backfill no longer than this: walking a slow share takes minutes. */
const longestHoldMs = 10_000;
/** Files looked at before events, timers and messages get a turn. */
const looksPerTurn = 100;

/** Older images of one folder, in rising order of time; the newest are taken from the end. */
type Shelf = {
  folder: FolderState;
  names: PackedNames;
  order: Float64Array;
  left: number;
  mustLook: boolean;
};

/** An index (four million names) and a time (68 years of seconds) together fit the 53 bits of a number. */
const indexBits = 2 ** 22;
const secondBits = 2 ** 31;
const firstSecond = Date.UTC(2000, 0, 1) / 1000;
export const maxShelfFiles = indexBits;

/**
 * Records images older than the recent hour in the background, newest first across all folders. In folders where no file
 * can be half-written, names alone are recorded and no file is opened. The backlog is lost with the process and found
 * again by the next sweep, because a folder counts as listed only once all of it is in the database.
 */
export type Backfill = {
  /** `mustLook`: files of the folder may still be being written, so each is checked. */
  add(folder: FolderState, names: PackedNames, capturedAt: readonly number[], mustLook: boolean): void;
  /** Whether files of the folder are not recorded yet. */
  holds(folder: FolderState): boolean;
  /** Delays the start of a backfill until the returned function is called. */
  hold(): () => void;
  /** Files recorded out of files found since the backlog was last empty; null while it is empty. */
  readonly progress: { done: number; total: number; startedAt: number } | null;
  readonly added: number;
  settle(): Promise<void>;
  stop(): void;
};

/** `onUnfinished` receives files that turn out to be incomplete, `onDelivered` those that are in the database now. */
export function createBackfill(
  context: ScanContext,
  onUnfinished: (folder: FolderState, name: string) => void,
  onDelivered: (folder: FolderState, file: FoundFile) => void,
): Backfill {
  const shelves: Shelf[] = [];
  const inFlight = new Set<Promise<void>>();
  const unwritten = new Map<FolderState, number>();
  let progress: { done: number; total: number; startedAt: number } | null = null;
  let running: Promise<void> | undefined;
  let held: Promise<void> = Promise.resolve();
  let stopped = false;
  let added = 0;

  function add(
    folder: FolderState,
    names: PackedNames,
    capturedAt: readonly number[],
    mustLook: boolean,
  ): void {
    if (names.length === 0) return;
    const order = new Float64Array(capturedAt.length);
    for (const [i, at] of capturedAt.entries()) order[i] = secondOf(at) * indexBits + i;
    order.sort();
    shelves.push({ folder, names, order, left: order.length, mustLook });
    folder.waiting += names.length;
    unwritten.set(folder, (unwritten.get(folder) ?? 0) + names.length);
    progress ??= { done: 0, total: 0, startedAt: context.clock.now() };
    progress.total += names.length;
    running ??= held.then(drain);
  }

  function hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, longestHoldMs);
    held = promise;
    return () => {
      clearTimeout(timer);
      resolve();
    };
  }

  async function drain(): Promise<void> {
    while (shelves.length > 0 && !stopped) {
      const shelf = newestShelf(shelves);
      const names = takeNewest(shelf);
      if (shelf.left === 0) shelves.splice(shelves.indexOf(shelf), 1);
      const files = shelf.mustLook
        ? await lookAt(shelf.folder, names)
        : names.map((name) => byName(context, shelf.folder, name));
      const sending = deliver(shelf.folder, files).finally(() => inFlight.delete(sending));
      inFlight.add(sending);
      if (inFlight.size >= batchesInFlight) await Promise.race(inFlight);
    }
    await Promise.all(inFlight);
    running = undefined;
    if (shelves.length === 0) progress = null;
    else if (!stopped) running = drain();
  }

  async function lookAt(folder: FolderState, names: readonly string[]): Promise<FoundFile[]> {
    const files: FoundFile[] = [];
    for (const [i, name] of names.entries()) {
      const look = inspectFile(context, folder, name);
      if (look.state === 'complete') files.push(look.file);
      else {
        onUnfinished(folder, name);
        finish(folder, 1);
      }
      if ((i + 1) % looksPerTurn === 0) await new Promise(setImmediate);
    }
    return files;
  }

  async function deliver(folder: FolderState, files: FoundFile[]): Promise<void> {
    if (files.length === 0) return;
    const receipt = await context.send({ folder: folder.ref, files });
    added += receipt.added;
    for (const file of files) if (file.modifiedAt !== null) onDelivered(folder, file);
    finish(folder, files.length);
  }

  function finish(folder: FolderState, count: number): void {
    if (progress) progress.done += count;
    const left = (unwritten.get(folder) ?? 0) - count;
    if (left > 0) unwritten.set(folder, left);
    else unwritten.delete(folder);
    noteArrived(context, folder, count);
  }

  return {
    add,
    holds: (folder) => unwritten.has(folder),
    hold,
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

/**
 * A file by its name alone. Only where its local time occurs twice is the file looked up, because its time of change tells
 * which of the two is meant, as it does for a file that is opened.
 */
function byName(context: ScanContext, folder: FolderState, name: string): FoundFile {
  const unseen = { sizeBytes: 0, modifiedAt: 0, inode: null, isHeard: false };
  const file = toFoundFile(context, folder, name, unseen);
  const isTwice = context.wallClock.secondRunAt(file.capturedAt) !== undefined;
  const found = isTwice ? lookUpFile(join(pathOf(context, folder), name)) : undefined;
  const modifiedAt = found?.state === 'there' ? Math.round(found.stats.mtimeMs) : 0;
  const { capturedAt } = isTwice ? toFoundFile(context, folder, name, { ...unseen, modifiedAt }) : file;
  return { ...file, capturedAt, sizeBytes: null, modifiedAt: null };
}

/** A time out of range is clamped: only the order of such files suffers. */
function secondOf(at: number): number {
  return Math.min(Math.max(Math.floor(at / 1000) - firstSecond, 0), secondBits - 1);
}

function newestShelf(shelves: readonly Shelf[]): Shelf {
  return shelves.reduce((best, shelf) => (headOf(shelf) > headOf(best) ? shelf : best));
}

function headOf(shelf: Shelf): number {
  return Math.floor((shelf.order[shelf.left - 1] ?? 0) / indexBits);
}

/** The newest names, in rising order of time: SQLite is fastest when indexes grow at one end. */
function takeNewest(shelf: Shelf): string[] {
  const count = Math.min(maxBatchFiles, shelf.left);
  const names: string[] = [];
  for (let i = 0; i < count; i++) {
    const index = (shelf.order[--shelf.left] ?? 0) % indexBits;
    names.push(shelf.names.get(index));
  }
  return names.reverse();
}

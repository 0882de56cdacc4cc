import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { maxBatchFiles } from '../model/found-batch.ts';
import type { ScanStatus } from '../model/root-status.ts';
import { noteArrived, noteUnreadable, pathOf } from '../state/folder-state.ts';
import type { NameSet } from '../state/name-set.ts';
import type { FolderState, ScanContext } from '../state/scan-context.ts';
import { inspectFile, type Look } from './inspect-file.ts';
import { createLag } from './lag.ts';

/** More than this many names waiting at once are left to the next sweep. */
const maxWaitingFiles = 50_000;
const firstRetryMs = 25;
const longestRetryMs = 1_000;
/** Files looked at before events, timers and messages get a turn. */
const looksPerTurn = 500;
/**
 * Files delivered last, by size and time: a writer's closing event must not bring the same file again. Later ones are
 * compared with the database, because meanwhile the file may have had another name.
 */
const maxRememberedFiles = 5_000;
const rememberedMs = 10_000;

type Complete = Extract<Look, { state: 'complete' }>;

/** Times are of `performance.now()`, which goes on evenly when the system clock is set. */
type Waiting = {
  folder: FolderState;
  name: string;
  dueAt: number;
  retryMs: number;
  seen?: { sizeBytes: number; modifiedAt: number; unchangedSince: number };
};

/**
 * The way of new files into the database: a name is offered (by an event or a sweep), looked at until the file is
 * complete, and sent in batches a folder. A file still growing waits and is looked at again.
 */
export type Intake = {
  /** False when full: the caller must have the folder swept again. `isHeard` says that an event told of the name. */
  offer(folder: FolderState, name: string, isHeard?: boolean): boolean;
  /** Called for a name that turned out not to be a file. */
  onGone(handler: (folder: FolderState, name: string) => unknown): void;
  /** Settles when there is room for a good deal of names, growing files excepted. */
  room(): Promise<void>;
  /** Whether a file was offered and is not decided yet. */
  isWaiting(folder: FolderState, name: string): boolean;
  /** A file that was away is looked at as if it were new. */
  forget(folder: FolderState, name: string): void;
  /** The same for all files of the folder that are no longer among `names`. */
  forgetAllBut(folder: FolderState, names: NameSet): void;
  /** Settles when nothing offered so far is undecided, growing files excepted. */
  settle(): Promise<void>;
  readonly waiting: number;
  readonly added: number;
  /** From a complete file to its row, of the newest thousand. */
  lag(): ScanStatus['lag'];
  stop(): void;
};

export function createIntake(context: ScanContext): Intake {
  /** What events told is looked at before what a sweep found: a first sweep of many images must not hold up the newest. */
  const heard = new Map<string, Waiting>();
  const queue = new Map<string, Waiting>();
  const growing = new Map<string, Waiting>();
  const delivered = new LRUCache<string, string>({ max: maxRememberedFiles, ttl: rememberedMs });
  let gone: (folder: FolderState, name: string) => unknown = () => {};
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let added = 0;
  const lag = createLag();
  const startedAt = context.clock.now();

  function offer(folder: FolderState, name: string, isHeard = false): boolean {
    const key = keyOf(folder, name);
    const waiting = growing.get(key) ?? (isHeard ? queue.get(key) : undefined);
    if (waiting) {
      growing.delete(key);
      queue.delete(key);
      heard.set(key, { ...waiting, retryMs: firstRetryMs });
    } else if (!heard.has(key) && !queue.has(key)) {
      if (heard.size + queue.size + growing.size >= maxWaitingFiles) return false;
      folder.waiting++;
      (isHeard ? heard : queue).set(key, { folder, name, dueAt: 0, retryMs: firstRetryMs });
    }
    running ??= new Promise(setImmediate).then(drain);
    return true;
  }

  async function drain(): Promise<void> {
    try {
      while (heard.size + queue.size > 0 && !stopped) {
        const ready = lookAtSome();
        await Promise.all([...ready].map(([folder, looks]) => deliver(folder, looks)));
        await new Promise(setImmediate);
      }
    } finally {
      running = undefined;
      scheduleRetry();
    }
  }

  function lookAtSome(): Map<FolderState, Complete[]> {
    const ready = new Map<FolderState, Complete[]>();
    let looks = 0;
    for (const [key, item] of nextWaiting()) {
      if (looks++ >= looksPerTurn) break;
      heard.delete(key);
      queue.delete(key);
      const { folder, name } = item;
      const look = inspectFile(context, join(pathOf(context, folder), name), name, item.seen);
      if (look.state === 'growing') keepLooking(key, item, look);
      else if (look.state === 'complete' && !isHistory(look) && !isDelivered(key, look)) {
        const looks = ready.get(folder);
        if (looks) looks.push(look);
        else ready.set(folder, [look]);
      } else drop(key, item, look);
    }
    return ready;
  }

  function* nextWaiting(): Generator<[string, Waiting]> {
    yield* heard;
    yield* queue;
  }

  function isHistory({ file }: Complete): boolean {
    return file.capturedAt < context.keepSince;
  }

  function isDelivered(key: string, { file }: Complete): boolean {
    const content = `${file.sizeBytes}:${file.modifiedAt}`;
    if (delivered.get(key) === content) return true;
    delivered.set(key, content);
    return false;
  }

  function drop(key: string, { folder, name }: Waiting, look: Look): void {
    if (look.state === 'gone') {
      delivered.delete(key);
      gone(folder, name);
    } else if (look.state === 'unreadable') {
      folder.names?.delete(name);
      folder.again = true;
      noteUnreadable(context, folder, name, look.reason);
    }
    noteArrived(context, folder, 1);
  }

  function keepLooking(key: string, item: Waiting, look: { sizeBytes: number; modifiedAt: number }): void {
    const now = performance.now();
    const same = item.seen?.sizeBytes === look.sizeBytes && item.seen.modifiedAt === look.modifiedAt;
    const unchangedSince = same && item.seen ? item.seen.unchangedSince : now;
    const retryMs = Math.min(item.retryMs * 2, longestRetryMs);
    const seen = { sizeBytes: look.sizeBytes, modifiedAt: look.modifiedAt, unchangedSince };
    growing.set(key, { ...item, retryMs, dueAt: now + item.retryMs, seen });
  }

  async function deliver(folder: FolderState, looks: Complete[]): Promise<void> {
    looks.sort((a, b) => b.file.capturedAt - a.file.capturedAt);
    for (let from = 0; from < looks.length; from += maxBatchFiles) {
      const batch = looks.slice(from, from + maxBatchFiles);
      const receipt = await context.send({ folder: folder.ref, files: batch.map(({ file }) => file) });
      const now = context.clock.now();
      added += receipt.added;
      if (!folder.names) folder.fileCount += receipt.added;
      for (const { file, changedAt } of batch) {
        folder.names?.add(file.name);
        // What was there before the start says nothing about how fast new images arrive.
        if (changedAt > startedAt) lag.add(Math.max(now - changedAt, 0));
      }
      noteArrived(context, folder, batch.length);
    }
  }

  function scheduleRetry(): void {
    if (stopped || timer || growing.size === 0) return;
    const next = Math.min(...[...growing.values()].map((item) => item.dueAt));
    timer = setTimeout(requeueDue, Math.max(next - performance.now(), 5));
  }

  function requeueDue(): void {
    timer = undefined;
    const now = performance.now();
    for (const [key, item] of growing) {
      if (item.dueAt > now) continue;
      growing.delete(key);
      heard.set(key, item);
    }
    if (heard.size > 0) running ??= drain();
    else scheduleRetry();
  }

  async function settle(): Promise<void> {
    while (running) await running;
  }

  return {
    offer,
    onGone: (handler) => {
      gone = handler;
    },
    settle,
    room: async () => {
      if (heard.size + queue.size > maxWaitingFiles / 2) await settle();
    },
    isWaiting: (folder, name) => [heard, queue, growing].some((names) => names.has(keyOf(folder, name))),
    forget: (folder, name) => void delivered.delete(keyOf(folder, name)),
    forgetAllBut: (folder, names) => {
      const prefix = keyOf(folder, '');
      for (const key of delivered.keys()) {
        const name = key.startsWith(prefix) ? key.slice(prefix.length) : '/';
        if (!name.includes('/') && !names.has(name)) delivered.delete(key);
      }
    },
    get waiting() {
      return heard.size + queue.size + growing.size;
    },
    get added() {
      return added;
    },
    lag: lag.summary,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

function keyOf(folder: FolderState, name: string): string {
  return `${folder.ref.path}/${name}`;
}

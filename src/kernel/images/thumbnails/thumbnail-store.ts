import { availableParallelism } from 'node:os';
import type { Log } from '../../log.ts';
import type { Clock } from '../../time/clock.ts';
import type { ImageFailure } from '../read-image.ts';
import { createDrawTimes, type DrawTime } from './draw-times.ts';
import { renderThumbnail, type Thumbnail, type ThumbnailSpec } from './thumbnail.ts';
import { createThumbnailEraser, type ThumbnailEraser } from './thumbnail-eraser.ts';
import { thumbnailPath } from './thumbnail-files.ts';
import { createThumbnailQueue, notDone, type Urgency } from './thumbnail-queue.ts';
import { createThumbnailShelf, type ShelfStats } from './thumbnail-shelf.ts';

/** libuv has four threads for files and images; one always stays free for files. */
const maxRendering = 3;
/** At a hundred drawings a second, the last of them waits five seconds. */
const maxWaitingViewers = 500;
const maxWaitingAhead = 256;
/** The first sweep is delayed, to leave the disk to the first pages. */
const defaultFirstSweepAfterMs = 15_000;

export type ThumbnailRequest = {
  /** Identifies the content: the same key must always mean the same image. */
  key: string;
  spec: ThumbnailSpec;
  /** Finds the image (a real path, and the folder it must lie in); called only when there is no thumbnail yet. */
  locate: () => Promise<{ ok: true; realPath: string; root?: string } | ImageFailure>;
  /** Draws the image even if there is a thumbnail: it may have become unreadable, or readable, since. */
  redraw?: boolean;
  /** Keeps it in memory only: it will soon be replaced, and such thumbnails would fill the disk. */
  isFleeting?: boolean;
};

/** `busy`: the queue is full; retry in a few seconds. */
export type ThumbnailAnswer = Thumbnail | ImageFailure | { ok: false; reason: 'busy'; message: string };

export type ThumbnailStore = {
  /** The thumbnail if it is in memory: free, and the image need not exist. */
  recall(key: string, spec: ThumbnailSpec): Thumbnail | undefined;
  /** The thumbnail from memory, from disk, or drawn now. Concurrent requests share one drawing. */
  get(request: ThumbnailRequest): Promise<ThumbnailAnswer>;
  /** Draws the thumbnail when no viewer is waiting; under load, the oldest such requests are dropped. */
  makeAhead(request: ThumbnailRequest): Promise<ThumbnailAnswer>;
  stats(): ThumbnailStats;
  /** Recent drawing times by size and format. */
  drawTimes(): DrawTime[];
  /**
   * Deletes temporary files of dead processes, counts the files, and evicts the least recently used down to `keepBytes`
   * (default: the budget). Also runs by itself soon after the start.
   */
  sweep(keepBytes?: number): Promise<void>;
  /** Deletes what is kept of images that are removed; the caller disposes of it. */
  openEraser(): ThumbnailEraser;
  /** Ends the sweep, drops waiting requests and resolves when the running drawings have ended. */
  stop(): Promise<void>;
};

export type ThumbnailStats = ShelfStats & {
  fromMemory: number;
  fromDisk: number;
  rendered: number;
  failed: number;
  /** Refused or dropped because too many were waiting. */
  notDone: number;
  waitingViewers: number;
  waitingAhead: number;
};

const busy: ThumbnailAnswer = {
  ok: false,
  reason: 'busy',
  message: 'too many images are waiting to be drawn',
};

/** Thumbnails in `dir`, up to `budgetBytes` of disk space; all files in it may be deleted at any time. */
export function createThumbnailStore({
  dir,
  budgetBytes,
  clock,
  log,
  firstSweepAfterMs = defaultFirstSweepAfterMs,
}: {
  dir: string;
  budgetBytes: number;
  clock: Clock;
  log: Log;
  firstSweepAfterMs?: number;
}): ThumbnailStore {
  const shelf = createThumbnailShelf({ dir, budgetBytes, clock, log, firstSweepAfterMs });
  const queue = createThumbnailQueue({
    concurrency: Math.min(availableParallelism(), maxRendering),
    maxViewers: maxWaitingViewers,
    maxAhead: maxWaitingAhead,
  });
  const running = new Map<string, Promise<ThumbnailAnswer>>();
  const drawTimes = createDrawTimes();
  const counts = { fromMemory: 0, fromDisk: 0, rendered: 0, failed: 0, notDone: 0 };
  let stopped = false;

  async function read(path: string, request: ThumbnailRequest): Promise<Thumbnail | undefined> {
    const stored = await shelf.read(path, request.spec.type);
    if (stored) counts.fromDisk += 1;
    return stored;
  }

  async function render(path: string, request: ThumbnailRequest): Promise<ThumbnailAnswer> {
    const located = await request.locate();
    const startedAt = performance.now();
    const answer = located.ok ? await renderThumbnail(located.realPath, request.spec, located.root) : located;
    if (answer.ok) drawTimes.note(request.spec, performance.now() - startedAt);
    counts[answer.ok ? 'rendered' : 'failed'] += 1;
    if (answer.ok) shelf.remember(path, answer);
    if (answer.ok && !request.isFleeting) await shelf.store(path, answer);
    return answer;
  }

  /** For a viewer, an existing thumbnail is read at once: reads do not queue behind drawings. */
  async function produce(
    path: string,
    request: ThumbnailRequest,
    urgency: Urgency,
  ): Promise<ThumbnailAnswer> {
    const readsFirst = urgency === 'viewer' && !request.redraw;
    const stored = readsFirst ? await read(path, request) : undefined;
    if (stored) return stored;
    const readsInTurn = urgency === 'ahead' && !request.redraw && !request.isFleeting;
    const work = async () => (readsInTurn && (await read(path, request))) || render(path, request);
    const answer = stopped ? notDone : await queue.add(path, work, urgency);
    if (answer !== notDone) return answer;
    counts.notDone += 1;
    return busy;
  }

  function recall(key: string, spec: ThumbnailSpec): Thumbnail | undefined {
    const recalled = shelf.recall(thumbnailPath(dir, key, spec));
    if (recalled) counts.fromMemory += 1;
    return recalled;
  }

  function ask(request: ThumbnailRequest, urgency: Urgency): Promise<ThumbnailAnswer> {
    const recalled = request.redraw ? undefined : recall(request.key, request.spec);
    if (recalled) return Promise.resolve(recalled);
    const path = thumbnailPath(dir, request.key, request.spec);
    const current = running.get(path);
    if (current && urgency === 'viewer') queue.hurry(path);
    if (current) return current;
    const answer = produce(path, request, urgency).finally(() => running.delete(path));
    running.set(path, answer);
    return answer;
  }

  function stats(): ThumbnailStats {
    const { viewers, ahead } = queue.size();
    return { ...counts, waitingViewers: viewers, waitingAhead: ahead, ...shelf.stats() };
  }

  async function stop(): Promise<void> {
    stopped = true;
    await Promise.all([queue.stop(), shelf.stop()]);
  }

  return {
    recall,
    get: (request) => ask(request, 'viewer'),
    makeAhead: (request) => ask(request, 'ahead'),
    stats,
    drawTimes: drawTimes.read,
    sweep: shelf.sweep,
    openEraser: () => createThumbnailEraser(dir),
    stop,
  };
}

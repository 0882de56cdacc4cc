import { stat, statfs } from 'node:fs/promises';
import type { FigureKey } from './figures.ts';

/** The part of a watched folder's status that concerns the process. */
export type SystemSource = {
  id: number;
  state: string;
  incomplete: number;
  lastSweep: { durationMs: number } | null;
  backfill: { done: number; total: number } | null;
  lag: { p50Ms: number; p99Ms: number } | null;
};

/** Reads of the other parts of the product. */
export type SystemParts = {
  listSources: () => readonly SystemSource[];
  pendingWrites: () => number;
  streams: () => { viewers: number; topics: number };
  /** Live images delivered and how fast, their viewers, and messages skipped for slow ones. */
  live: () => LiveTotals;
  /** Events of workers by the way they come, since startup. */
  events: () => readonly EventTotals[];
  thumbnails: () => { bytes: number; waiting: number; drawTimes: readonly DrawFigures[] };
  /** When the last clean-up ended, epoch ms; null before the first. */
  cleanedUpAt: () => number | null;
  /** The database file; undefined for a database elsewhere. */
  dbPath: string | undefined;
  stateDir: string;
};

/** Recent drawing times of images in one size. */
export type DrawFigures = { name: string; type: string; p50Ms: number; p95Ms: number };

/** `images` and `skipped` since startup, the rates of the last minute. */
export type LiveTotals = {
  images: number;
  viewers: number;
  skipped: number;
  perSecond: number;
  deliveryP95Ms: number | null;
};

/** `intake` null where others send; else whether this process reads, and since when it is so. */
export type EventTotals = {
  way: string;
  intake: { state: string; sinceAt: number } | null;
  recorded: number;
  duplicates: number;
  refused: number;
  lastAt: number | null;
};

export type SystemState = {
  live: LiveTotals;
  events: readonly EventTotals[];
  drawTimes: readonly DrawFigures[];
  sources: readonly SystemSource[];
  queues: { incomplete: number; backfill: number; writes: number; thumbnails: number };
  streams: { viewers: number; topics: number };
  cleanedUpAt: number | null;
  values: Pick<
    Record<FigureKey, number | null>,
    | 'lag'
    | 'sweep'
    | 'queues'
    | 'viewers'
    | 'liveRate'
    | 'liveTell'
    | 'liveViewers'
    | 'database'
    | 'thumbnails'
    | 'disk'
  >;
};

/** Reads every part once; cheap enough for each scrape. */
export async function readSystemState(parts: SystemParts): Promise<SystemState> {
  const sources = parts.listSources();
  const streams = parts.streams();
  const thumbnails = parts.thumbnails();
  const live = parts.live();
  const queues = {
    incomplete: sum(sources.map(({ incomplete }) => incomplete)),
    backfill: sum(sources.map(({ backfill }) => (backfill ? backfill.total - backfill.done : 0))),
    writes: parts.pendingWrites(),
    thumbnails: thumbnails.waiting,
  };
  return {
    sources,
    queues,
    streams,
    live,
    events: parts.events(),
    drawTimes: thumbnails.drawTimes,
    cleanedUpAt: parts.cleanedUpAt(),
    values: {
      lag: greatest(sources.map(({ lag }) => lag?.p99Ms)),
      sweep: greatest(sources.map(({ lastSweep }) => lastSweep?.durationMs)),
      // Without the backfill, which can take hours after a first start and is no fault.
      queues: queues.incomplete + queues.writes + queues.thumbnails,
      viewers: streams.viewers,
      liveRate: live.perSecond,
      liveTell: live.deliveryP95Ms,
      liveViewers: live.viewers,
      database: parts.dbPath === undefined ? null : await sizeOfDatabase(parts.dbPath),
      thumbnails: thumbnails.bytes,
      disk: await freeBytes(parts.stateDir),
    },
  };
}

async function sizeOfDatabase(path: string): Promise<number | null> {
  const sizes = await Promise.all(
    [path, `${path}-wal`].map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sum(sizes) || null;
}

async function freeBytes(path: string): Promise<number | null> {
  const disk = await statfs(path).catch(() => undefined);
  return disk ? disk.bavail * disk.bsize : null;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function greatest(values: readonly (number | undefined)[]): number | null {
  const known = values.flatMap((value) => value ?? []);
  return known.length > 0 ? Math.max(...known) : null;
}

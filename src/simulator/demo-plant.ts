import { join, resolve } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { AppError } from '../kernel/errors.ts';
import { type Loop, startLoop } from '../kernel/jobs/loop.ts';
import type { Log } from '../kernel/log.ts';
import type { Clock } from '../kernel/time/clock.ts';
import { createWallClock } from '../kernel/time/time-zone.ts';
import { createShelf, type DemoContents, readDemoContents, summarize } from './demo-folder.ts';
import { createProduction, type Production } from './demo-production.ts';
import { beginState, continueState, usualHistory } from './demo-schedule.ts';
import { type DemoState, findDemoState, saveDemoState, toPlantOptions } from './demo-state.ts';
import { listPoolPictures, openPicturePool } from './picture-pool.ts';
import { ensureFolder } from './place-image.ts';
import { type PlantPlan, planPlant } from './plant.ts';
import { demoStations } from './plant-stations.ts';
import { type PlantTruth, settle, truthOf } from './plant-truth.ts';

/** Beyond this many demo images the oldest are deleted; the history and some hours more fit in. */
const maxDemoImages = 36_000;
const tickMs = 250;
/** Pictures and the plan's state; watchers ignore names that begin with a dot. */
export const demoHiddenFolder = '.linesight-demo';

export type DemoPlantOptions = {
  /** Created if missing; images are written to `<dir>/<station>/<part>`. */
  dir: string;
  seed: string;
  clock: Clock;
  log: Log;
  /** IANA name; the machine's when not given. */
  timeZone?: string;
  /** Hours of history at the full rate (24), and days of thin history before (7). */
  historyHours?: number;
  olderDays?: number;
  /** How many times faster than real units come from now on (1). */
  speed?: number;
  maxImages?: number;
  /**
   * Gets the images of the history in order of capture before the first of their pictures is drawn, where the folder holds
   * none yet: pictures take half a minute, and figures need not wait for them. Called again by a plant that was stopped
   * before it wrote any.
   */
  announce?: (images: Iterable<AnnouncedImage>) => Promise<void>;
  /** Stops the plant. */
  signal?: AbortSignal;
};

/** An image that will be written to `<dir>/<folder>/<name>`. */
export type AnnouncedImage = { folder: string; name: string; capturedAt: number };

export type DemoStats = {
  state: 'preparing' | 'running' | 'stopped' | 'failed';
  /** Demo images on the disk. */
  images: number;
  /** Images made by this process. */
  made: number;
  oldestAt: number | null;
  newestAt: number | null;
  /** Pictures drawn so far of those its images are made from; null once it is running. */
  drawing: { done: number; total: number } | null;
};

export type DemoPlant = {
  /** Resolves when the history is announced, with true, or with false where there was nothing to announce. */
  announced: Promise<boolean>;
  /** Resolves when the history is on the disk; rejects when it cannot be written. */
  ready: Promise<void>;
  /**
   * What a dashboard must show for a window (all that was planned so far, when not given), as the plant stands at its
   * last round. Throws `unavailable` before `ready`.
   */
  truth(window?: { startAt: number; endAt: number }): PlantTruth;
  stats(): DemoStats;
  /** Writes all images that are due now, without waiting for the next round. */
  produce(): Promise<void>;
  /** Resolves when writing has stopped. */
  stop(): Promise<void>;
};

/**
 * A plant that writes inspection images like a real one: history first, then live. It may be killed at any moment and
 * restarted on the same folder: it continues where the folder ends and writes nothing twice.
 */
export function startDemoPlant(options: DemoPlantOptions): DemoPlant {
  const { log } = options;
  const ending = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, ending.signal]) : ending.signal;
  let production: Production | undefined;
  let loop: Loop | undefined;
  let failed = false;
  const total = listPoolPictures().length;
  let drawn = 0;
  const announcing = Promise.withResolvers<boolean>();
  // Whoever does not ask for it learns of a failure by `ready`.
  announcing.promise.catch(() => {});

  async function prepare(): Promise<void> {
    const opened = await openFolder(options);
    announcing.resolve(await announceHistory(opened, options));
    signal.throwIfAborted();
    const pool = await openPicturePool(opened.hidden, signal, (pictures) => {
      drawn += pictures;
    });
    drawn = total;
    const { dir, contents, oldestAt, plan } = opened;
    const maxImages = options.maxImages ?? maxDemoImages;
    const shelf = createShelf({ dir, pool, contents, oldestAt, maxImages });
    production = createProduction({ plan, shelf, clock: options.clock, signal });
    await production.catchUp();
    signal.throwIfAborted();
    const { catchUp } = production;
    loop = startLoop({ name: 'demo plant', intervalMs: tickMs, run: catchUp, log });
    signal.addEventListener('abort', () => void loop?.stop(), { once: true });
    log.info({ dir: options.dir, images: production.shelf.size }, 'the demo plant is running');
  }

  const ready = prepare();
  const ended = ready.catch((error: unknown) => {
    failed = !signal.aborted;
    if (failed) log.error({ err: error, dir: options.dir }, 'the demo plant could not be set up');
  });
  ended.then(() => announcing.reject(new AppError('unavailable', 'The demo plant could not be set up.')));
  return {
    announced: announcing.promise,
    ready,
    truth: (window) => {
      if (loop === undefined) throw new AppError('unavailable', 'The demo plant is still being set up.');
      const { plan, producedUntil } = production!;
      const endAt = Math.min(window?.endAt ?? producedUntil + 1, producedUntil + 1);
      return truthOf(plan, { startAt: window?.startAt ?? plan.startAt, endAt, asOf: producedUntil });
    },
    stats: () => ({
      state: failed ? 'failed' : signal.aborted ? 'stopped' : loop === undefined ? 'preparing' : 'running',
      images: production?.shelf.size ?? 0,
      made: production?.made ?? 0,
      oldestAt: production?.shelf.oldestAt ?? null,
      newestAt: production?.newestAt ?? null,
      drawing: loop === undefined ? { done: Math.min(drawn, total), total } : null,
    }),
    produce: async () => {
      await ready;
      await loop?.trigger();
    },
    stop: async () => {
      ending.abort();
      await ended;
      await loop?.stop();
    },
  };
}

/** A demo folder as a plant finds it, and the plan that goes on from there. */
type OpenedFolder = {
  dir: string;
  hidden: string;
  contents: DemoContents;
  /** Images before were deleted and are not written again. */
  oldestAt: number | null;
  /** It holds no image yet. */
  isNew: boolean;
  state: DemoState;
  plan: PlantPlan;
};

/** Reads the state of the folder, and brings it up to now. */
async function openFolder(options: DemoPlantOptions): Promise<OpenedFolder> {
  const dir = resolve(options.dir);
  const hidden = join(dir, demoHiddenFolder);
  const timeZone = options.timeZone ?? Temporal.Now.timeZoneId();
  const { historyHours, olderDays } = { ...usualHistory, ...options };
  const { speed = 1, seed, clock } = options;
  const schedule = { seed, timeZone, historyHours, olderDays, speed };
  await ensureFolder(hidden);
  const contents = await readDemoContents(dir, demoStations);
  const found = summarize(contents, createWallClock(timeZone));
  const known = await findDemoState(hidden);
  const goesOn = known !== undefined && known.seed === seed && known.timeZone === timeZone;
  const state = goesOn
    ? continueState(known, schedule, found, clock.now())
    : beginState(schedule, found, clock.now());
  await saveDemoState(hidden, state);
  return {
    dir,
    hidden,
    contents,
    oldestAt: goesOn ? found.oldestAt : null,
    isNew: found.newestAt === null,
    state,
    plan: planPlant(toPlantOptions(state)),
  };
}

/** Announces the history of a new folder; noted first, so that a plant that goes on does not plan it anew. */
async function announceHistory(
  { hidden, isNew, state, plan }: OpenedFolder,
  { announce, clock }: DemoPlantOptions,
): Promise<boolean> {
  if (!announce || !isNew) return false;
  const announcedUntil = clock.now();
  await saveDemoState(hidden, { ...state, announcedUntil });
  await announce(listAnnounced(plan, announcedUntil));
  return true;
}

function* listAnnounced(plan: PlantPlan, until: number): Generator<AnnouncedImage> {
  for (const image of plan.images()) {
    if (image.capturedAt > until) return;
    const { station, part, fileName: name, capturedAt } = settle(image, until);
    yield { folder: `${station}/${part}`, name, capturedAt };
  }
}

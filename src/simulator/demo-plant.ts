import { join, resolve } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { AppError } from '../kernel/errors.ts';
import { type Loop, startLoop } from '../kernel/jobs/loop.ts';
import type { Log } from '../kernel/log.ts';
import type { Clock } from '../kernel/time/clock.ts';
import { createWallClock } from '../kernel/time/time-zone.ts';
import { createShelf, readDemoContents, summarize } from './demo-folder.ts';
import { createProduction, type Production } from './demo-production.ts';
import { beginState, continueState, usualHistory } from './demo-schedule.ts';
import { findDemoState, saveDemoState, toPlantOptions } from './demo-state.ts';
import { openPicturePool } from './picture-pool.ts';
import { ensureFolder } from './place-image.ts';
import { planPlant } from './plant.ts';
import { demoStations } from './plant-stations.ts';
import { type PlantTruth, truthOf } from './plant-truth.ts';

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
  /** Stops the plant. */
  signal?: AbortSignal;
};

export type DemoStats = {
  state: 'preparing' | 'running' | 'stopped' | 'failed';
  /** Demo images on the disk. */
  images: number;
  /** Images made by this process. */
  made: number;
  oldestAt: number | null;
  newestAt: number | null;
};

export type DemoPlant = {
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

  async function prepare(): Promise<void> {
    production = await openProduction(options, signal);
    await production.catchUp();
    signal.throwIfAborted();
    const { catchUp } = production;
    loop = startLoop({ name: 'demo plant', intervalMs: tickMs, run: catchUp, log });
    signal.addEventListener('abort', () => void loop?.stop(), { once: true });
    log.info({ dir: options.dir, images: production.shelf.size }, 'the demo plant is running');
  }

  const ready = prepare();
  const settled = ready.catch((error: unknown) => {
    failed = !signal.aborted;
    if (failed) log.error({ err: error, dir: options.dir }, 'the demo plant could not be set up');
  });
  return {
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
    }),
    produce: async () => {
      await ready;
      await loop?.trigger();
    },
    stop: async () => {
      ending.abort();
      await settled;
      await loop?.stop();
    },
  };
}

/** Reads the state of the folder, and returns the production of what is missing. */
async function openProduction(options: DemoPlantOptions, signal: AbortSignal): Promise<Production> {
  const dir = resolve(options.dir);
  const hidden = join(dir, demoHiddenFolder);
  const timeZone = options.timeZone ?? Temporal.Now.timeZoneId();
  const { historyHours, olderDays } = { ...usualHistory, ...options };
  const { speed = 1, seed, clock } = options;
  const schedule = { seed, timeZone, historyHours, olderDays, speed };
  await ensureFolder(hidden);
  const pool = await openPicturePool(hidden, signal);
  const contents = await readDemoContents(dir, demoStations);
  const found = summarize(contents, createWallClock(timeZone));
  const known = await findDemoState(hidden);
  const goesOn = known !== undefined && known.seed === seed && known.timeZone === timeZone;
  const state = goesOn
    ? continueState(known, schedule, found, clock.now())
    : beginState(schedule, found, clock.now());
  await saveDemoState(hidden, state);
  const maxImages = options.maxImages ?? maxDemoImages;
  const oldestAt = goesOn ? found.oldestAt : null;
  const shelf = createShelf({ dir, pool, contents, oldestAt, maxImages });
  return createProduction({ plan: planPlant(toPlantOptions(state)), shelf, clock, signal });
}

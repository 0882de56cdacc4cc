import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Loop, startLoop } from '../kernel/jobs/loop.ts';
import type { Log } from '../kernel/log.ts';
import type { Clock } from '../kernel/time/clock.ts';
import { createWallClock, type WallClock } from '../kernel/time/time-zone.ts';
import { coilFiles, coilPictureCount } from './coil-pictures.ts';
import { drawOnce } from './draw-once.ts';
import { copyImage, ensureFolder, isTemporary, listNames, removeFiles } from './place-image.ts';

/** Intervals of pictures and of new coils. */
const intervalMs = 4_000;
const coilMs = 8 * 60_000;
const firstCoil = 2_891;
/** History at the first start: an hour, thinned. */
const historyMs = 60 * 60_000;
const historyStepMs = 60_000;
/** Beyond this many pairs the oldest are deleted. */
const maxPairs = 2_000;
const drawingVersion = 1;
const drawScript = fileURLToPath(new URL('./draw-coils.ts', import.meta.url));

/** The picture of the line at an instant, the same in every process. */
export type CoilShot = { at: number; coil: string; picture: number };

/** The picture of the tick that holds `at`. */
export function shotAt(at: number): CoilShot {
  const tick = Math.floor(at / intervalMs);
  // A coprime stride shows all pictures before the first one repeats.
  const picture = (tick * 7) % coilPictureCount;
  const coil = String(firstCoil + (Math.floor((tick * intervalMs) / coilMs) % 5_000));
  return { at: tick * intervalMs, coil, picture };
}

export type DemoCoils = { ready: Promise<void>; stop(): Promise<void> };

/** A coil line whose camera writes pairs of pictures as contract S5 has them, `original/` and `labeled/` in `dir`. */
export function startDemoCoils(options: {
  dir: string;
  timeZone: string;
  clock: Clock;
  log: Log;
  signal?: AbortSignal;
  /** Draws nothing before this settles: two lines drawn at once would delay both on a small machine. */
  after?: Promise<unknown>;
}): DemoCoils {
  const { dir, clock, log } = options;
  const ending = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, ending.signal]) : ending.signal;
  const wallClock = createWallClock(options.timeZone);
  const pictures = join(dir, '.linesight-demo', `coils-${drawingVersion}`);
  const folders = { original: join(dir, 'original'), labeled: join(dir, 'labeled') };
  let loop: Loop | undefined;
  let lastAt = 0;

  async function write(shot: CoilShot): Promise<void> {
    const files = coilFiles(shot.picture);
    for (const role of ['original', 'labeled'] as const)
      await copyImage(join(pictures, files[role]), folders[role], nameOf(shot, role, wallClock), shot.at);
    lastAt = shot.at;
  }

  async function next(): Promise<void> {
    const shot = shotAt(clock.now());
    if (shot.at <= lastAt) return;
    await write(shot);
    for (const folder of Object.values(folders)) await prune(folder);
  }

  async function prepare(): Promise<void> {
    for (const folder of [join(dir, '.linesight-demo'), ...Object.values(folders)])
      await ensureFolder(folder);
    await options.after?.catch(() => {});
    signal.throwIfAborted();
    await drawOnce(pictures, drawScript, signal);
    const now = clock.now();
    const isNew = (await listNames(folders.original)).length === 0;
    for (let at = now - historyMs; isNew && at < now; at += historyStepMs) await write(shotAt(at));
    signal.throwIfAborted();
    loop = startLoop({
      name: 'demo coil line',
      intervalMs: intervalMs / 2,
      run: next,
      log,
      runAtStart: true,
    });
  }

  const ready = prepare();
  const settled = ready.catch((error: unknown) => {
    if (!signal.aborted) log.error({ err: error, dir }, 'the demo coil line could not be set up');
  });
  return {
    ready,
    stop: async () => {
      ending.abort();
      await settled;
      await loop?.stop();
    },
  };
}

function nameOf({ at, coil }: CoilShot, role: string, wallClock: WallClock): string {
  const local = wallClock.format(at, 'iso').slice(0, 19).replaceAll(/\D/g, '');
  return `${local}_${coil}_${at}_${role}.jpg`;
}

/** Deletes the pictures of a coil line, and its folders where nothing else is in them. Can be repeated. */
export async function removeCoilPictures(dir: string): Promise<void> {
  for (const role of ['original', 'labeled']) await removeFiles(join(dir, role), isCoilPicture);
}

function isCoilPicture(name: string): boolean {
  return /^(?:\.tmp-)?\d{14}_\d+_\d+_(?:original|labeled)\.jpg$/.test(name);
}

/** Names begin with their time, so that sorting them sorts by time. */
async function prune(folder: string): Promise<void> {
  const names = (await listNames(folder)).filter((name) => !isTemporary(name)).sort();
  for (const name of names.slice(0, -maxPairs)) await rm(join(folder, name), { force: true });
}

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { percentile } from '../statistics/percentile.ts';
import type { Bench, Group } from './bench.ts';
import { launchBrowser } from './browser.ts';
import { drawPhotograph } from './images.ts';
import { fillWithOld, type LiveShot, shoot } from './live-camera.ts';
import { measureRest } from './live-rest.ts';
import { readShownVariant, readTileArrivals, watchTiles } from './live-tile-watch.ts';
import { measureUploads } from './live-uploads.ts';
import { openViewers } from './live-viewers.ts';
import { type Product, startProduct } from './product.ts';
import { failed, limit, type Row } from './row.ts';

const perSecond = 5;
const images = 100;
/** Until everything is compiled and the variant in use is known. */
const warmImages = 10;
const otherViewers = 19;
const photographs = 4;
/** Quick enough for every day; the full number is `live-million`. */
const oldShare = 0.2;
/** Fewer than an address may open at once. */
const socketCount = 140;
const warmSockets = 20;
const startSettlesMs = 8_000;
const takingInSettlesMs = 20_000;
const restAfterMs = 2_000;

/** Live images as people meet them, in an empty folder and in one with many old files. */
export const live: Group = {
  name: 'live',
  about: 'live images: complete file → pixels, processor time at rest, uploads, sockets',
  run: async (bench) => [
    ...(await withLive(bench, 0, async (plant) => [
      await measureSockets(plant),
      ...(await measurePixels(plant, 'live: file')),
      ...(await measureUploads(bench, plant.product)),
    ])),
    ...(await withLive(bench, bench.sizes.files * oldShare, measureAmongOld)),
  ],
};

/** The second half of it with all the files there may be. */
export const liveMillion: Group = {
  name: 'live-million',
  about: 'the same among a million old files, which takes minutes to prepare',
  run: (bench) => withLive(bench, bench.sizes.files, measureAmongOld),
};

type LivePlant = { bench: Bench; product: Product; folder: string; oldFiles: number };

/** Runs a product whose folder of originals holds so many old files, all of them known. */
async function withLive(
  bench: Bench,
  oldFiles: number,
  measure: (plant: LivePlant) => Promise<Row[]>,
): Promise<Row[]> {
  const base = bench.workspace.folder('live');
  const folder = join(base, 'original');
  mkdirSync(folder);
  if (oldFiles > 0) {
    bench.say(`Making ${oldFiles} old files …`);
    await fillWithOld(folder, oldFiles);
  }
  const places = { watchDir: bench.workspace.folder('plant'), stateDir: bench.workspace.folder('state') };
  const product = await startProduct(bench.workspace, places, { IMAGE_BASE_PATH: base });
  try {
    if (oldFiles > 0) bench.say('Taking them in …');
    await untilKnown(product, oldFiles);
    // They are from long ago: what taking them in left behind is over.
    if (oldFiles > 0) await sleep(takingInSettlesMs);
    return await measure({ bench, product, folder, oldFiles });
  } finally {
    await product.stop();
  }
}

async function untilKnown(product: Product, files: number): Promise<void> {
  for (;;) {
    const { stats } = await product.client.json<{ stats: { total_images: number } }>('/stats');
    if (stats.total_images >= files) return;
    await sleep(200);
  }
}

async function measureAmongOld(plant: LivePlant): Promise<Row[]> {
  const { bench, product, folder, oldFiles } = plant;
  const pixels = await measurePixels(plant, `live, among ${oldFiles} old files: file`);
  return [...pixels, await measureRest(bench, product, folder)];
}

async function measurePixels({ bench, product, folder }: LivePlant, name: string): Promise<Row[]> {
  const browser = await launchBrowser();
  if (!browser) return [failed(`${name} → pixels`, 'chromium is not on this machine')];
  try {
    const photos = await drawPhotographs(bench);
    const page = await openWall(browser, product, () => shoot(folder, photos, { count: 1, perSecond }));
    await shoot(folder, photos, { count: warmImages, perSecond });
    const variant = await readShownVariant(page);
    bench.say(`${perSecond} images a second, ${otherViewers} other viewers that take ${variant} …`);
    const viewers = await openViewers(bench.workspace, {
      origin: product.origin,
      viewers: otherViewers,
      variant,
    });
    await shoot(folder, photos, { count: warmImages, perSecond });
    const shots = await shoot(folder, photos, { count: images, perSecond });
    await sleep(restAfterMs);
    const shown = delays(shots, await readTileArrivals(page));
    const seen = await viewers.report();
    await viewers.close();
    const toArrivals = (list: [number, number][]) => list.map(([capturedAt, at]) => ({ capturedAt, at }));
    const announceDelays = delays(shots, toArrivals(seen.announced));
    const there = delays(shots, toArrivals(seen.fetched));
    return [
      limit(`${name} → pixels, ${perSecond} images/s, ${otherViewers + 1} viewers, p50`, ms(shown, 0.5), {
        atMost: 60,
      }),
      limit('the same, p99', ms(shown, 0.99), { atMost: 100 }),
      limit('of it until the first socket tells of it, p50', ms(announceDelays, 0.5), { atMost: 10 }),
      limit('of it until another viewer has its bytes, p50', ms(there, 0.5), { atMost: 50 }),
    ];
  } finally {
    await browser.close();
  }
}

let drawn: Promise<Buffer[]> | undefined;
function drawPhotographs(bench: Bench): Promise<Buffer[]> {
  if (!drawn) bench.say('Drawing photographs …');
  const seeds = Array.from({ length: photographs }, (_, i) => `live ${i}`);
  drawn ??= Promise.all(seeds.map(drawPhotograph));
  return drawn;
}

/** The wall on a usual screen, once it is live and shows a picture. */
async function openWall(browser: Browser, product: Product, shootOne: () => Promise<unknown>): Promise<Page> {
  await shootOne();
  const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
  for (;;) {
    await page.goto(`${product.origin}/live`);
    if (await page.$('.live-tile img')) break;
    await sleep(200);
  }
  await page.waitForSelector(`html[data-feed='live']`, { state: 'attached' });
  await watchTiles(page);
  return page;
}

/** From each file to the first sight of it, or of a newer one, in ms; what was never seen takes for ever. */
function delays(
  shots: readonly LiveShot[],
  arrivals: readonly { capturedAt: number; at: number }[],
): number[] {
  const inTime = arrivals.toSorted((a, b) => a.at - b.at);
  return shots.map((shot) => {
    const seen = inTime.find(({ capturedAt }) => capturedAt >= shot.capturedAt);
    return seen ? seen.at - shot.at : Number.POSITIVE_INFINITY;
  });
}

/** What one more viewer's socket keeps of the memory of a product that has just started. */
async function measureSockets({ bench, product }: LivePlant): Promise<Row> {
  bench.say(`Opening ${socketCount} sockets …`);
  const open = (viewers: number) =>
    openViewers(bench.workspace, { origin: product.origin, viewers, variant: null });
  const warm = await open(warmSockets);
  // What the start left behind goes first: it is more than all sockets take.
  await sleep(startSettlesMs);
  const before = product.memory().nowMb;
  const viewers = await open(socketCount);
  await sleep(restAfterMs);
  const kbEach = ((product.memory().nowMb - before) * 1000) / socketCount;
  await Promise.all([warm.close(), viewers.close()]);
  return limit("memory for a viewer's socket", { value: kbEach, unit: 'KB' }, { atMost: 100 });
}

function ms(values: readonly number[], share: number) {
  return { value: percentile(values, share), unit: 'ms' } as const;
}

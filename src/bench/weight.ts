import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from 'd3-array';
import type { Browser, CDPSession, Page } from 'playwright-core';
import type { Group } from './bench.ts';
import { launchBrowser } from './browser.ts';
import { drawImage } from './images.ts';
import { createLivePlant, type LivePlant } from './live-files.ts';
import { type Product, startProduct } from './product.ts';
import { failed, limit, type Row } from './row.ts';

const stations = 6;
const imagesBefore = 120;
const loads = 3;
/** 1 Mbit/s both ways with 100 ms to the first byte, and a quarter of this processor's speed. */
const thinLine = { offline: false, latency: 100, downloadThroughput: 125_000, uploadThroughput: 125_000 };
const slowdown = 4;
const changes = 10;

/** What the first page weighs and how soon it is there on a thin line. */
export const weight: Group = {
  name: 'weight',
  about:
    'bytes of the first page, a repeat visit and a live change; first paint on a thin line; layout shift',
  run: async (bench) => {
    const browser = await launchBrowser();
    if (!browser) return [failed('page weight', 'chromium is not on this machine')];
    const places = { watchDir: bench.workspace.folder('plant'), stateDir: bench.workspace.folder('state') };
    const product = await startProduct(bench.workspace, places);
    try {
      const plant = createLivePlant(places.watchDir, stations, await drawImage());
      for (let i = 0; i < imagesBefore; i++) plant.write();
      await product.settled(imagesBefore);
      await sleep(2_000);
      return [
        ...(await measureBytes(browser, product)),
        await measureChange(product, plant),
        ...(await measurePaint(browser, product, plant)),
      ];
    } finally {
      await browser.close();
      await product.stop();
    }
  },
};

async function measureBytes(browser: Browser, product: Product): Promise<Row[]> {
  const context = await browser.newContext();
  const first = await visit(await context.newPage(), product.origin);
  const repeat = await visit(await context.newPage(), product.origin);
  await context.close();
  const kb = (bytes: number) => ({ value: bytes / 1000, unit: 'KB' }) as const;
  return [
    limit('first page on the wire, without thumbnails', kb(first), { atMost: 45 }),
    limit('a repeat visit', kb(repeat), { atMost: 12 }),
  ];
}

/** Loads the page and answers what came over the wire for it, headers included, thumbnails left out. */
async function visit(page: Page, url: string): Promise<number> {
  const session = await page.context().newCDPSession(page);
  const thumbnailIds = new Set<string>();
  const bytes = new Map<string, number>();
  session.on('Network.requestWillBeSent', ({ requestId, request }) => {
    if (new URL(request.url).pathname.startsWith('/images/')) thumbnailIds.add(requestId);
  });
  session.on('Network.dataReceived', ({ requestId, encodedDataLength }) =>
    bytes.set(requestId, (bytes.get(requestId) ?? 0) + encodedDataLength),
  );
  // The exact sum, headers included, of what has ended; the stream never does.
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
    bytes.set(requestId, encodedDataLength),
  );
  await session.send('Network.enable');
  await page.goto(url);
  await page.waitForSelector(`#connection[data-state='live']`, { state: 'attached' });
  await sleep(1_000);
  await page.close();
  return [...bytes].reduce((sum, [id, length]) => (thumbnailIds.has(id) ? sum : sum + length), 0);
}

/** Bytes of the stream, compressed as for a browser, that one new image causes; the median of several. */
async function measureChange(product: Product, plant: LivePlant): Promise<Row> {
  let received = 0;
  const topic = encodeURIComponent('/inspections/cards');
  const request = get(
    `${product.origin}/stream?topics=${topic}`,
    { headers: { 'accept-encoding': 'gzip' } },
    (response) => response.on('data', (chunk: Buffer) => (received += chunk.length)),
  );
  await sleep(1_500);
  const sizes: number[] = [];
  for (let change = 0; change < changes; change++) {
    received = 0;
    plant.write();
    await sleep(700);
    sizes.push(received);
  }
  request.destroy();
  return limit(
    'one live change of one card',
    { value: (median(sizes) ?? 0) / 1000, unit: 'KB' },
    { atMost: 2 },
  );
}

async function measurePaint(browser: Browser, product: Product, plant: LivePlant): Promise<Row[]> {
  const paints: number[] = [];
  let shift = 0;
  for (let load = 0; load < loads; load++) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await slowDown(await context.newCDPSession(page));
    await page.goto(product.origin);
    await page.waitForFunction(`performance.getEntriesByName('first-contentful-paint').length > 0`);
    paints.push(
      (await page.evaluate(`performance.getEntriesByName('first-contentful-paint')[0].startTime`)) as number,
    );
    // Thumbnails arrive and two cards change.
    await sleep(2_000);
    plant.write();
    plant.write();
    await sleep(2_000);
    shift = Math.max(shift, await readLayoutShift(page));
    await context.close();
  }
  return [
    limit(
      'first contentful paint, 1 Mbit/s, 100 ms, 4 × slower',
      { value: (median(paints) ?? 0) / 1000, unit: 's' },
      { atMost: 1 },
    ),
    limit('layout shift', { value: shift, unit: '' }, { atMost: 0 }),
  ];
}

async function slowDown(session: CDPSession): Promise<void> {
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', thinLine);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
}

/** The sum of all shifts since the page was opened. */
async function readLayoutShift(page: Page): Promise<number> {
  return (await page.evaluate(`new Promise((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; })
      .observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => resolve(sum), 200);
  })`)) as number;
}

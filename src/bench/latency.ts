import type { Page } from 'playwright-core';
import { percentile } from '../statistics/percentile.ts';
import type { Bench, Group } from './bench.ts';
import { launchBrowser } from './browser.ts';
import { delaysOf, readCardArrivals, watchCards } from './card-watch.ts';
import { drawImage } from './images.ts';
import { createLivePlant, type LivePlant, stationOfCount } from './live-files.ts';
import { type Product, startProduct } from './product.ts';
import { failed, limit, type Row } from './row.ts';
import { openScreens } from './screens-client.ts';

const stations = 10;
const perSecond = 20;
/** Long enough for a sweep, which comes once a minute, to fall into it. */
const alone = { seconds: 65 };
const among = { seconds: 30, screens: 100 };

/** From a complete file to its card in the DOM of a real browser, a million files being known already. */
export const latency: Group = {
  name: 'latency',
  about: 'complete file → its card in a browser, alone and among 100 screens',
  run: async (bench) => {
    const browser = await launchBrowser();
    if (!browser) return [failed('complete file → card', 'chromium is not on this machine')];
    const { places } = await bench.inputs.knownFlat();
    const product = await startProduct(bench.workspace, places);
    try {
      await product.settled(bench.sizes.files);
      const plant = createLivePlant(places.watchDir, stations, await drawImage());
      // Every station has its card before the first file counts.
      await plant.writeFor(3, perSecond);
      const page = await browser.newPage();
      await openCards(page, product);
      return [
        ...(await measureAlone(bench, page, plant)),
        ...(await measureAmong(bench, page, plant, product)),
      ];
    } finally {
      await browser.close();
      await product.stop();
    }
  },
};

async function openCards(page: Page, product: Product): Promise<void> {
  await page.goto(product.origin);
  await page.waitForSelector(`#connection[data-state='live']`, { state: 'attached' });
  await watchCards(page);
}

async function measureAlone(bench: Bench, page: Page, plant: LivePlant): Promise<Row[]> {
  bench.say(`Writing ${perSecond} files a second …`);
  const delays = await measureDelays(page, plant, alone.seconds);
  return [
    limit(`file → card in a browser, ${perSecond} files/s, p50`, ms(delays, 0.5), { atMost: 40 }),
    limit('the same, p99', ms(delays, 0.99), { atMost: 100 }),
  ];
}

async function measureAmong(bench: Bench, page: Page, plant: LivePlant, product: Product): Promise<Row[]> {
  bench.say(`The same with ${among.screens} screens …`);
  const screens = await openScreens(bench.workspace, product.origin, among.screens);
  const delays = await measureDelays(page, plant, among.seconds);
  screens.close();
  return [limit(`the same with ${among.screens} connected screens, p99`, ms(delays, 0.99), { atMost: 150 })];
}

async function measureDelays(page: Page, plant: LivePlant, seconds: number): Promise<number[]> {
  const written = await plant.writeFor(seconds, perSecond);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  return delaysOf(written, await readCardArrivals(page), stationOfCount);
}

function ms(delays: readonly number[], share: number) {
  return { value: percentile(delays, share), unit: 'ms' } as const;
}

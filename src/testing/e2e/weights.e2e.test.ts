import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { imagePath, imageSeries } from './images.ts';
import { becomesLive, soon, useStage } from './stage.ts';
import { startWire, type Wire } from './wire.ts';
import { addWitness, readWitnessed } from './witness.ts';

const stations = ['S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7-D2', 'S9'];
const parts = ['OR-2CT', 'OR-3CT'];

const stage = useStage({
  plantPer: 'file',
  env: { WATCH_MODE: 'events' },
  images: stations.flatMap((station, i) =>
    parts.flatMap((part) =>
      imageSeries(`${station}/${part}`, { count: 40, time: `10${20 + i}00`, ngEvery: 5 + i }),
    ),
  ),
  context: { viewport: { width: 1440, height: 900 } },
});
const { inBrowser } = stage;
const kilobyte = 1_000;
/** Layout shift of a line of text in one card of this window. */
const maxShift = 0.001;

/** Opens the first page over a cable that counts, and answers what came over it until nothing more came. */
async function weigh(page: Page, wire: Wire): Promise<number> {
  const before = wire.received();
  await page.goto(`http://127.0.0.1:${wire.port}/`, { waitUntil: 'load' });
  await becomesLive(page);
  await quiet(wire);
  return wire.received() - before;
}

async function quiet(wire: Wire): Promise<void> {
  for (let last = -1; last !== wire.received(); await sleep(700)) last = wire.received();
}

inBrowser('the first page is light, again lighter, and a live change a trifle', async () => {
  const { page } = stage;
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  await cdp.send('Network.setBlockedURLs', { urls: ['*/images/*'] });
  const wire = await startWire(Number(new URL(stage.origin).port));
  const first = await weigh(page, wire);
  const before = wire.received();
  // An NG, with which the station also changes its place among the others.
  await stage.place(imagePath('S9/OR-3CT', 'NG', '103001', 41));
  await expect.poll(() => page.locator('#last-S9').innerText(), soon).toContain('#41');
  await quiet(wire);
  const change = wire.received() - before;
  // The figures have changed: the page itself comes again, and nothing else.
  const again = await weigh(page, wire);
  console.log(`bytes without thumbnails: first page ${first}, repeat visit ${again}, live change ${change}`);
  expect(first).toBeLessThanOrEqual(45 * kilobyte);
  expect(again).toBeLessThanOrEqual(12 * kilobyte);
  expect(change).toBeLessThanOrEqual(2 * kilobyte);
  expect(change).toBeGreaterThan(100);
  await page.goto('about:blank');
  wire.close();
  const { faults } = stage.watched;
  // The thumbnails that were kept from it.
  faults.splice(
    0,
    faults.length,
    ...faults.filter((fault) => !/ERR_BLOCKED_BY_CLIENT.*\/images\//.test(fault)),
  );
});

inBrowser(
  'over a thin line and on a slow processor nothing on the first page moves while it arrives',
  async () => {
    const times: number[] = [];
    const moved: number[] = [];
    for (let run = 0; run < 3; run++) {
      const { page, context, faults, close } = await stage.openBrowser({
        viewport: { width: 1440, height: 900 },
      });
      await addWitness(context);
      await slowDown(page);
      await page.goto(stage.origin, { waitUntil: 'load' });
      await becomesLive(page);
      times.push(
        await page.evaluate<number>("performance.getEntriesByName('first-contentful-paint')[0].startTime"),
      );
      const { shifts } = await readWitnessed(page);
      moved.push(shifts.reduce((sum, { value }) => sum + value, 0));
      expect(faults).toEqual([]);
      await close();
    }
    console.log('first contentful paint (ms):', times.map(Math.round).join(' '));
    // A card that is painted in the middle of its arrival may grow by a line; the head and all else stand still.
    expect(Math.max(...moved)).toBeLessThan(maxShift);
  },
);

/** 1 Mbit/s with a round trip of 100 ms, and a processor four times slower than this one. */
async function slowDown(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  const bytesPerSec = 1_000_000 / 8;
  await cdp.send('Network.enable');
  await cdp.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 100,
    downloadThroughput: bytesPerSec,
    uploadThroughput: bytesPerSec,
  });
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 });
}

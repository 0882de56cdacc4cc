import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../kernel/time/clock.ts';
import { createFaultPlant, type FaultPlant, type PlantProcess } from '../faults/plant-process.ts';
import { useBrowser } from './browser.ts';

const browser = useBrowser();
const inBrowser = test.skipIf(browser.missing);
/** The plant draws its pictures first: seconds on a quiet machine, minutes where other tests take both processors. */
const patience = { timeout: 240_000, interval: 50 };

/** Where it is about noon now, so that every station of the demo plant works. */
function zoneAtNoon(): string {
  const hoursAhead = 12 - new Date(systemClock.now()).getUTCHours();
  // These names count westwards.
  return `Etc/GMT${hoursAhead > 0 ? '-' : '+'}${Math.abs(hoursAhead)}`;
}

let plant: FaultPlant;
let server: PlantProcess;

beforeAll(async () => {
  if (browser.missing) return;
  plant = createFaultPlant();
  server = await plant.start({ SITE_TIME_ZONE: zoneAtNoon() });
  await server.listening;
});
afterAll(() => plant?.[Symbol.asyncDispose]());

inBrowser(
  'the empty page says what to do, and its button leads to a live plant marked as made up',
  async () => {
    const { page, faults, close } = await browser.open({ viewport: { width: 1440, height: 900 } });
    const words = () => page.locator('main').innerText();
    const cards = () => page.getByRole('article').count();
    const records = async () => Number(/([\d,]+) records?/.exec(await words())?.[1]?.replace(',', ''));
    await page.goto(server.origin);
    expect(await words()).toContain('Waiting for the first image');
    expect(await words()).toContain(plant.watchDir);
    expect(await words()).toContain('OK-20250906-102131-132.jpg');

    await page.getByRole('button', { name: 'Start the demo plant' }).click();
    const startedAt = performance.now();
    // Until the first images stand there the page says that they come, and offers nothing twice.
    await expect
      .poll(async () => (await cards()) > 0 || (await words()).includes('has been started'), patience)
      .toBe(true);
    expect(await page.getByRole('button', { name: 'Start the demo plant' }).count()).toBe(0);
    await expect.poll(cards, patience).toBeGreaterThan(2);
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(`demo plant on the page after ${seconds.toFixed(1)} s`);
    await page.evaluate('window.sameDocument = true');
    const before = await records();
    await expect.poll(records, patience).toBeGreaterThan(before);
    expect(await page.evaluate('window.sameDocument')).toBe(true);

    await page.reload();
    expect(await words()).toContain('Demo plant: these images are drawn by the program');
    const shown = '[...document.images].filter((image) => image.naturalWidth > 0).length';
    await expect.poll(() => page.evaluate<number>(shown), patience).toBeGreaterThan(5);
    expect(faults).toEqual([]);
    await close();
  },
  600_000,
);

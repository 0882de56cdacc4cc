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
  'the empty page says what to do; its button leads to a full week, and System stops and removes the plant',
  async () => {
    const { page, faults, close } = await browser.open({ viewport: { width: 1440, height: 900 } });
    const words = () => page.locator('main').innerText();
    const cards = () => page.getByRole('article').count();
    const records = async () => Number(/([\d,]+) records?/.exec(await words())?.[1]?.replaceAll(',', ''));
    const shown = () =>
      page.evaluate<number>('[...document.images].filter((image) => image.naturalWidth > 0).length');
    await page.goto(server.origin);
    expect(await words()).toContain('Waiting for the first image');
    expect(await words()).toContain(plant.watchDir);
    expect(await words()).toContain('OK-20250906-102131-132.jpg');

    await page.getByRole('button', { name: 'Start the demo plant' }).click();
    // The page that answers has the whole week, and says how far its pictures are drawn.
    await page.waitForLoadState();
    expect(await cards()).toBeGreaterThan(2);
    expect(await page.getByRole('button', { name: 'Start the demo plant' }).count()).toBe(0);
    expect(await words()).toContain('Drawing the pictures of the demo plant');
    await page.evaluate('window.sameDocument = true');
    await expect.poll(words, patience).not.toContain('Drawing the pictures of the demo plant');
    await expect.poll(shown, patience).toBeGreaterThan(5);
    const before = await records();
    await expect.poll(records, patience).toBeGreaterThan(before);
    expect(await page.evaluate('window.sameDocument')).toBe(true);
    await page.goto(`${server.origin}/inspections?period=1w`);
    expect(await records()).toBeGreaterThan(15_000);
    expect(await words()).toContain('Demo plant: these images are drawn by the program');

    await page.goto(`${server.origin}/system`);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    expect(await words()).toContain('Stopped: its images stay');
    await page.getByText('Remove…').click();
    await page.getByRole('button', { name: 'Remove the demo plant' }).click();
    await expect.poll(words, patience).toContain('There is none');
    await page.goto(server.origin);
    expect(await words()).toContain('Waiting for the first image');
    expect(faults).toEqual([]);
    await close();
  },
  600_000,
);

import { renameSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../kernel/time/clock.ts';
import { imageName } from '../faults/plant-images.ts';
import { createFaultPlant, type FaultPlant, type PlantProcess } from '../faults/plant-process.ts';
import { findFreePort } from '../free-port.ts';
import { useBrowser, type WatchedPage } from './browser.ts';
import { placeImage } from './images.ts';
import { becomesLive, soon } from './stage.ts';

const browser = useBrowser();
const inBrowser = test.skipIf(browser.missing);
/** For a page to notice that nobody answers, and to be well again once somebody does: a busy machine starts slowly. */
const patience = { timeout: 60_000, interval: 50 };

let plant: FaultPlant;
let server: PlantProcess;
let env: Record<string, string>;
let sequence = 0;

beforeAll(async () => {
  if (browser.missing) return;
  plant = createFaultPlant();
  env = { PORT: String(await findFreePort()), POLL_INTERVAL_SEC: '5' };
  await addImage();
  server = await plant.start(env);
  await server.listening;
});
afterAll(() => plant?.[Symbol.asyncDispose]());

/** Writes the next image of the only station. */
async function addImage(): Promise<void> {
  sequence += 1;
  await placeImage(plant.watchDir, `S9/OR-3CT/${imageName('OK', systemClock.now(), sequence)}`);
}

async function openLive(path: string): Promise<WatchedPage> {
  const watched = await browser.open({ viewport: { width: 1920, height: 1080 } });
  await watched.page.goto(server.origin + path);
  await becomesLive(watched.page);
  await watched.page.evaluate('window.sameDocument = true');
  return watched;
}

const state = (page: Page) => page.locator('html').getAttribute('data-live');
const words = (page: Page) => page.locator('main').innerText();
/** What a page says when every image written so far is counted on it. */
const allCounted = () => new RegExp(`OK\\s+${sequence}`);
const isSameDocument = (page: Page) => page.evaluate('window.sameDocument === true');

inBrowser('a killed server is noticed, and its return heals desk and wall without a hand', async () => {
  const opened = await Promise.all([openLive('/'), openLive('/?kiosk=1')]);
  const [desk, wall] = opened.map(({ page }) => page) as [Page, Page];
  await server.kill();
  const killedAt = performance.now();
  for (const page of [desk, wall]) {
    await expect.poll(() => state(page), patience).toBe('lost');
    const banner = page.getByRole('alert');
    expect(await banner.innerText()).toMatch(/Last updated \d+ s ago/);
  }
  const noticedMs = performance.now() - killedAt;
  expect(await desk.locator('#connection').innerText()).toContain('connection lost');
  const size = await wall.evaluate<string>(
    "getComputedStyle(document.querySelector('[role=alert]')).fontSize",
  );
  expect(Number.parseFloat(size)).toBeGreaterThan(36);

  await addImage();
  server = await plant.start(env);
  await server.listening;
  const returnedAt = performance.now();
  for (const page of [desk, wall]) await expect.poll(() => state(page), patience).toBe('live');
  const healedMs = performance.now() - returnedAt;
  console.log(`outage shown after ${Math.round(noticedMs)} ms, healed after ${Math.round(healedMs)} ms`);
  for (const page of [desk, wall]) {
    await expect.poll(() => words(page), patience).toMatch(allCounted());
    expect(await page.getByRole('alert').count()).toBe(0);
    await addImage();
    await expect.poll(() => words(page), soon).toMatch(allCounted());
    expect(await isSameDocument(page)).toBe(true);
  }
  for (const { close } of opened) await close();
});

inBrowser('where no stream gets through, polling keeps the page right', async () => {
  const { page, faults, close } = await browser.open();
  await page.clock.install();
  await page.route(/\/stream\?/, (route) => route.abort());
  await page.goto(server.origin);
  const isAfter = async (ms: number, wanted: string) => {
    await page.clock.runFor(ms);
    await expect.poll(() => state(page), soon).toBe(wanted);
  };
  await isAfter(1_000, 'polling');
  expect(await page.locator('#connection').innerText()).toContain('polling');
  await addImage();
  await expect.poll(async () => (await server.source()).knownFiles, soon).toBe(sequence);
  await page.clock.runFor(11_000);
  await expect.poll(() => words(page), soon).toMatch(allCounted());
  expect(await page.getByRole('alert').count()).toBe(0);
  // The browser and htmx note each connection that failed.
  expect(faults.filter((fault) => !/ERR_FAILED|htmx:error/.test(fault))).toEqual([]);
  await page.unroute(/\/stream\?/);
  await isAfter(16_000, 'live');
  await close();
});

inBrowser(
  'a folder that goes away is told on every page that shows it, and what it brought back is counted',
  async () => {
    const opened = await Promise.all([openLive('/'), openLive('/?kiosk=1'), openLive('/sources')]);
    const pages = opened.map(({ page }) => page);
    const [desk, wall, sources] = pages as [Page, Page, Page];
    const before = sequence;
    renameSync(plant.watchDir, `${plant.watchDir}-away`);
    for (const page of [desk, wall]) {
      await expect.poll(() => words(page), patience).toContain('Watch folder offline');
      expect(await words(page)).toMatch(new RegExp(`OK\\s+${before}`));
    }
    await expect.poll(() => words(sources), patience).toContain('Offline since');
    sequence += 1;
    const name = `S9/OR-3CT/${imageName('OK', systemClock.now(), sequence)}`;
    await placeImage(`${plant.watchDir}-away`, name);
    renameSync(`${plant.watchDir}-away`, plant.watchDir);
    for (const page of [desk, wall]) {
      await expect.poll(() => words(page), patience).not.toContain('Watch folder offline');
      await expect.poll(() => words(page), patience).toMatch(allCounted());
    }
    await expect.poll(() => words(sources), patience).toContain('Online');
    for (const { faults, close } of opened) {
      expect(faults).toEqual([]);
      await close();
    }
  },
);

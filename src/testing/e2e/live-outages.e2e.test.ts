import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../kernel/time/clock.ts';
import { createFaultPlant, type FaultPlant, type PlantProcess } from '../faults/plant-process.ts';
import { findFreePort } from '../free-port.ts';
import { useBrowser } from './browser.ts';
import { becomes, placeLive, shows } from './live-stage.ts';
import { soon } from './stage.ts';

const browser = useBrowser();
const inBrowser = test.skipIf(browser.missing);
const patienceMs = 20_000;

let plant: FaultPlant;
let server: PlantProcess;
let env: Record<string, string>;

beforeAll(async () => {
  if (browser.missing) return;
  plant = createFaultPlant();
  env = {
    PORT: String(await findFreePort()),
    SITE_TIME_ZONE: 'Asia/Seoul',
    RECONNECT_DELAY: '1000',
    MAX_RECONNECT_ATTEMPTS: '2',
  };
  server = await plant.start(env);
  await server.listening;
});
afterAll(() => plant?.[Symbol.asyncDispose]());

const place = async () => {
  const at = systemClock.now();
  await placeLive(join(plant.stateDir, 'live'), at);
  return at;
};
const isSame = (page: Page) => page.evaluate('window.isSame === true');

inBrowser('a wall that never got a message still says how old its picture is', async () => {
  await place();
  const wall = async () => (await server.fetch('/live?kiosk=1')).text();
  await expect
    .poll(wall, { interval: 250, timeout: 60_000 })
    .toMatch(/data-state="fresh"\s+data-channel="original"/);
  const { page, close } = await browser.open({ viewport: { width: 1920, height: 1080 } });
  await page.clock.install();
  await page.routeWebSocket(/\/ws\/images/, (socket) => void socket.close());
  await page.route('**/live/latest?*', (route) => route.abort());
  const tile = page.locator('[data-channel="original"]');
  await page.goto(`${server.origin}/live?kiosk=1`);
  expect(await tile.getAttribute('data-state')).toBe('fresh');
  await becomes(page, 'lost', patienceMs);
  for (let minute = 0; minute < 10; minute++) await page.clock.fastForward(60_000);
  await expect.poll(() => tile.getAttribute('data-state'), soon).toBe('old');
  expect(await tile.innerText()).toMatch(/1\d min ago/);
  expect(await page.getByRole('alert').innerText()).toMatch(/Last updated 1\d min ago/);
  await close();
});

inBrowser(
  'a wall outlives the server and ten minutes of silence: it says how old it is, and heals by itself',
  async () => {
    const first = await place();
    const { page, close } = await browser.open({ viewport: { width: 1920, height: 1080 } });
    await page.clock.install();
    await page.goto(`${server.origin}/live?kiosk=1`);
    await becomes(page, 'live');
    await shows(page, 'original', first);
    await page.evaluate('window.isSame = true');
    await server.kill();
    await page.clock.runFor(4_000);
    await becomes(page, 'lost', patienceMs);
    // `runFor` would draw every frame of ten minutes; a step of a minute runs each timer that is due once.
    for (let minute = 0; minute < 10; minute++) await page.clock.fastForward(60_000);
    const tile = page.locator('[data-channel="original"]');
    await expect.poll(() => tile.getAttribute('data-state'), soon).toBe('old');
    expect(await tile.innerText()).toMatch(/1\d min ago/);
    expect(await page.getByRole('alert').innerText()).toMatch(/Last updated 1\d min ago/);
    expect(await page.locator('#live-badge').isVisible()).toBe(true);
    await page.clock.resume();
    const second = await place();
    server = await plant.start(env);
    await server.listening;
    await becomes(page, 'live', patienceMs);
    await shows(page, 'original', second);
    await expect.poll(() => tile.getAttribute('data-state'), soon).toBe('fresh');
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await isSame(page)).toBe(true);
    await close();
  },
);

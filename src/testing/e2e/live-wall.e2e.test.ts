import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import { beforeAll, expect, vi } from 'vitest';
import { testNow } from '../test-app.ts';
import { becomes, placeLive } from './live-stage.ts';
import { soon, useStage } from './stage.ts';
import { startWire } from './wire.ts';

const kilobyte = 1_000;
const stations = Array.from({ length: 14 }, (_, i) => `S${i + 1}`);
let baseDir = '';

const stage = useStage({
  plantPer: 'file',
  env: { WATCH_MODE: 'events', RECONNECT_DELAY: '300', SITE_NAME: '<b>&"site"' },
  images: stations.map((name) => `${name}/OR-3CT/${name === 'S2' ? 'NG' : 'OK'}-20250906-103000-1.jpg`),
  before: (folder) => {
    baseDir = join(folder, 'state', 'live');
  },
});
const { inBrowser } = stage;

beforeAll(async () => {
  if (stage.isSkipped) return;
  for (let i = 30; i > 0; i--) await placeLive(baseDir, testNow - i * 2_000, { coil: `${2890 + (i % 3)}` });
  await placeLive(baseDir, testNow - 2_000, { coil: '2891', role: 'labeled' });
  await placeLive(baseDir, testNow - 400_000, { folder: 'exit' });
  const { live } = stage.plant.services;
  await live.rescan();
  await vi.waitFor(() => {
    expect(live.current.latest('exit')).toBeDefined();
    expect(live.current.latest('labeled')).toBeDefined();
    expect(live.cameras()).toHaveLength(2 + stations.length);
  }, soon);
});

/** Where the tiles of a wall are, and how far it scrolls. */
const readWall = `(() => {
  const { scrollWidth, scrollHeight } = document.documentElement;
  const tiles = [...document.querySelectorAll('.live-tile')].map((tile) => tile.getBoundingClientRect().toJSON());
  const cursor = getComputedStyle(document.elementFromPoint(innerWidth / 2, innerHeight / 2)).cursor;
  const captions = [...document.querySelectorAll('.live-caption')].map((one) => parseFloat(getComputedStyle(one).fontSize));
  return { size: [scrollWidth, scrollHeight], tiles, cursor, caption: Math.min(...captions), bars: document.querySelectorAll('nav, header.bar').length };
})()`;
type Wall = {
  size: number[];
  tiles: { left: number; top: number; right: number; bottom: number; width: number; height: number }[];
  cursor: string;
  caption: number;
  bars: number;
};

inBrowser.each([
  { width: 1920, height: 1080 },
  { width: 3840, height: 2160 },
])(
  'a wall of sixteen pictures fills $width × $height without scrolling, with four pixels between',
  async (viewport) => {
    await stage.page.setViewportSize(viewport);
    await stage.open('/live?kiosk=1');
    await becomes(stage.page, 'live');
    const wall = await stage.page.evaluate<Wall>(readWall);
    expect(wall.size).toEqual([viewport.width, viewport.height]);
    expect(wall.tiles).toHaveLength(16);
    const area = wall.tiles.reduce((sum, { width, height }) => sum + width * height, 0);
    // Below them one line as high as text that is read from afar: plant, time zone and clock.
    expect(area / (viewport.width * viewport.height)).toBeGreaterThan(0.95);
    const [first, second] = wall.tiles;
    expect(Math.round((second?.left ?? 0) - (first?.right ?? 0))).toBe(4);
    expect(wall.caption).toBeGreaterThan(viewport.height / 90);
    expect([wall.cursor, wall.bars]).toEqual(['none', 0]);
  },
);

/** Longer than a wall of this plant takes to show all its pictures. */
const oneRound = { timeout: 60_000 };

inBrowser(
  'a wall with more pictures than fit shows the next ones by turns, without reloading the page',
  async () => {
    await stage.page.setViewportSize({ width: 1920, height: 1080 });
    await stage.open('/live?kiosk=1&tiles=4&rotate=3');
    await becomes(stage.page, 'live');
    await stage.page.evaluate('window.isSame = true');
    const names = () => stage.page.locator('.live-name').allInnerTexts();
    // On a busy machine the wall may have turned before the first look; it comes round again.
    await expect.poll(names, oneRound).toEqual(['Main camera', 'Main camera', 'exit', 'S1']);
    await expect.poll(names, oneRound).toEqual(['S2', 'S3', 'S4', 'S5']);
    await expect.poll(names, oneRound).toEqual(['S6', 'S7', 'S8', 'S9']);
    expect(await stage.page.evaluate('window.isSame')).toBe(true);
  },
);

inBrowser(
  'without JavaScript the wall, a camera, its history and its search are links and forms',
  async () => {
    const { page, close, faults } = await stage.openBrowser({ javaScriptEnabled: false });
    await page.goto(`${stage.origin}/live`);
    expect(await page.locator('noscript meta, meta[http-equiv="refresh"]').count()).toBe(1);
    expect(await page.locator('.live-tile').count()).toBe(16);
    expect(await page.locator('[data-channel="exit"]').innerText()).toContain('6 Sept 2025 10:23');
    await page.getByLabel('Tiles').selectOption('4');
    await Promise.all([
      page.waitForEvent('load'),
      page.getByRole('button', { name: 'Show' }).first().click(),
    ]);
    expect(await page.locator('.live-tile').count()).toBe(4);
    await Promise.all([page.waitForEvent('load'), page.locator('.live-picture').first().click()]);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('Main camera');
    expect(await page.locator('.live-thumb').count()).toBe(24);
    await Promise.all([page.waitForEvent('load'), page.getByRole('link', { name: 'Previous' }).click()]);
    expect(page.url()).toContain('at=');
    expect(await page.locator('[data-role="labeled"]').innerText()).toContain('No picture of this instant');
    await page.getByLabel('Coil', { exact: true }).fill('2891');
    await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Search' }).click()]);
    expect(await page.locator('.live-coil-now').innerText()).toContain('2891');
    expect(await page.locator('.live-thumb').count()).toBe(10);
    await page.getByLabel('Time', { exact: true }).fill('2025-09-06T10:29:30');
    await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Search' }).click()]);
    expect(await page.locator('[data-role="original"] [data-clock]').innerText()).toBe('10:29:25');
    await Promise.all([page.waitForEvent('load'), page.getByRole('link', { name: 'Back to live' }).click()]);
    expect(await page.locator('[data-role="original"] [data-clock]').innerText()).toBe('10:30:13');
    await page.goto(`${stage.origin}/live/station/S2`);
    expect(await page.locator('.live-pane').innerText()).toContain('NG');
    expect(faults).toEqual([]);
    await close();
  },
);

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const themes = {
  light: "{ resultTypes: ['violations'] }",
  dark: "{ resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block'] }",
};

inBrowser.each(['/live', '/live?kiosk=1', '/live/main?view=slider', '/live/station/S2', '/live/performance'])(
  '%s has no barrier at desk or phone, light or dark',
  async (path) => {
    for (const viewport of [
      { width: 1440, height: 900 },
      { width: 390, height: 844 },
    ]) {
      await stage.page.setViewportSize(viewport);
      await stage.open(path);
      if (path !== '/live/performance') await becomes(stage.page, 'live');
      await stage.page.evaluate(axe);
      for (const [theme, options] of Object.entries(themes)) {
        await stage.page.evaluate(`document.documentElement.dataset.theme = '${theme}'`);
        const { violations } = await stage.page.evaluate<AxeResults>(`axe.run(document, ${options})`);
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        expect(serious.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))).toEqual([]);
      }
      const isWider = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
      expect(await stage.page.evaluate(isWider), `${viewport.width} is too narrow`).toBe(false);
    }
  },
);

inBrowser('the first page of Live weighs little without its pictures', async () => {
  const { page } = stage;
  const wire = await startWire(Number(new URL(stage.origin).port));
  await page.route(/\/(?:live\/)?images\//, (route) => route.fulfill({ status: 204 }));
  await page.goto(`http://127.0.0.1:${wire.port}/live`, { waitUntil: 'load' });
  await becomes(page, 'live');
  console.log(`bytes of the wall without pictures: ${wire.received()}`);
  expect(wire.received()).toBeLessThanOrEqual(45 * kilobyte);
  await page.goto('about:blank');
  wire.close();
});

inBrowser('a camera whose first picture came between the page and its socket appears', async () => {
  const { page } = stage;
  await page.setViewportSize({ width: 1920, height: 1080 });
  await page.route('**/live-wall.*.js', async (route) => {
    await placeLive(baseDir, testNow, { folder: 'late' });
    await vi.waitFor(() => expect(stage.plant.services.live.current.latest('late')).toBeDefined(), soon);
    await route.continue();
  });
  await page.goto(`${stage.origin}/live`);
  await expect.poll(() => page.locator('[data-channel="late"]').count(), soon).toBe(1);
});

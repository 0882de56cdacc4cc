import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { imageSeries } from './images.ts';
import { soon, useStage } from './stage.ts';

/** What people come for, from the first page on, with the clicks it takes. */
const stage = useStage({
  plantPer: 'file',
  images: [
    ...imageSeries('S9/OR-3CT', { count: 60, time: '100000', ngEvery: 5 }),
    ...imageSeries('S9/OR-2CT', { count: 20, time: '101500', ngEvery: 2 }),
    ...imageSeries('S4/OR-3CT', { count: 40, time: '102000', ngEvery: 40 }),
    ...imageSeries('S5/OR-3CT', { count: 30, time: '102000', ngEvery: 40 }),
    ...imageSeries('S7/OR-3CT', { count: 30, time: '102000', ngEvery: 40 }),
  ],
  context: { viewport: { width: 1280, height: 800 } },
});
const { inBrowser, openLive, address } = stage;

let clicks = 0;
async function click(target: Locator) {
  clicks++;
  await target.click();
}

async function begin(path = '/') {
  await openLive(path);
  clicks = 0;
}

const link = (name: string | RegExp) =>
  stage.page.getByRole('link', { name, exact: typeof name === 'string' });
const main = () => stage.page.locator('main').innerText();

inBrowser('the worst station and its models: nothing to click', async () => {
  await begin();
  const first = stage.page.getByRole('article').first();
  expect(await first.getByRole('heading', { level: 2 }).innerText()).toBe('S9');
  expect(await first.innerText()).toMatch(/OR-2CT\s+50\.0 %.*OR-3CT\s+80\.0 %/s);
  expect(clicks).toBe(0);
});

inBrowser('the NG of that hour side by side: two clicks', async () => {
  await begin();
  await click(stage.page.locator('#ngs-S9 a.shot').first());
  await click(link('Compare'));
  await expect.poll(address, soon).toMatch(/^\/inspections\/compare\?/);
  expect(await stage.page.locator('main img').count()).toBeGreaterThanOrEqual(2);
  expect(clicks).toBeLessThanOrEqual(2);
});

inBrowser('COUNT 34 of S9: typed into the search, one click', async () => {
  await begin();
  await stage.page.keyboard.press('/');
  await stage.page.keyboard.type('S9 34');
  await stage.page.keyboard.press('Enter');
  await expect.poll(address, soon).toBe('/search?q=S9+34');
  await click(stage.page.locator('#search-count a.shot').first());
  await expect.poll(() => stage.page.getByRole('heading', { level: 1 }).innerText(), soon).toMatch(/#34$/);
  expect(clicks).toBeLessThanOrEqual(2);
});

inBrowser('two models over a week as lines: two clicks', async () => {
  await begin();
  await click(link('Models'));
  await click(stage.page.getByText('7 d', { exact: true }));
  await expect.poll(address, soon).toContain('period=1w');
  expect(await stage.page.locator('.legend').innerText()).toMatch(/OR-3CT\s+OR-2CT/);
  expect(clicks).toBeLessThanOrEqual(3);
});

inBrowser('the hours of a station as CSV, with times that a spreadsheet reads: two clicks', async () => {
  await begin();
  await click(stage.page.getByRole('article').first().getByRole('link', { name: 'S9', exact: true }));
  await expect.poll(address, soon).toMatch(/^\/stations\/S9/);
  const download = stage.page.waitForEvent('download');
  await click(stage.page.locator('#station-hours').getByRole('link', { name: 'CSV' }));
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^linesight-hours-S9-20250906-\d{4}-20250906-\d{4}\.csv$/);
  const lines: string[] = [];
  for await (const part of await file.createReadStream()) lines.push(...String(part).split('\r\n'));
  expect(lines[1]).toMatch(/^S9,2025-09-06 10:00:00,/);
  expect(clicks).toBeLessThanOrEqual(2);
});

inBrowser('how full the disks are and when the last backup was made: one click', async () => {
  stage.plant.services.retention.start();
  await stage.plant.services.backups.makeNow();
  await begin();
  await click(link('System'));
  await expect.poll(main, soon).toMatch(/Disks and backup.*[GMT]B of .*Last backup: \d+ \w+ \d{4}/s);
  expect(clicks).toBe(1);
});

inBrowser('four stations on a TV: seven clicks', async () => {
  await begin();
  await click(link('Live'));
  await click(link('Walls'));
  await stage.page.getByLabel('Name').fill('Hall 2');
  for (const name of ['S4', 'S5', 'S7', 'S9'])
    await click(stage.page.locator('.wall-kind').first().getByLabel(name, { exact: true }));
  await click(stage.page.getByRole('button', { name: 'Create and show' }));
  await expect.poll(address, soon).toBe('/wall/Hall 2');
  await expect
    .poll(() => stage.page.locator('.tile h2').allInnerTexts(), soon)
    .toEqual(['S4', 'S5', 'S7', 'S9']);
  expect(clicks).toBeLessThanOrEqual(8);
});

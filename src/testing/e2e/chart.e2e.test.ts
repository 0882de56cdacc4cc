import { expect } from 'vitest';
import { imageSeries } from './images.ts';
import { soon, useStage } from './stage.ts';

const stage = useStage({
  plantPer: 'file',
  images: [
    ...imageSeries('S9/OR-3CT', { count: 40, time: '100000', ngEvery: 4 }),
    ...imageSeries('S9/OR-3CT', { count: 40, time: '101500', ngEvery: 10 }),
  ],
});
const { inBrowser, openLive, address } = stage;

const plot = () => stage.page.locator('[data-chart-plot]');
const tip = () => plot().locator('[data-chart-tip]').innerText();

/** The middle of the drawing at a share of its width, in pixels of the page. */
async function pointAt(share: number) {
  await plot().scrollIntoViewIfNeeded();
  const box = (await plot().locator('.chart-area > svg').boundingBox())!;
  const axis = 52;
  return { x: box.x + axis + share * (box.width - axis), y: box.y + box.height / 2 };
}

inBrowser('the pointer reads the value, the number of inspections and the limits of its point', async () => {
  await openLive('/stations/S9?period=custom&start=2025-09-06T10:00&end=2025-09-06T10:30');
  const first = await pointAt(0.01);
  await stage.page.mouse.move(first.x, first.y);
  await expect.poll(tip, soon).toMatch(/^10:00–10:0\d · Yield 75\.0 % · Inspected 40 · NG 10 /);
  const last = await pointAt(0.99);
  await stage.page.mouse.move(last.x, last.y);
  await expect.poll(tip, soon).toMatch(/^10:1\d–10:1\d · Yield 90\.0 % · Inspected 40 · NG 4 /);
  await stage.page.mouse.move(1, 1);
  await expect.poll(() => plot().locator('[data-chart-tip]').isVisible(), soon).toBe(false);
});

inBrowser('arrow keys read the same, point by point', async () => {
  await openLive('/stations/S9?period=custom&start=2025-09-06T10:00&end=2025-09-06T10:30');
  await plot().focus();
  await stage.page.keyboard.press('ArrowRight');
  await expect.poll(tip, soon).toMatch(/Inspected 40 · NG 10/);
  await stage.page.keyboard.press('ArrowRight');
  await expect.poll(tip, soon).toMatch(/Inspected 40 · NG 4/);
  await stage.page.keyboard.press('Home');
  await expect.poll(tip, soon).toMatch(/NG 10/);
});

inBrowser('drawing across the chart opens the page for that time', async () => {
  const path = '/stations/S9?period=custom&start=2025-09-06T10:00&end=2025-09-06T10:30';
  await openLive(path);
  const from = await pointAt(0.3);
  const to = await pointAt(0.95);
  await stage.page.mouse.move(from.x, from.y);
  await stage.page.mouse.down();
  await stage.page.mouse.move(to.x, to.y, { steps: 4 });
  await stage.page.mouse.up();
  await expect.poll(address, soon).toMatch(/period=custom&start=2025-09-06T10:1\d&end=2025-09-06T10:1\d$/);
  await expect.poll(() => stage.page.locator('#station-summary').innerText(), soon).toMatch(/OK\s+36/);
});

inBrowser('the numbers of the chart are a table for those who see or draw nothing', async () => {
  await openLive('/stations/S9?period=custom&start=2025-09-06T10:00&end=2025-09-06T10:30');
  await stage.page.getByText('Numbers of the chart').click();
  const table = stage.page.locator('.chart-numbers table');
  expect(await table.getByRole('columnheader').allInnerTexts()).toEqual([
    'Time',
    'Yield',
    'Inspected',
    'NG',
    'Lower limit',
    'Upper limit',
  ]);
  expect(await table.locator('tbody tr').count()).toBe(2);
});

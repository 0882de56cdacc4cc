import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { drawJpeg } from '../image-plant.ts';
import { imagePath, imageSeries } from './images.ts';
import { soon, useStage } from './stage.ts';

const unreadable = imagePath('S4/OR-2CT', 'NG', '102000', 21);
const large = imagePath('S4/OR-2CT', 'OK', '102100', 22);

const stage = useStage({
  plantPer: 'file',
  images: [
    ...imageSeries('S9/OR-3CT', { count: 12, time: '102000' }),
    { path: unreadable, bytes: Buffer.from('not an image') },
    { path: large, bytes: await drawJpeg(2000, 1500) },
  ],
  context: { viewport: { width: 1440, height: 900 } },
});
const { inBrowser, open, openLive, address } = stage;

const heading = () => stage.page.getByRole('heading', { level: 1 }).innerText();
const zoom = async () => Number.parseInt(await stage.page.locator('[data-zoom-value]').innerText(), 10);

async function openImage(station: string) {
  await open('/');
  await stage.page.locator(`#last-${station} a.shot`).click();
  await expect.poll(heading, soon).toContain(station);
}

inBrowser('Rescan says what it found, and the figures follow', async () => {
  await openLive('/?station=S9');
  await stage.plant.writeImages([imagePath('S9/OR-3CT', 'NG', '102500', 13)]);
  await stage.page.getByRole('button', { name: 'Rescan' }).click();
  await expect.poll(() => stage.page.locator('main').innerText(), soon).toContain('15 files seen, 1 new');
  expect(address()).toBe('/inspections?station=S9');
  expect(await stage.page.locator('#figures-S9').innerText()).toMatch(/OK\s+11\s+NG\s+2/);
});

inBrowser('the path of an image is copied as it is on the server', async () => {
  await stage.watched.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openImage('S4');
  await stage.page.getByRole('button', { name: 'Copy' }).click();
  await stage.page.getByRole('button', { name: 'Copied' }).waitFor();
  const copied = await stage.page.evaluate('navigator.clipboard.readText()');
  expect(copied).toBe(join(stage.plant.watchDir, large));
});

inBrowser('an image is enlarged by buttons, wheel and double click, and moved by the mouse', async () => {
  await openImage('S4');
  const picture = stage.page.locator('[data-zoom-view]');
  await expect.poll(zoom, soon).toBeGreaterThan(0);
  const fitted = await zoom();
  await stage.page.getByRole('button', { name: 'Zoom in' }).click();
  expect(await zoom()).toBeGreaterThan(fitted);
  await stage.page.getByRole('button', { name: 'Fit' }).click();
  expect(await zoom()).toBe(fitted);
  await picture.hover();
  for (let i = 0; i < 6; i++) await stage.page.mouse.wheel(0, -100);
  await expect.poll(zoom, soon).toBeGreaterThan(fitted * 2);
  const place = () => stage.page.locator('[data-zoom-sheet]').getAttribute('style');
  const before = await place();
  await stage.page.mouse.down();
  await stage.page.mouse.move(500, 400, { steps: 4 });
  await stage.page.mouse.up();
  expect(await place()).not.toEqual(before);
  await picture.dblclick();
  expect(await zoom()).toBe(fitted);
});

inBrowser('what a table shows is downloaded as CSV', async () => {
  await open('/stations/S9?period=1d');
  const csv = stage.page.locator('#station-parts').getByRole('link', { name: 'CSV' });
  const [download] = await Promise.all([stage.page.waitForEvent('download'), csv.click()]);
  expect(download.suggestedFilename()).toMatch(/\.csv$/);
  expect(readFileSync(await download.path(), 'utf8')).toContain('OR-3CT');
});

inBrowser('an image that was repaired is shown after "Try again"', async () => {
  await open('/');
  await expect.poll(() => stage.plant.text('/sources'), soon).toContain('Not a JPEG');
  writeFileSync(join(stage.plant.watchDir, unreadable), await drawJpeg(640, 480));
  await open('/sources');
  await stage.page.getByRole('button', { name: /^Try again/ }).click();
  await expect.poll(() => stage.page.locator('#sources-bad').innerText(), soon).toContain('None');
});

inBrowser('on a phone the menu leads to every section, language and theme', async () => {
  await stage.page.setViewportSize({ width: 390, height: 844 });
  await openLive('/?station=S9');
  const menu = stage.page.locator('.menu');
  await menu.locator('summary').first().click();
  expect(await menu.getByRole('link').allInnerTexts()).toEqual(
    expect.arrayContaining(['Overview', 'Inspections', 'Sources', 'Settings']),
  );
  await menu.getByRole('button', { name: '한국어' }).click();
  await expect.poll(() => stage.page.locator('html').getAttribute('lang'), soon).toBe('ko');
  expect(address()).toBe('/inspections?station=S9');
});

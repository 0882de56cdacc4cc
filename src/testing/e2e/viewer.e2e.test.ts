import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { drawJpeg } from '../image-plant.ts';
import { imagePath, imageSeries } from './images.ts';
import { goBack, soon, useStage } from './stage.ts';

const large = await drawJpeg(2000, 1500);

const stage = useStage({
  plantPer: 'file',
  images: [
    ...imageSeries('S9/OR-3CT', { count: 150, time: '101000', ngEvery: 3 }),
    ...[1, 2, 3, 4].map((n) => ({
      path: imagePath('S4/OR-2CT', n === 2 ? 'OK' : 'NG', `10200${n}`, n),
      bytes: large,
    })),
  ],
  context: { viewport: { width: 1280, height: 800 } },
});
const { inBrowser, open, address } = stage;

const headingOf = (page: Page) => page.getByRole('heading', { level: 1 }).innerText();
const heading = () => headingOf(stage.page);
const press = (key: string) => stage.page.keyboard.press(key);
const zoomed = () => stage.page.locator('[data-zoom-value]').innerText();
const place = (sheet: Locator) => sheet.getAttribute('style');
const scrolledTo = () => stage.page.evaluate<number>('scrollY');
const historyLength = () => stage.page.evaluate<number>('history.length');

async function openFirst(path: string, wanted: RegExp) {
  await open(path);
  await stage.page.locator('#station-history a.shot').first().click();
  await expect.poll(heading, soon).toMatch(wanted);
  await isReady();
}

/** Its script has started: only then does it answer to keys. */
const isReady = () => expect.poll(zoomed, soon).toMatch(/^\d+ %$/);

inBrowser('three steps stay in the list, and one Back returns to it at its place', async () => {
  await open('/stations/S9?verdict=NG');
  const shot = stage.page.locator('#station-history a.shot').nth(40);
  await shot.scrollIntoViewIfNeeded();
  expect(await scrolledTo()).toBeGreaterThan(400);
  // Above it the page may grow meanwhile, by an alarm for one.
  const heightInWindow = async () => Math.round((await shot.boundingBox())?.y ?? Number.NaN);
  const before = await heightInWindow();
  await shot.click();
  await expect.poll(heading, soon).toMatch(/NG\s+#30/);
  await isReady();
  const length = await historyLength();
  for (const [key, count] of [
    ['ArrowRight', 33],
    ['ArrowRight', 36],
    ['ArrowLeft', 33],
    ['ArrowLeft', 30],
    ['ArrowLeft', 27],
  ] as const) {
    await press(key);
    await expect.poll(heading, soon).toMatch(new RegExp(`NG\\s+#${count}$`));
  }
  await stage.page.getByRole('link', { name: /^NG #39,/ }).click();
  await expect.poll(heading, soon).toMatch(/NG\s+#39$/);
  expect(await historyLength()).toBe(length);
  const list = 'station=S9&period=custom&start=2025-09-06T09:31&end=2025-09-06T10:31&verdict=NG';
  expect(address()).toMatch(/^\/inspections\/\d+\?/);
  expect(address().split('?')[1]).toBe(list);
  expect(await stage.page.locator('.viewer-set').innerText()).toBe('Within S9 · NG · 09:31–10:31');
  await goBack(stage.page);
  expect(address()).toBe('/stations/S9?verdict=NG');
  await expect.poll(heightInWindow, soon).toBe(before);
});

inBrowser('a period that moves is fixed when an image is opened, and its link is copied so', async () => {
  await open('/');
  await stage.page.locator('#ngs-S9 a.shot').first().click();
  const fixed = /station=S9&period=custom&start=2025-09-06T09:31&end=2025-09-06T10:31&verdict=NG$/;
  await expect.poll(address, soon).toMatch(fixed);
  await stage.watched.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await stage.page.getByRole('link', { name: 'Copy link' }).click();
  await expect.poll(() => stage.page.getByRole('link', { name: 'Copied' }).count(), soon).toBe(1);
  const copied = await stage.page.evaluate<string>('navigator.clipboard.readText()');
  expect(copied).toBe(stage.page.url());
});

inBrowser('zoom and place are kept to the next image, whose pixels are those of its file', async () => {
  await openFirst('/stations/S4?verdict=NG', /NG\s+#4/);
  const sheet = stage.page.locator('[data-zoom-sheet]');
  await stage.page.locator('[data-frame]').hover({ position: { x: 60, y: 60 } });
  for (let i = 0; i < 6; i++) await stage.page.mouse.wheel(0, -100);
  await expect.poll(zoomed, soon).toMatch(/^1\d\d %$/);
  const [percent, before] = [await zoomed(), await place(sheet)];
  // Arrow keys move what is enlarged; the film strip goes on.
  await stage.page.getByRole('link', { name: /^NG #3,/ }).click();
  await expect.poll(heading, soon).toMatch(/NG\s+#3$/);
  expect([await zoomed(), await place(sheet)]).toEqual([percent, before]);
  const pixels = () =>
    sheet.locator('img').evaluate((image: never) => (image as { naturalWidth: number }).naturalWidth);
  await expect.poll(pixels, soon).toBe(2000);
});

inBrowser('the images beside it are loaded before they are asked for', async () => {
  const asked: string[] = [];
  stage.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await openFirst('/stations/S4', /NG\s+#4/);
  const next = stage.page.getByRole('link', { name: 'Previous', exact: true });
  const id = /\d+/.exec((await next.getAttribute('href')) ?? '')?.[0];
  const isLarge = (path: string) => new RegExp(`^/images/${id}/\\d+/w\\d+[.]webp$`).test(path);
  await expect.poll(() => asked.filter(isLarge).length, soon).toBe(1);
  await next.click();
  await expect.poll(heading, soon).toMatch(/NG\s+#3$/);
  expect(asked.filter(isLarge).length).toBe(1);
});

inBrowser('Escape takes back the zoom first, then leads back to the list', async () => {
  await openFirst('/stations/S4', /NG\s+#4/);
  const fitted = await zoomed();
  await press('+');
  expect(await zoomed()).not.toBe(fitted);
  await press('Escape');
  expect(await zoomed()).toBe(fitted);
  await press('ArrowLeft');
  await expect.poll(heading, soon).toMatch(/NG\s+#3$/);
  await press('Escape');
  await expect.poll(address, soon).toBe('/stations/S4');
  // Opened by a link of its own there is no list before it.
  await open('/inspections/1?station=S9&verdict=OK');
  await isReady();
  await press('Escape');
  await expect.poll(address, soon).toMatch(/^\/stations\/S9\?period=custom.*&verdict=OK/);
});

inBrowser('the whole screen shows verdict and model through the next image, until Escape', async () => {
  await openFirst('/stations/S4', /NG\s+#4/);
  const isFull = () => stage.page.evaluate<boolean>('document.fullscreenElement !== null');
  await press('f');
  await expect.poll(isFull, soon).toBe(true);
  expect(await stage.page.locator('#viewer-facts').isVisible()).toBe(false);
  await press('ArrowLeft');
  await expect.poll(heading, soon).toMatch(/OR-2CT\s+NG\s+#3$/);
  expect(await isFull()).toBe(true);
  await press('Escape');
  await expect.poll(isFull, soon).toBe(false);
  expect(address()).toMatch(/^\/inspections\//);
});

inBrowser('the NG images of an hour are side by side in two clicks, and move together', async () => {
  await open('/');
  await stage.page.locator('#ngs-S4 a.shot').first().click();
  await stage.page.getByRole('link', { name: 'Compare', exact: true }).click();
  const names = () => stage.page.locator('.compared h2').allInnerTexts();
  await expect.poll(names, soon).toEqual(['NG OR-2CT #1', 'NG OR-2CT #3', 'NG OR-2CT #4']);
  await isReady();
  const sheets = stage.page.locator('[data-zoom-sheet]');
  const places = () => Promise.all([0, 1, 2].map((i) => place(sheets.nth(i))));
  await stage.page
    .locator('.compared')
    .nth(1)
    .locator('[data-zoom-view]')
    .dblclick({ position: { x: 40, y: 40 } });
  const [first, ...others] = await places();
  expect(first).toContain('scale(3)');
  expect(others).toEqual([first, first]);
  await press('Escape');
  expect(await places()).toEqual(['', '', '']);
  await press('Escape');
  await expect.poll(heading, soon).toMatch(/NG\s+#4$/);
});

inBrowser('images chosen on the way are compared, four at most', async () => {
  await openFirst('/stations/S9?verdict=NG', /NG\s+#150/);
  const box = (count: number) => stage.page.getByRole('checkbox', { name: `: NG #${count},` });
  const button = stage.page.getByRole('button', { name: /^Compare chosen/ });
  expect(await button.isDisabled()).toBe(true);
  await box(147).check();
  expect(await button.innerText()).toMatch(/^Compare chosen\s+\(2\)$/);
  for (const count of [132, 114]) {
    await stage.page.getByRole('link', { name: `NG #${count},` }).click();
    await expect.poll(heading, soon).toMatch(new RegExp(`#${count}$`));
  }
  // The film strip has left #147 behind.
  expect(await box(147).count()).toBe(0);
  await box(117).check();
  await box(120).check();
  expect(await box(111).isDisabled()).toBe(true);
  await button.click();
  const names = () => stage.page.locator('.compared h2').allInnerTexts();
  await expect
    .poll(names, soon)
    .toEqual(['NG OR-3CT #114', 'NG OR-3CT #117', 'NG OR-3CT #120', 'NG OR-3CT #147']);
});

inBrowser('the focus stays where it was, and the new image is said', async () => {
  await openFirst('/stations/S9', /NG\s+#150/);
  await stage.page.getByRole('link', { name: 'Previous', exact: true }).focus();
  await press('Enter');
  await expect.poll(heading, soon).toMatch(/OK\s+#149/);
  const focused = () => stage.page.evaluate<string>('document.activeElement.textContent.trim()');
  expect(await focused()).toBe('Previous');
  expect(await stage.page.locator('[data-announce]').innerText()).toMatch(/^OK #149, OR-3CT, 10:12:28/);
});

inBrowser(
  'on a phone a finger swipes to the next image, and the neighbours are under the thumb',
  async () => {
    const phone = await stage.openBrowser({
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    });
    const { page } = phone;
    await page.goto(`${stage.origin}/stations/S9?verdict=NG`);
    await page.locator('#station-history a.shot').nth(1).tap();
    await expect.poll(() => headingOf(page), soon).toMatch(/NG\s+#147/);
    await expect.poll(() => page.locator('[data-zoom-value]').innerText(), soon).toMatch(/ %$/);
    const touch = await phone.context.newCDPSession(page);
    const stageBox = (await page.locator('[data-frame]').boundingBox())!;
    const y = stageBox.y + stageBox.height / 2;
    const swipe = async (from: number, to: number) => {
      await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x: from, y }] });
      for (const x of [from + (to - from) / 2, to])
        await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x, y }] });
      await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    };
    await swipe(100, 300);
    await expect.poll(() => headingOf(page), soon).toMatch(/NG\s+#144/);
    await swipe(300, 100);
    await expect.poll(() => headingOf(page), soon).toMatch(/NG\s+#147/);
    const thumb = (await page.getByRole('link', { name: 'Next', exact: true }).boundingBox())!;
    expect(thumb.height).toBeGreaterThanOrEqual(44);
    expect(thumb.y + thumb.height).toBeGreaterThan(844 - 60);
    expect(await page.locator('.keys').isVisible()).toBe(false);
    expect(phone.faults).toEqual([]);
    await phone.close();
  },
);

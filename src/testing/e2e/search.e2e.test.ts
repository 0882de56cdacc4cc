import { expect } from 'vitest';
import { imagePath, imageSeries } from './images.ts';
import { soon, useStage } from './stage.ts';

const stage = useStage({
  plantPer: 'file',
  images: [
    ...imageSeries('S9/OR-3CT', { count: 30 }),
    ...imageSeries('S4/OR-2CT', { count: 20 }),
    imagePath('S7-D2/OR-3CT', 'OK', '060000', 1),
  ],
  context: { viewport: { width: 1280, height: 800 } },
});
const { inBrowser, open, address } = stage;

const field = () => stage.page.locator('header.bar > [role="search"] input');
const press = (key: string) => stage.page.keyboard.press(key);
const focusedName = () => stage.page.evaluate<string>('document.activeElement.name ?? ""');

inBrowser('the key / leads into the field, Enter searches, and the result opens the image', async () => {
  await open('/inspections');
  await press('/');
  expect(await focusedName()).toBe('q');
  expect(await field().inputValue()).toBe('');
  await stage.page.keyboard.type('S9 12');
  await press('Enter');
  await expect.poll(address, soon).toBe('/search?q=S9+12');
  const { page } = stage;
  expect(await page.getByRole('heading', { level: 2 }).allInnerTexts()).toEqual([
    'Stations',
    expect.stringMatching(/^Images with COUNT 12\s+S9$/),
  ]);
  await page.getByRole('link', { name: /#12/ }).click();
  await expect.poll(address, soon).toMatch(/^\/inspections\/\d+$/);
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('S9');
});

inBrowser(
  'a slash in a field is a slash, with a modifier it is nothing, and Escape leaves the field',
  async () => {
    await open('/overview');
    await press('Control+/');
    expect(await focusedName()).toBe('');
    await press('/');
    await stage.page.keyboard.type('S9/OR');
    expect(await field().inputValue()).toBe('S9/OR');
    await press('Escape');
    expect(await focusedName()).toBe('');
  },
);

inBrowser(
  'on the page of a search the key leads into its own field, with what was searched selected',
  async () => {
    await open('/search?q=S9');
    await press('/');
    await stage.page.keyboard.type('S4');
    await press('Enter');
    await expect.poll(address, soon).toBe('/search?q=S4');
    expect(await stage.page.locator('#search-stations a').allInnerTexts()).toEqual(['S4']);
  },
);

inBrowser('on a phone the key opens the menu, in which the field is', async () => {
  await stage.page.setViewportSize({ width: 390, height: 844 });
  await open('/inspections');
  expect(await field().isVisible()).toBe(false);
  await press('/');
  const inMenu = stage.page.locator('.menu [role="search"] input');
  expect(await inMenu.isVisible()).toBe(true);
  const { height = 0 } = (await inMenu.boundingBox()) ?? {};
  expect(height).toBeGreaterThanOrEqual(44);
  await stage.page.keyboard.type('s7');
  await press('Enter');
  await expect.poll(address, soon).toBe('/search?q=s7');
  await stage.page.getByRole('link', { name: 'S7-D2' }).click();
  await expect.poll(address, soon).toBe('/stations/S7-D2');
});

inBrowser('without a script the field of the bar and that of the page search', async () => {
  const plain = await stage.openBrowser({ javaScriptEnabled: false, viewport: { width: 1280, height: 800 } });
  const { page } = plain;
  const path = () => decodeURIComponent(page.url().slice(stage.origin.length));
  await page.goto(`${stage.origin}/inspections`);
  const inBar = page.locator('header.bar > [role="search"] input');
  await inBar.fill('S9 10:00');
  await inBar.press('Enter');
  await expect.poll(path, soon).toBe('/search?q=S9+10:00');
  expect(await page.locator('#search-moment .shot').count()).toBe(30);
  await page.locator('main [role="search"] input').fill('nowhere');
  await page.locator('main [role="search"] button').click();
  await expect.poll(path, soon).toBe('/search?q=nowhere');
  expect(await page.getByRole('heading', { level: 2 }).innerText()).toBe('Nothing found for “nowhere”');
  await page.locator('.search-empty dd a').first().click();
  await expect.poll(() => page.locator('#search-stations a').count(), soon).toBe(1);
  expect(plain.faults).toEqual([]);
  await plain.close();
});

inBrowser.each([1280, 1180, 1024])(
  'the bar is one line with its field at %i pixels, in every language',
  async (width) => {
    await stage.page.setViewportSize({ width, height: 800 });
    for (const lang of ['en', 'ko', 'zh', 'ja']) {
      await stage.page.context().addCookies([{ name: 'lang', value: lang, url: stage.origin }]);
      await open('/inspections');
      expect(await stage.page.locator('html').getAttribute('lang')).toContain(lang);
      const { height = 0 } = (await stage.page.locator('header.bar').boundingBox()) ?? {};
      expect(height).toBeLessThanOrEqual(48);
      const isWider = 'document.documentElement.scrollWidth > innerWidth';
      expect([lang, await stage.page.evaluate(isWider)]).toEqual([lang, false]);
      expect(await field().isVisible()).toBe(true);
    }
  },
);

import { expect } from 'vitest';
import { imagePath } from './images.ts';
import { becomesLive, soon, useStage } from './stage.ts';

const stage = useStage({
  plantPer: 'file',
  images: [imagePath('S9/OR-3CT', 'OK', '102000', 1), imagePath('S9/OR-3CT', 'NG', '102001', 2)],
});
const { inBrowser, open, openLive, address } = stage;

/** Whether the page is dark: how bright its background is drawn. */
const isDark = async (page = stage.page) => {
  const color = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  return (color.match(/\d+/g) ?? []).slice(0, 3).every((part) => Number(part) < 80);
};
const theme = () => stage.page.getByRole('button', { name: /^Theme/ });
const choose = async (language: string) => {
  await stage.page.locator('.preferences summary').click();
  await stage.page.getByRole('button', { name: language, exact: true }).click();
};

inBrowser(
  'the theme is the system’s, also when that changes, until one is chosen; that one stays',
  async () => {
    await stage.page.emulateMedia({ colorScheme: 'dark' });
    await openLive('/');
    expect(await isDark()).toBe(true);
    await stage.page.emulateMedia({ colorScheme: 'light' });
    expect(await isDark()).toBe(false);

    await theme().click();
    await expect.poll(() => isDark(), soon).toBe(true);
    await stage.page.getByRole('link', { name: 'System' }).click();
    await stage.page.getByRole('heading', { name: 'System', level: 1 }).waitFor();
    expect(await isDark()).toBe(true);
    const other = await stage.watched.context.newPage();
    await other.goto(`${stage.origin}/overview`);
    expect(await isDark(other)).toBe(true);

    await stage.page.emulateMedia({ colorScheme: 'dark' });
    await theme().click();
    await expect.poll(() => isDark(), soon).toBe(false);
    await theme().click();
    await expect.poll(() => isDark(), soon).toBe(true);
    await stage.page.emulateMedia({ colorScheme: 'light' });
    expect(await isDark()).toBe(false);
  },
);

inBrowser('the language is switched without losing page, filters or life, and stays', async () => {
  const path = '/inspections?station=S9&period=1d';
  await openLive(path);
  await choose('한국어');
  await expect.poll(() => stage.page.locator('html').getAttribute('lang'), soon).toBe('ko');
  expect(address()).toBe(path);
  expect(await stage.page.locator('#inspections-covers').innerText()).toMatch(/최근 24시간.* S9 · 기록 2건/);
  await becomesLive(stage.page);
  expect(await stage.page.locator('#connection').innerText()).not.toContain('live');
  await open('/overview');
  expect(await stage.page.locator('html').getAttribute('lang')).toBe('ko');
  await choose('English');
  await expect.poll(() => stage.page.getByRole('heading', { level: 1 }).innerText(), soon).toBe('Overview');
});

inBrowser('a Korean browser is answered in Korean at once, a French one in English', async () => {
  for (const [locale, lang, word] of [
    ['ko-KR', 'ko', '검사'],
    ['fr-FR', 'en', 'Inspections'],
  ] as const) {
    const { page, close } = await stage.openBrowser({ locale });
    await page.goto(stage.origin);
    expect(await page.locator('html').getAttribute('lang')).toBe(lang);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain(word);
    await close();
  }
});

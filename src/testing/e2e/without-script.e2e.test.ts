import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import { testNow } from '../test-app.ts';
import { imagePath, imageSeries } from './images.ts';
import { soon, useStage } from './stage.ts';

const unreadable = imagePath('S4/OR-2CT', 'NG', '102000', 21);

const stage = useStage({
  plantPer: 'file',
  images: [
    ...imageSeries('S9/OR-3CT', { count: 130 }),
    imagePath('S9/OR-3CT', 'OK', '101000', 135),
    ...imageSeries('S4/OR-2CT', { count: 20, ngEvery: 2 }),
    { path: unreadable, bytes: Buffer.from('not an image') },
    { path: 'S4/OR-2CT/board (1).jpg', modifiedAt: testNow - 3_000_000 },
    imagePath('S7-D2/OR-3CT', 'OK', '060000', 1),
  ],
  context: { javaScriptEnabled: false },
});
const { inBrowser, open, address } = stage;

/** Clicks on what leads to another page, and waits for that page. */
const follow = (link: Locator) => Promise.all([stage.page.waitForEvent('load'), link.click()]);
const heading = () => stage.page.getByRole('heading', { level: 1 }).innerText();
const card = (station: string) => stage.page.getByRole('article', { name: station, exact: true });
const words = (selector: string) => stage.page.locator(selector).innerText();
/** Images that the browser has loaded and decoded. */
const shownImages = () =>
  stage.page.evaluate<number>('[...document.images].filter((image) => image.naturalWidth > 0).length');

inBrowser('the first page shows figures, models, trend and thumbnails of every station', async () => {
  await expect.poll(async () => (await stage.plant.text('/')).includes('Unreadable'), soon).toBe(true);
  await open('/');
  expect(await heading()).toBe('Inspections');
  expect(await words('#inspections-covers')).toMatch(/09:31–10:31 · all stations · 153 records/);
  const cards = await stage.page.getByRole('article').getByRole('heading', { level: 2 }).allInnerTexts();
  // A station without an image in the hour stays, behind those that have a yield.
  expect(cards).toEqual(['S4', 'S9', 'S7-D2']);
  expect(await card('S9').innerText()).toMatch(/Yield\s+90\.1%\s+OK\s+118\s+NG\s+13\s+Unmatched\s+0/);
  expect(await card('S4').innerText()).toMatch(/47\.6%\s+28\.3–67\.6\s\(n\s21\)\s.*Unmatched\s+1/s);
  expect(await card('S9').getByRole('row', { name: 'OR-3CT' }).innerText()).toContain('90.1 %');
  expect(await card('S9').locator('figure svg').count()).toBe(1);
  expect(await card('S4').getByText('Not a JPEG or PNG image').count()).toBe(2);
  await expect.poll(shownImages, soon).toBe(4 + 2);
});

inBrowser('the filters are a form: station, model, period, own time, and none of them again', async () => {
  await open('/');
  await stage.page.getByLabel('Station').selectOption('S9');
  await follow(stage.page.getByRole('button', { name: 'Search' }));
  expect(address()).toContain('station=S9');
  expect(await stage.page.getByRole('article').count()).toBe(1);
  await stage.page.getByLabel('Station').selectOption('All');
  await stage.page.getByText('7 d', { exact: true }).click();
  await follow(stage.page.getByRole('button', { name: 'Search' }));
  expect(await stage.page.getByRole('article').count()).toBe(3);
  expect(await stage.page.getByRole('radio', { name: '7 d' }).isChecked()).toBe(true);
  await stage.page.getByText('Custom', { exact: true }).click();
  await stage.page.getByLabel('From').fill('2025-09-06T05:00');
  await stage.page.getByLabel('To', { exact: true }).fill('2025-09-06T07:00');
  await follow(stage.page.getByRole('button', { name: 'Search' }));
  expect(await stage.page.getByRole('article').getByRole('heading', { level: 2 }).allInnerTexts()).toEqual([
    'S7-D2',
    'S4',
    'S9',
  ]);
  expect(await words('#inspections-covers')).toContain('Custom range · 6 Sept 2025 05:00–07:00');
  await stage.page.getByLabel('Model').selectOption('OR-2CT');
  await follow(stage.page.getByRole('button', { name: 'Search' }));
  expect(await words('#inspections-cards')).toContain('none match this period and these filters');
  await follow(stage.page.getByRole('link', { name: 'Show the last 7 days' }));
  expect(await stage.page.getByRole('article').count()).toBe(3);
});

inBrowser('Rescan finds what was written meanwhile, says so once and stays on the page', async () => {
  await open('/inspections?station=S4&period=1d');
  await stage.plant.writeImages([imagePath('S4/OR-2CT', 'OK', '102500', 22)]);
  await follow(stage.page.getByRole('button', { name: 'Rescan' }));
  expect(address()).toBe('/inspections?station=S4&period=1d');
  expect(await stage.page.getByRole('main').getByRole('status').innerText()).toBe(
    'Rescan finished: 155 files seen, 1 new.',
  );
  expect(await card('S4').innerText()).toMatch(/OK\s+11/);
  await stage.page.reload();
  expect(await stage.page.getByText('Rescan finished').count()).toBe(0);
});

inBrowser('language and theme are switched by forms that keep the page', async () => {
  await open('/stations/S9?period=1d');
  await stage.page.locator('.preferences summary').click();
  await follow(stage.page.getByRole('button', { name: '한국어' }));
  expect(address()).toBe('/stations/S9?period=1d');
  expect(await stage.page.locator('html').getAttribute('lang')).toBe('ko');
  expect(await stage.page.getByRole('heading', { name: '모델별' }).count()).toBe(1);
  for (const theme of ['dark', 'light', 'system']) {
    await follow(stage.page.locator('.preferences [name="theme"]'));
    expect(await stage.page.locator('html').getAttribute('data-theme')).toBe(theme);
  }
  expect(address()).toBe('/stations/S9?period=1d');
  await stage.page.locator('.preferences summary').click();
  await follow(stage.page.getByRole('button', { name: 'English' }));
  expect(await stage.page.getByRole('heading', { name: 'By model' }).count()).toBe(1);
});

inBrowser('a station’s page shows its tables, and all its images page by page', async () => {
  await open('/stations/S9');
  expect(await stage.page.getByRole('row', { name: /^OR-3CT/ }).innerText()).toMatch(
    /90\.1 %\s+118\s+13\s+0/,
  );
  expect(await stage.page.getByRole('row', { name: '10:00–11:00' }).innerText()).toMatch(/118\s+13\s+0/);
  expect(await stage.page.getByRole('row', { name: 'Missing' }).innerText()).toMatch(/131–134\s+4\s+OR-3CT/);
  expect(await stage.page.locator('#station-trend svg').count()).toBeGreaterThan(0);
  const seen: string[][] = [];
  const readPage = async () => {
    const ids = await stage.page
      .locator('#station-history a.shot')
      .evaluateAll((links) => links.map(({ id }) => id));
    seen.push(ids);
  };
  await readPage();
  for (const link of ['Older', 'Older', 'Newer', 'Newest']) {
    await follow(stage.page.getByRole('link', { name: link, exact: true }));
    await readPage();
  }
  expect(seen.map(({ length }) => length)).toEqual([60, 60, 11, 60, 60]);
  expect(new Set(seen.slice(0, 3).flat()).size).toBe(131);
  expect(seen[3]).toEqual(seen[1]);
  expect(seen[4]).toEqual(seen[0]);
  await expect.poll(shownImages, soon).toBe(4 + 60);
});

inBrowser('the history is filtered by verdict, and an image leads to its neighbours in it', async () => {
  await open('/stations/S9');
  await stage.page.locator('#station-history').getByText('NG', { exact: true }).first().click();
  await follow(stage.page.locator('#station-history').getByRole('button', { name: 'Search' }));
  expect(address()).toContain('verdict=NG');
  expect(await stage.page.locator('#station-history a.shot').count()).toBe(13);
  await follow(stage.page.locator('#station-history a.shot').first());
  expect(await heading()).toMatch(/S9 \/\s*OR-3CT\s*\/\s*NG\s+#130/);
  expect(await stage.page.getByLabel('Path on the server').inputValue()).toBe(
    `${stage.plant.watchDir}/S9/OR-3CT/NG-20250906-100209-130.jpg`,
  );
  expect(await stage.page.getByRole('link', { name: 'Next', exact: true }).count()).toBe(0);
  // The picture, and of the film strip the image and the six before it.
  await expect.poll(shownImages, soon).toBe(1 + 7);
  await follow(stage.page.getByRole('link', { name: 'Previous', exact: true }));
  await follow(stage.page.getByRole('link', { name: 'Previous', exact: true }));
  expect(await heading()).toMatch(/NG\s+#110/);
  await follow(stage.page.getByRole('link', { name: /^NG #120/ }));
  expect(await heading()).toMatch(/NG\s+#120/);
  await follow(stage.page.getByRole('link', { name: 'S9 · NG · 09:31–10:31' }));
  expect(await stage.page.locator('#station-history a.shot').count()).toBe(13);
});

inBrowser(
  'images are chosen in the film strip and compared, and what cannot be compared says so',
  async () => {
    await open('/stations/S9?verdict=NG');
    await follow(stage.page.locator('#station-history a.shot').nth(5));
    const image = address();
    await follow(stage.page.getByRole('button', { name: 'Compare chosen' }));
    expect(await words('.note[role=status]')).toContain('One image alone cannot be compared');
    await open(image);
    for (const name of ['NG #70', 'NG #100'])
      await stage.page.getByRole('checkbox', { name: new RegExp(`: ${name}`) }).check();
    await follow(stage.page.getByRole('button', { name: 'Compare chosen' }));
    const compared = () => stage.page.locator('.compared h2').allInnerTexts();
    expect(await compared()).toEqual(['NG OR-3CT #70', 'NG OR-3CT #80', 'NG OR-3CT #100']);
    await follow(stage.page.getByRole('link', { name: /^Leave out of the comparison: NG #80/ }));
    expect(await compared()).toEqual(['NG OR-3CT #70', 'NG OR-3CT #100']);
    await follow(stage.page.getByRole('link', { name: '#100' }));
    expect(await heading()).toMatch(/NG\s+#100/);
    expect(address()).toContain('verdict=NG');
  },
);

inBrowser('overview, sources and settings are whole', async () => {
  await open('/overview');
  expect(await stage.page.getByRole('row', { name: 'S9' }).innerText()).toMatch(/90\.1\s*%/);
  expect(await stage.page.getByRole('row').count()).toBe(1 + 3);
  expect(await words('#overview-figures')).toMatch(/Images, last hour\s+15\d/);
  await follow(stage.page.getByRole('link', { name: 'S9', exact: true }));
  expect(await heading()).toContain('S9');
  await open('/sources');
  expect(await stage.page.getByRole('article').innerText()).toMatch(/Online.*Known files\s+15\d/s);
  await follow(stage.page.getByRole('button', { name: /^Try again NG-20250906-102000-21/ }));
  expect(await stage.page.getByRole('row', { name: /NG-20250906-102000-21/ }).innerText()).toContain(
    'Not a JPEG or PNG image',
  );
  await open('/settings');
  expect(await stage.page.getByRole('row', { name: /^WATCH_DIR/ }).innerText()).toContain(
    stage.plant.watchDir,
  );
});

inBrowser('a wall shows its tiles', async () => {
  await open('/?kiosk=1');
  expect(await stage.page.getByRole('navigation').count()).toBe(0);
  expect(await stage.page.getByRole('article').count()).toBe(3);
  expect(await words('#tile-S9')).toMatch(/90\.1/);
  // Nothing else keeps it true.
  expect(await stage.page.locator('meta[http-equiv="refresh"]').getAttribute('content')).toBe('30');
  await open('/overview?kiosk=1');
  expect(await stage.page.getByRole('row').count()).toBe(1 + 3);
});

import { expect } from 'vitest';
import { imagePath, imageSeries } from './images.ts';
import { becomesLive, goBack, soon, useStage } from './stage.ts';

const stage = useStage({
  plantPer: 'file',
  images: [
    ...imageSeries('S4/OR-2CT', { count: 20, time: '102000' }),
    ...imageSeries('S9/OR-3CT', { count: 80, time: '100000', ngEvery: 4 }),
    imagePath('S9/OR-2CT', 'OK', '100500', 81),
    imagePath('S7-D2/OR-3CT', 'OK', '060000', 1),
  ],
});
const { inBrowser, open, openLive, address } = stage;

const stations = () => stage.page.getByRole('article').getByRole('heading', { level: 2 }).allInnerTexts();
const covers = () => stage.page.locator('#inspections-covers').innerText();
const isChecked = (period: string) =>
  stage.page.getByRole('radio', { name: period, exact: true }).isChecked();

inBrowser(
  'each choice goes at once into the URL, says nothing needless there, and Back takes it back',
  async () => {
    await openLive('/');
    await stage.page.getByLabel('Station').selectOption('S9');
    await expect.poll(address, soon).toBe('/inspections?station=S9&period=1h');
    await expect.poll(stations, soon).toEqual(['S9']);
    await stage.page.getByLabel('Model').selectOption('OR-3CT');
    await expect.poll(address, soon).toBe('/inspections?station=S9&part=OR-3CT&period=1h');
    await expect.poll(covers, soon).toMatch(/S9 · OR-3CT · 80 records/);
    await stage.page.getByText('24 h', { exact: true }).click();
    await expect.poll(address, soon).toBe('/inspections?station=S9&part=OR-3CT&period=1d');

    await goBack(stage.page);
    await expect.poll(address, soon).toBe('/inspections?station=S9&part=OR-3CT&period=1h');
    expect(await stage.page.getByLabel('Model').inputValue()).toBe('OR-3CT');
    expect(await isChecked('1 h')).toBe(true);
    await becomesLive(stage.page);
    await goBack(stage.page);
    await goBack(stage.page);
    await expect.poll(address, soon).toBe('/');
    expect(await stage.page.getByLabel('Station').inputValue()).toBe('');
    await becomesLive(stage.page);
    expect(await stations()).toEqual(['S9', 'S4', 'S7-D2']);
  },
);

inBrowser(
  '"Custom" waits for its times and Search, and its URL shows the same to the next reader',
  async () => {
    await openLive('/');
    const from = stage.page.getByLabel('From');
    expect(await from.isVisible()).toBe(false);
    await stage.page.getByText('Custom', { exact: true }).click();
    expect(await from.inputValue()).toBe('2025-09-06T09:31');
    expect(address()).toBe('/');
    await from.fill('2025-09-06T05:30');
    await stage.page.getByLabel('To', { exact: true }).fill('2025-09-06T06:30');
    expect(address()).toBe('/');
    await stage.page.getByRole('button', { name: 'Search' }).click();
    const url = '/inspections?period=custom&start=2025-09-06T05:30&end=2025-09-06T06:30';
    await expect.poll(address, soon).toBe(url);
    await expect.poll(stations, soon).toEqual(['S7-D2', 'S4', 'S9']);
    const reader = await stage.watched.context.newPage();
    await reader.goto(stage.page.url());
    expect(await reader.locator('#inspections-covers').innerText()).toBe(await covers());
    expect(await reader.getByLabel('From').inputValue()).toBe('2025-09-06T05:30');
  },
);

inBrowser('a period steps back and on, and its fixed address is copied', async () => {
  const named = (name: string) => stage.page.getByRole('link', { name });
  await openLive('/inspections?station=S9&period=yesterday');
  await named('Next period').click();
  await expect.poll(address, soon).toBe('/inspections?station=S9&period=today');
  expect(await named('Next period').count()).toBe(0);
  await named('Previous period').click();
  await named('Previous period').click();
  const before = '/inspections?station=S9&period=custom&start=2025-09-04T00:00&end=2025-09-05T00:00';
  await expect.poll(address, soon).toBe(before);
  expect(await covers()).toContain('Custom range · 4 Sept 2025 ·');
  await openLive('/inspections?station=S9');
  await stage.watched.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await named('Copy link to this time').click();
  await expect.poll(() => named('Copied').count(), soon).toBe(1);
  const copied = await stage.page.evaluate<string>('navigator.clipboard.readText()');
  expect(decodeURIComponent(copied)).toContain('period=custom&start=2025-09-06T09:31&end=2025-09-06T10:31');
  expect(address()).toBe('/inspections?station=S9');
});

inBrowser('a preset chosen after own times forgets them', async () => {
  await openLive('/?period=custom&start=2025-09-06T05:30&end=2025-09-06T06:30');
  await stage.page.getByText('7 d', { exact: true }).click();
  await expect.poll(address, soon).toBe('/inspections?period=1w');
  await expect.poll(stations, soon).toEqual(['S9', 'S4', 'S7-D2']);
});

inBrowser('a choice made before the script of the page has arrived counts as soon as it has', async () => {
  let arrives = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrives = resolve;
  });
  await stage.page.route('**/app.*.js', async (route) => {
    await arrived;
    await route.continue();
  });
  await stage.page.goto(`${stage.origin}/stations/S9`, { waitUntil: 'commit' });
  await stage.page.getByText('24 h', { exact: true }).click();
  await stage.page.getByRole('combobox', { name: 'Model' }).selectOption('OR-2CT');
  expect(address()).toBe('/stations/S9');
  arrives();
  await expect.poll(address, soon).toBe('/stations/S9?part=OR-2CT&period=1d');
  await becomesLive(stage.page);
  expect(address()).toBe('/stations/S9?part=OR-2CT&period=1d');
});

inBrowser('what was asked wrongly says so in words and leads back', async () => {
  for (const path of ['/?period=3h', '/?period=custom&start=yesterday', '/stations/none', '/nowhere']) {
    await open(path);
    expect(await stage.page.getByRole('heading', { level: 1 }).innerText(), path).toMatch(
      /^(?:Invalid request|Page not found)$/,
    );
    await stage.page.getByRole('link', { name: 'Go to Inspections' }).click();
    await expect.poll(address, soon).toBe('/inspections');
  }
  // The browser itself notes each answer that is not 200.
  stage.watched.faults.splice(0);
});

inBrowser('the filters of a station’s page and of its history keep each other', async () => {
  await openLive('/stations/S9');
  await stage.page.getByText('24 h', { exact: true }).click();
  await expect.poll(address, soon).toBe('/stations/S9?period=1d');
  const history = stage.page.locator('#station-history');
  await history.getByText('NG', { exact: true }).first().click();
  await expect.poll(address, soon).toBe('/stations/S9?period=1d&verdict=NG#history');
  await expect.poll(() => history.locator('a.shot').count(), soon).toBe(20);
  await stage.page.getByRole('combobox', { name: 'Model' }).selectOption('OR-2CT');
  await expect.poll(address, soon).toContain('part=OR-2CT&period=1d');
  await goBack(stage.page);
  await expect.poll(() => history.locator('a.shot').count(), soon).toBe(20);
});

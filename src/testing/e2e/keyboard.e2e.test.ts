import { expect } from 'vitest';
import { drawJpeg } from '../image-plant.ts';
import { imagePath, imageSeries } from './images.ts';
import { soon, useStage } from './stage.ts';

const stage = useStage({
  plantPer: 'file',
  images: [
    ...imageSeries('S9/OR-3CT', { count: 70, time: '102000', ngEvery: 7 }),
    { path: imagePath('S4/OR-2CT', 'OK', '102000', 1), bytes: await drawJpeg(2000, 1500) },
  ],
  context: { viewport: { width: 1440, height: 900 } },
});
const { inBrowser, open, address } = stage;

/** The element with the focus as the browser has it, and how it shows. */
type Focused = { what: string; id: string; top: number; left: number; isShown: boolean };

const readFocused = `(() => {
  const element = document.activeElement;
  const shown = element.type === 'radio' ? element.nextElementSibling : element;
  const box = shown.getBoundingClientRect();
  const { outlineStyle, outlineWidth } = getComputedStyle(shown);
  const inside = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  return {
    what: (element.ariaLabel || element.value || element.textContent || element.localName).trim().split('\\n')[0],
    id: element.id,
    top: box.top + scrollY,
    left: box.left,
    isShown: inside && box.width > 4 && box.height > 4 && outlineStyle === 'solid' && parseFloat(outlineWidth) >= 2,
  };
})()`;
const focused = () => stage.page.evaluate<Focused>(readFocused);
const press = (...keys: string[]) =>
  keys.reduce((before, key) => before.then(() => stage.page.keyboard.press(key)), Promise.resolve());
const heading = () => stage.page.getByRole('heading', { level: 1 }).innerText();
const isBody = () => stage.page.evaluate<boolean>('document.activeElement === document.body');

async function tabThrough(path: string): Promise<Focused[]> {
  await open(path);
  const stops: Focused[] = [];
  for (let i = 0; i < 200; i++) {
    await press('Tab');
    if (await isBody()) return stops;
    stops.push(await focused());
  }
  throw new Error(`Tab never leaves ${path}`);
}

inBrowser.each([
  '/',
  '/overview',
  '/stations/S9',
  '/inspections/1',
  '/inspections/1?station=S9',
  '/sources',
  '/settings',
  '/manual/live',
])('Tab walks over all of %s from the skip link to the end, and the focus is always seen', async (path) => {
  const stops = await tabThrough(path);
  expect(stops[0]?.what).toBe('Skip to the content');
  expect(stops.slice(1, 3).map(({ what }) => what)).toEqual(['Linesight', 'Overview']);
  expect(stops.filter(({ isShown }) => !isShown)).toEqual([]);
  expect(stops.length).toBeGreaterThan(8);
});

inBrowser('the skip link leads past the bar into the content', async () => {
  await open('/');
  await press('Tab', 'Enter');
  expect((await focused()).id).toBe('main');
  await press('Tab');
  const isInMain = "document.querySelector('main').contains(document.activeElement)";
  expect(await stage.page.evaluate(isInMain)).toBe(true);
  expect((await focused()).id).not.toBe('main');
});

inBrowser('periods and stations are chosen by arrow keys, one key after the other', async () => {
  await open('/');
  await stage.page.getByRole('radio', { name: '1 h' }).focus();
  for (const period of ['today', 'yesterday', '1d', '1w']) {
    await press('ArrowRight');
    await expect.poll(address, soon).toBe(`/inspections?period=${period}`);
    await expect.poll(async () => (await focused()).id, soon).toBe(`period-${period}`);
  }
  expect((await focused()).isShown).toBe(true);
  await press('ArrowRight');
  expect((await focused()).id).toBe('period-custom');
  await press('Tab');
  expect((await focused()).what).toBe('From');
});

inBrowser('arrow keys walk over the images of a station as the eye sees them', async () => {
  await open('/stations/S9');
  const shots = stage.page.locator('#station-history a.shot');
  const ids = await shots.evaluateAll((links) => links.map(({ id }) => id));
  await shots.first().focus();
  const at = async () => ids.indexOf((await focused()).id);
  await press('ArrowRight', 'ArrowRight');
  expect(await at()).toBe(2);
  const { left, top } = await focused();
  await press('ArrowDown');
  const below = await focused();
  expect(below.left).toBe(left);
  expect(below.top).toBeGreaterThan(top);
  await press('ArrowUp', 'ArrowLeft');
  expect(await at()).toBe(1);
  await press('End');
  expect(await at()).toBe(59);
  expect((await focused()).isShown).toBe(true);
  await press('ArrowRight');
  expect(await at()).toBe(59);
  await press('Home');
  expect(await at()).toBe(0);
  await press('PageDown');
  await expect.poll(address, soon).toContain('before=');
  await shots.first().focus();
  await press('PageUp');
  await expect.poll(address, soon).toContain('after=');
});

inBrowser('an image is opened by Enter; arrows go to its neighbours, with Shift to the next NG', async () => {
  await open('/');
  await stage.page.locator('#last-S9 a.shot').focus();
  await press('Enter');
  await expect.poll(heading, soon).toMatch(/NG\s+#70/);
  await expect.poll(() => stage.page.locator('[data-zoom-value]').innerText(), soon).toMatch(/ %$/);
  for (const [key, wanted] of [
    ['ArrowLeft', /OK\s+#69/],
    ['Shift+ArrowLeft', /NG\s+#63/],
    ['ArrowRight', /OK\s+#64/],
    ['ArrowLeft', /NG\s+#63/],
    ['Shift+ArrowLeft', /NG\s+#56/],
    ['Shift+ArrowRight', /NG\s+#63/],
    ['Shift+ArrowRight', /NG\s+#70/],
  ] as const) {
    await press(key);
    await expect.poll(heading, soon).toMatch(wanted);
  }
  await press('ArrowRight');
  await stage.page.waitForTimeout(200);
  expect(await heading()).toMatch(/NG\s+#70/);
});

inBrowser('zoom keys enlarge, shrink, show each pixel and fit again', async () => {
  await open('/');
  await stage.page.locator('#last-S4 a.shot').focus();
  await press('Enter');
  const zoom = () => stage.page.locator('[data-zoom-value]').innerText();
  await expect.poll(zoom, soon).toMatch(/^\d+ %$/);
  const fitted = await zoom();
  const percent = async () => Number.parseInt(await zoom(), 10);
  const before = await percent();
  await press('+');
  expect(await percent()).toBeGreaterThan(before);
  await press('-', '-');
  expect(await percent()).toBeLessThan(before);
  await press('1');
  expect(await zoom()).toBe('100 %');
  await press('0');
  expect(await zoom()).toBe(fitted);
  await press('+', 'Escape');
  expect(await zoom()).toBe(fitted);
  await stage.page.getByRole('button', { name: 'Zoom in' }).focus();
  await press('Enter');
  expect(await percent()).toBeGreaterThan(before);
});

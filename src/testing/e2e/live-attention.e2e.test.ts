import { expect } from 'vitest';
import { imagePath, imageSeries } from './images.ts';
import { soon, useStage } from './stage.ts';

const stage = useStage({
  plantPer: 'test',
  env: { WATCH_MODE: 'events' },
  images: [
    ...imageSeries('S4/OR-2CT', { count: 4, time: '102000' }),
    ...imageSeries('S9/OR-3CT', { count: 8, time: '102000', ngEvery: 4 }),
  ],
  context: { viewport: { width: 1600, height: 1000 } },
});
const { inBrowser, openLive, place } = stage;

const stations = () => stage.page.getByRole('article').getByRole('heading', { level: 2 }).allInnerTexts();
const figures = (station: string) => stage.page.locator(`#figures-${station}`).innerText();
/** The element with the focus: its id, or its tag and text. */
const focused = () =>
  stage.page.evaluate<string>(
    "((element) => element.id || element.localName + ' ' + (element.name || element.textContent.trim()))(document.activeElement)",
  );
/** The part of an element of the page that is used here. */
type Matching = { matches(selector: string): boolean };
/** Two NG at S4: now its yield is the worst. */
async function spoilS4() {
  for (const sequence of [5, 6]) await place(imagePath('S4/OR-2CT', 'NG', `10210${sequence}`, sequence));
  await expect.poll(() => figures('S4'), soon).toMatch(/66\.7%.*NG\s+2/s);
}

inBrowser('an open list of stations stays open and under the hand while figures change', async () => {
  await openLive('/');
  const list = stage.page.getByLabel('Station');
  await list.focus();
  await stage.page.keyboard.press('Space');
  const isOpen = () => list.evaluate((element) => (element as never as Matching).matches(':open'));
  await expect.poll(isOpen, soon).toBe(true);
  await spoilS4();
  expect(await isOpen()).toBe(true);
  expect(await focused()).toBe('select station');
  await stage.page.keyboard.press('ArrowDown');
  await stage.page.keyboard.press('Enter');
  await expect.poll(stage.address, soon).toContain('station=S4');
});

inBrowser('half-typed times survive, and the page is not sent off under them', async () => {
  await openLive('/?period=custom&start=2025-09-06T09:00&end=2025-09-06T11:00');
  await stage.page.getByLabel('From').fill('2025-09-06T08:15');
  await spoilS4();
  expect(await stage.page.getByLabel('From').inputValue()).toBe('2025-09-06T08:15');
  expect(await focused()).toBe('input start');
});

inBrowser('the focus stays where it is within a card that changes', async () => {
  await openLive('/');
  const kept: string[] = [];
  for (const [i, place] of ['#name-S4 a', '#parts-S4 a', '#last-S4 a.shot'].entries()) {
    await stage.page.locator(place).focus();
    await stage.place(imagePath('S4/OR-2CT', 'OK', `10210${i}`, 10 + i));
    await expect.poll(() => stage.page.locator('#last-S4').innerText(), soon).toContain(`#${10 + i}`);
    kept.push(await focused());
  }
  expect(kept).toEqual(['a S4', 'a OR-2CT', expect.stringMatching(/^last-\d+$/)]);
});

inBrowser('cards keep their order under the pointer, and take the new one when it has left', async () => {
  await openLive('/');
  expect(await stations()).toEqual(['S9', 'S4']);
  await stage.page.locator('#station-S9').hover();
  await spoilS4();
  expect(await stations()).toEqual(['S9', 'S4']);
  await stage.page.mouse.move(5, 5);
  await expect.poll(stations, soon).toEqual(['S4', 'S9']);
});

inBrowser('cards keep their order under the focus, and a new one stands last until it has left', async () => {
  await openLive('/');
  await stage.page.locator('#name-S9 a').focus();
  await spoilS4();
  await place(imagePath('S1/OR-3CT', 'NG', '102101', 1));
  await expect.poll(stations, soon).toEqual(['S9', 'S4', 'S1']);
  expect(await focused()).toBe('a S9');
  await stage.page.getByRole('button', { name: 'Rescan' }).focus();
  await expect.poll(stations, soon).toEqual(['S1', 'S4', 'S9']);
});

inBrowser('the rows of the overview keep their order under the pointer as well', async () => {
  await openLive('/overview');
  const rows = () => stage.page.getByRole('rowheader').allInnerTexts();
  const before = await rows();
  await stage.page.getByRole('row', { name: /^S9/ }).hover();
  for (let i = 0; i < 6; i++) await place(imagePath('S4/OR-2CT', 'NG', `10210${i}`, 10 + i));
  await expect
    .poll(() => stage.page.getByRole('row', { name: /^S4/ }).innerText(), soon)
    .toMatch(/40\.0\s*%/);
  expect(await rows()).toEqual(before);
});

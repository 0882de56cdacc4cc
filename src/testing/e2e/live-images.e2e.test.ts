import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { imagePath } from './images.ts';
import { becomesLive, goBack, soon, useStage } from './stage.ts';
import { forgetWitnessed, readWitnessed, type Witnessed } from './witness.ts';

const stage = useStage({
  plantPer: 'test',
  // No sweep but the first finds anything: what comes is told by an event.
  env: { WATCH_MODE: 'events', POLL_INTERVAL_SEC: '3600', RECONCILE_INTERVAL_MIN: '600' },
  images: [
    imagePath('S9/OR-3CT', 'OK', '102001', 1),
    imagePath('S9/OR-3CT', 'NG', '102002', 2),
    imagePath('S9/OR-3CT', 'OK', '102003', 3),
    imagePath('S4/OR-2CT', 'OK', '102004', 1),
  ],
  context: { viewport: { width: 1600, height: 1000 } },
});
const { inBrowser, openLive, place } = stage;

const figures = (station: string) => stage.page.locator(`#figures-${station}`).innerText();
const stations = () => stage.page.getByRole('article').getByRole('heading', { level: 2 }).allInnerTexts();
const imageLoaded = (place: string) =>
  expect
    .poll(() => stage.page.evaluate<number>(`document.querySelector('${place} img').naturalWidth`), soon)
    .toBeGreaterThan(0);
/** What moved by itself, the older images of a strip aside: they make room for the new one. */
const movedThings = ({ shifts }: Witnessed) =>
  shifts.flatMap(({ moved }) => moved.filter((name) => !/^ng-\d+ /.test(name))).map(briefly);
/** The text that names a thing may be that of a whole page. */
const briefly = (name: string) => name.replaceAll(/\s+/g, ' ').slice(0, 60);
const flashes = async () => {
  const { animations } = await readWitnessed(stage.page);
  return animations.flatMap(({ name, element }) => (name === 'flash' ? element : [])).toSorted();
};
const isSameDocument = () => stage.page.evaluate<boolean>('window.sameDocument === true');

/** Addresses that the page asks for from now on, pictures aside. */
function noteRequests(): string[] {
  const asked: string[] = [];
  stage.page.on('request', (request) => {
    if (request.resourceType() !== 'image') asked.push(new URL(request.url()).pathname);
  });
  return asked;
}

inBrowser('a new image is pushed to the page, its numbers flash, and nothing moves', async () => {
  await openLive('/');
  const asked = noteRequests();
  for (let sequence = 4; sequence <= 8; sequence++) {
    await place(imagePath('S9/OR-3CT', 'OK', `10210${sequence}`, sequence));
    await expect.poll(() => stage.page.locator('#last-S9').innerText(), soon).toContain(`#${sequence}`);
    await imageLoaded('#last-S9');
    await expect.poll(flashes, soon).toEqual(['figures-S9 OK', 'figures-S9 Yield']);
    const { texts, images, shifts } = await readWitnessed(stage.page);
    const counted = texts.find(
      ({ element, text }) => element === 'figures-S9 OK' && text === `${sequence - 1}`,
    );
    expect(counted).toBeDefined();
    expect(images.length).toBeGreaterThan(0);
    expect(shifts).toEqual([]);
    await forgetWitnessed(stage.page);
  }
  // All of it came by the stream that was open before: the page has asked for no fragment and no new stream.
  expect(asked.filter((path) => path !== '/plant/sign')).toEqual([]);
  expect(await figures('S9')).toMatch(/87\.5%.*OK\s+7\s+NG\s+1/s);
  expect(await stage.page.locator('#inspections-covers').innerText()).toContain('9 records');
  expect(await isSameDocument()).toBe(true);
});

inBrowser('an NG image changes counts, yield, strip and the model’s line', async () => {
  await openLive('/');
  await place(imagePath('S9/OR-3CT', 'NG', '102101', 4));
  await expect.poll(() => figures('S9'), soon).toMatch(/50\.0%.*OK\s+2\s+NG\s+2/s);
  const strip = stage.page.locator('#ngs-S9 a.shot');
  expect(await strip.count()).toBe(2);
  expect(await strip.first().innerText()).toContain('NG #4');
  expect(await strip.last().innerText()).toContain('NG #2');
  expect(await stage.page.locator('#last-S9').innerText()).toContain('NG #4');
  expect(await stage.page.locator('#parts-S9 tbody').innerText()).toMatch(/50\.0 %\s+2 \/ 2/);
  await stage.page.waitForTimeout(300);
  const witnessed = await readWitnessed(stage.page);
  const { animations } = witnessed;
  expect(animations.filter(({ name }) => name === 'slide').length).toBeGreaterThan(0);
  expect(animations.filter(({ element }) => element.includes('S4'))).toEqual([]);
  expect(movedThings(witnessed).join('; ')).toBe('');
});

inBrowser('a station that did not exist appears with its first image', async () => {
  await openLive('/');
  expect(await stations()).toEqual(['S9', 'S4']);
  await place(imagePath('S7-D2/OR-9', 'OK', '102101', 1));
  await expect.poll(stations, soon).toEqual(['S9', 'S4', 'S7-D2']);
  expect(await figures('S7-D2')).toMatch(/100\.0%.*OK\s+1/s);
  await imageLoaded('#last-S7-D2');
  // The page is a card longer, so what stands below the cards goes down.
  const moved = movedThings(await readWitnessed(stage.page));
  expect(moved.filter((name) => !name.startsWith('zone ')).join('; ')).toBe('');
  await place(imagePath('S1/OR-9', 'NG', '102101', 1));
  await expect.poll(stations, soon).toEqual(['S1', 'S9', 'S4', 'S7-D2']);
  expect(await isSameDocument()).toBe(true);
});

inBrowser('an image that is judged again stays one image, and one whose file is gone says so', async () => {
  await openLive('/');
  const file = (path: string) => join(stage.plant.watchDir, path);
  renameSync(
    file(imagePath('S9/OR-3CT', 'OK', '102003', 3)),
    file(imagePath('S9/OR-3CT', 'NG', '102003', 3)),
  );
  await expect.poll(() => figures('S9'), soon).toMatch(/33\.3%.*OK\s+1\s+NG\s+2/s);
  expect(await stage.page.locator('#last-S9').innerText()).toContain('NG #3');
  expect(await stage.page.locator('#inspections-covers').innerText()).toContain('4 records');
  rmSync(file(imagePath('S9/OR-3CT', 'NG', '102003', 3)));
  await expect.poll(() => stage.page.locator('#last-S9').innerText(), soon).toContain('File gone');
  expect(await figures('S9')).toMatch(/33\.3%.*OK\s+1\s+NG\s+2/s);
  expect(movedThings(await readWitnessed(stage.page)).join('; ')).toBe('');
});

inBrowser('overview, station and sources pages follow as well', async () => {
  const pages = await Promise.all(
    ['/overview', '/stations/S9', '/sources'].map(async (path) => {
      const opened = await stage.watched.context.newPage();
      await opened.goto(stage.origin + path);
      await becomesLive(opened);
      return opened;
    }),
  );
  await place(imagePath('S9/OR-4CT', 'NG', '102101', 4));
  const [overview, station, sources] = pages as [Page, Page, Page];
  await expect.poll(() => overview.getByRole('row', { name: /^S9/ }).innerText(), soon).toMatch(/50\.0\s*%/);
  const stationText = () => station.locator('main').innerText();
  await expect.poll(stationText, soon).toMatch(/50\.0%.*OR-4CT\s+0\.0 %.*10:00–11:00\s+50\.0 %/s);
  await expect.poll(() => sources.getByRole('article').innerText(), soon).toMatch(/Known files\s+5/);
});

inBrowser('a page that Back brings from memory is live again', async () => {
  await openLive('/');
  await stage.page.getByRole('link', { name: 'System' }).click();
  await stage.page.getByRole('heading', { name: 'System', level: 1 }).waitFor();
  await place(imagePath('S9/OR-3CT', 'NG', '102101', 4));
  await goBack(stage.page);
  await expect.poll(() => figures('S9'), soon).toMatch(/NG\s+2/);
  await place(imagePath('S9/OR-3CT', 'NG', '102102', 5));
  await expect.poll(() => figures('S9'), soon).toMatch(/NG\s+3/);
});

inBrowser('nothing flashes or slides for people who asked for less motion', async () => {
  await stage.page.emulateMedia({ reducedMotion: 'reduce' });
  await openLive('/');
  await place(imagePath('S9/OR-3CT', 'NG', '102101', 4));
  await expect.poll(() => figures('S9'), soon).toMatch(/NG\s+2/);
  await stage.page.waitForTimeout(300);
  expect((await readWitnessed(stage.page)).animations).toEqual([]);
});

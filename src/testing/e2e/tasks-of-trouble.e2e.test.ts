import { expect } from 'vitest';
import { imageSeries } from './images.ts';
import { soon, useStage } from './stage.ts';

/** What people come for when something is wrong, with the clicks it takes. */
const stage = useStage({
  plantPer: 'file',
  images: [
    // A morning as usual, then every fourth is NG, to this minute.
    ...imageSeries('S9/OR-3CT', { count: 1_200, time: '080000', ngEvery: 100 }),
    ...imageSeries('S9/OR-3CT', { count: 900, time: '101500', ngEvery: 4 }),
    // It stops in the middle of its work.
    ...imageSeries('S12/OR-3CT', { count: 900, time: '092500', ngEvery: 100 }),
    ...imageSeries('S4/OR-3CT', { count: 900, time: '101500', ngEvery: 100 }),
  ],
  context: { viewport: { width: 1280, height: 800 } },
});
const { inBrowser, openLive } = stage;

inBrowser('the worst station and since when: nothing to click, on either page', async () => {
  await openLive('/');
  const first = stage.page.getByRole('article').first();
  expect(await first.getByRole('heading', { level: 2 }).innerText()).toBe('S9');
  // Stations are tested behind the pages, so the first look may come before it.
  await expect.poll(() => first.innerText(), soon).toMatch(/NG burst since 10:15.*75\.0\s*%/s);
  await openLive('/overview');
  const rows = stage.page.getByRole('row');
  // What is silent is louder than what still says how it is doing.
  expect(await rows.nth(1).innerText()).toMatch(/^S12\s+Silent since 09:39/);
  expect(await rows.nth(2).innerText()).toMatch(/^S9\s+NG burst since 10:15/);
});

inBrowser('why S12 is silent: one click', async () => {
  await openLive('/overview');
  await stage.page.getByRole('link', { name: 'S12', exact: true }).click();
  const main = () => stage.page.locator('main').innerText();
  await expect.poll(main, soon).toContain('No image since 09:39, usually one every 1 s.');
  // The last file that came, whether its folder can be read, and how the others of that folder are doing.
  await expect
    .poll(main, soon)
    .toMatch(
      /Where to look\s+Last file\s+S12\/OR-3CT\/NG-20250906-093959-900\.jpg.*can be read.*S4.*S9\s+NG burst/s,
    );
});

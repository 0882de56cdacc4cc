import { join } from 'node:path';
import { expect } from 'vitest';
import { testNow } from '../test-app.ts';
import { imageSeries } from './images.ts';
import { becomes, placeLive, shows } from './live-stage.ts';
import { becomesLive, soon, useStage } from './stage.ts';

const longNames = Array.from({ length: 14 }, (_, i) => `Assembly_Cell_North_Line_2-${String(i + 10)}A`);

const placed: string[] = [];
const stage = useStage({
  plantPer: 'file',
  env: { WATCH_MODE: 'events' },
  before: (folder) => void placed.push(join(folder, 'state', 'live')),
  images: longNames.flatMap((name, i) =>
    imageSeries(`${name}/P`, {
      count: 12,
      time: '102800', // One without NG: its yield is the longest there is.
      ngEvery: i === 1 ? 100 : 3 + (i % 5),
    }),
  ),
  context: { viewport: { width: 1920, height: 1080 } },
});
const { inBrowser, address } = stage;

let hung = 0;

/** Makes a wall as its form does; answers its address. */
async function hang(name: string, hrefs: readonly string[], sizes: readonly string[] = []): Promise<string> {
  const body = new URLSearchParams({ name: `${name} ${++hung}`, period: 'today', dwell: '10' });
  for (const [i, href] of hrefs.entries()) {
    body.set(`href.${i + 1}`, href);
    body.set(`size.${i + 1}`, sizes[i] ?? 'small');
  }
  const made = await stage.plant.post('/wall', { body });
  expect(made.status).toBe(303);
  return made.headers.get('location')!;
}

const tilesOf = (kind: string) =>
  stage.plant.services.wallTileKinds
    .find(({ key }) => key === kind)!
    .list()
    .map(({ href }) => href);

/** Texts smaller than `leastPx`, names that are cut, and what reaches beyond the screen, as a person sees the page. */
const findFaults = (leastPx: number) => `(() => {
  const faults = [];
  const { scrollWidth, scrollHeight } = document.documentElement;
  if (scrollWidth > innerWidth || scrollHeight > innerHeight) faults.push('scrolls: ' + scrollWidth + ' x ' + scrollHeight);
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest('.visually-hidden, script, noscript, .wall-help, [hidden]')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    const style = getComputedStyle(element);
    if (box.width === 0 || style.visibility === 'hidden') continue;
    const size = parseFloat(style.fontSize);
    if (size < ${leastPx}) faults.push(node.data.trim() + ': ' + size + ' px');
    if (box.right > innerWidth + 4 || box.bottom > innerHeight + 4) faults.push(node.data.trim() + ' lies outside');
  }
  for (const name of document.querySelectorAll('h2, .live-name, .row-link, .wall-title')) {
    if (name.getClientRects().length === 0) continue;
    if (name.scrollWidth > name.clientWidth + 1 && getComputedStyle(name).overflow !== 'visible')
      faults.push(name.textContent.trim() + ' is cut');
  }
  for (const tile of document.querySelectorAll('.tile')) {
    const [figure, images] = ['.tile-yield', '.tile-shots'].map((part) => tile.querySelector(part));
    if (!figure || !images || figure.getClientRects().length === 0) continue;
    const range = document.createRange();
    range.selectNodeContents(figure);
    const isBeside = images.getBoundingClientRect().top < figure.getBoundingClientRect().bottom;
    if (isBeside && range.getBoundingClientRect().right > images.getBoundingClientRect().left)
      faults.push(figure.textContent + ' lies under an image');
  }
  return faults;
})()`;

const screens = [
  { width: 1920, height: 1080 },
  { width: 1080, height: 1920 },
  { width: 3840, height: 2160 },
];

inBrowser('walls of fourteen stations with long names read from afar, lying, upright and on 4K', async () => {
  const wall = await hang('All', [
    ...tilesOf('station'),
    ...tilesOf('yield').slice(0, 2),
    ...tilesOf('ngs').slice(0, 2),
  ]);
  for (const viewport of screens) {
    await stage.page.setViewportSize(viewport);
    for (const path of [wall, `${wall}?page=2`, '/?kiosk=1', '/overview?kiosk=1']) {
      await stage.openLive(path);
      const least = (24 / 1080) * Math.min(viewport.width, viewport.height);
      const faults = await stage.page.evaluate<string[]>(findFaults(least - 0.5));
      expect([path, viewport, faults]).toEqual([path, viewport, []]);
    }
  }
});

inBrowser('a wall turns its pages by itself and by keys, and Esc leaves it', async () => {
  await stage.page.setViewportSize(screens[0]!);
  const wall = await hang('Turning', tilesOf('station'));
  await stage.openLive(wall);
  const shown = () => stage.page.locator('.wall-page:not([hidden]) .tile h2').allInnerTexts();
  const turn = stage.page.locator('[data-wall-turn]');
  expect([await shown(), await turn.innerText()]).toEqual([longNames.slice(0, 12), '1 / 2']);
  await stage.page.keyboard.press('ArrowRight');
  expect([await shown(), await turn.innerText()]).toEqual([longNames.slice(12), '2 / 2']);
  await stage.page.keyboard.press('ArrowRight');
  expect(await turn.innerText()).toBe('1 / 2');
  await expect.poll(() => turn.innerText(), { ...soon, timeout: 15_000 }).toBe('2 / 2');
  await stage.page.keyboard.press('Escape');
  await expect.poll(address, soon).toBe('/wall');
});

inBrowser('the list of stations turns its pages as well, in the order of the list', async () => {
  await stage.openLive('/?kiosk=1');
  const shown = () => stage.page.locator('#wall .tile:visible').count();
  expect(await shown()).toBe(12);
  await stage.page.keyboard.press('ArrowRight');
  await expect.poll(shown, soon).toBe(2);
  await stage.page.keyboard.press('Escape');
  await expect.poll(address, soon).toBe('/inspections');
});

inBrowser('a wall follows its stream, and its live picture never looks newer than it is', async () => {
  const at = testNow - 5_000;
  await placeLive(placed.at(-1)!, at);
  await expect.poll(() => stage.plant.services.live.current.latest('original')?.id, soon).toBeDefined();
  const wall = await hang('Mixed', ['/live/tile?channel=original', ...tilesOf('station')], ['large']);
  await stage.openLive(wall);
  await becomes(stage.page, 'live');
  await shows(stage.page, 'original', at);
  await placeLive(placed.at(-1)!, at + 2_000);
  await shows(stage.page, 'original', at + 2_000);
  // The page with the picture goes and comes back, and the picture with it.
  const picture = stage.page.locator('[data-channel="original"] img');
  for (const [key, isShown] of [
    ['ArrowRight', false],
    ['ArrowLeft', true],
  ] as const) {
    await stage.page.keyboard.press(key);
    expect(await picture.isVisible()).toBe(isShown);
  }
  const tile = stage.page.locator('.tile').first();
  await stage.plant.addImages([`${longNames[0]}/P/NG-20250906-102900-99.jpg`]);
  await expect.poll(() => tile.innerText(), soon).toMatch(/NG\s+5/);
  await becomesLive(stage.page);
  const { walls } = stage.plant.services;
  const hangs = (await walls.list()).findLast(({ name }) => name.startsWith('Mixed'))!;
  stage.plant.clock.advance(1_000);
  await walls.change(hangs.id, { ...hangs, period: '1w' }, 'somebody else', () => null);
  await expect.poll(() => stage.page.locator('.wall-covers').innerText(), soon).toContain('Last 7 days');
  await becomes(stage.page, 'live');
  const badge = stage.page.locator('#live-badge');
  expect(await badge.isVisible()).toBe(false);
  await stage.page.context().setOffline(true);
  await becomes(stage.page, 'lost');
  expect(await badge.isVisible()).toBe(true);
  await stage.page.context().setOffline(false);
  await becomes(stage.page, 'live');
});

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect } from 'vitest';
import { accessTable } from '../access-table.ts';
import { addToken, addUser, signIn } from '../people.ts';
import { testNow } from '../test-app.ts';
import { imageSeries } from './images.ts';
import { placeLive } from './live-stage.ts';
import { soon, useStage } from './stage.ts';

/** CSS pixels that a finger needs, also in a glove. */
const leastPx = 44;
const phone = { width: 390, height: 844 };
const hall = { width: 1920, height: 1080 };

const doer = { actor: 'admin', address: '' };
const placed: string[] = [];
const stage = useStage({
  plantPer: 'file',
  before: (folder) => {
    placed.push(join(folder, 'state', 'live'));
    mkdirSync(placed[0]!, { recursive: true });
  },
  images: [
    ...imageSeries('S9/OR-3CT', { count: 65, time: '102000', ngEvery: 5 }),
    ...imageSeries('S4/OR-2CT', { count: 20, time: '102400', ngEvery: 4 }),
    'stray.jpg',
    // So many that the list is compact.
    ...Array.from({ length: 7 }, (_, i) =>
      imageSeries(`Cell_${i + 1}/P`, { count: 4, time: '102500', ngEvery: 4 }),
    ).flat(),
  ],
  context: { viewport: phone, hasTouch: true, isMobile: true },
});
const { inBrowser } = stage;

let cookie = '';
beforeAll(async () => {
  if (stage.isSkipped) return;
  const { access, live, walls, wallTileKinds } = stage.plant.services;
  await addUser(stage.plant, 'admin', 'admin');
  await addUser(stage.plant, 'kim', 'operator');
  cookie = await signIn(stage.plant, 'admin', '10.0.0.9');
  await signIn(stage.plant, 'admin', '10.0.0.7');
  await addToken(stage.plant, ['read']);
  await access.keys.addLink(doer, { name: 'tv', siteId: null, pages: ['/overview'] });
  await placeLive(placed[0]!, testNow - 5_000);
  await live.rescan();
  const tiles = wallTileKinds.flatMap((kind) =>
    kind
      .list()
      .slice(0, 1)
      .map(({ href }) => ({ href, size: 'small' as const })),
  );
  const many = Array.from({ length: 4 }, () => tiles).flat();
  await walls.add({ name: 'Hall', period: 'today', dwellSec: 15, tiles: many }, 'test', () => null);
});

/** What the examples of the routes leave out. */
const furtherPages = [
  '/inspections?station=S9',
  '/inspections?period=custom&start=2025-09-06T10:00&end=2025-09-06T10:30',
  '/inspections/compare?ids=1,2,3',
  '/stations/S9?period=1d&hours=all',
  '/search?q=S9+34',
  '/manual?q=yield',
  '/wall/Hall/edit',
];
const wallPages = ['/wall/Hall', '/?kiosk=1', '/overview?kiosk=1', '/live?kiosk=1', '/stations/S9?kiosk=1'];

async function listPages(): Promise<string[]> {
  const pages: string[] = [];
  for (const { route, example } of accessTable) {
    if (!route.startsWith('GET ') || route.startsWith('GET /stream')) continue;
    const answer = await stage.plant.request(example, { headers: { cookie, accept: 'text/html' } });
    const isHtml = answer.ok && answer.headers.get('content-type')?.startsWith('text/html');
    if (isHtml && (await answer.text()).includes('<main')) pages.push(example);
  }
  return [...pages, ...furtherPages, await imageOf('station=S9'), await imageOf('station=S9&verdict=NG')];
}

/** An image with neighbours on both sides within the list of this query. */
async function imageOf(query: string): Promise<string> {
  const { inspections } = (await stage.plant.json(`/api/v1/inspections?${query}`)) as {
    inspections: { id: number }[];
  };
  return `/inspections/${inspections[2]!.id}?${query}`;
}

/**
 * What can be pressed and is smaller than a finger, as `<size>: <element>`. The size is what answers to a press around the middle: a label and what a
 * pseudo-element adds belong to it, what lies over it does not. A link within a sentence has the height of its line, as WCAG 2.5.8 allows.
 */
const findSmall = (within: string) => `(() => {
  const pressable = 'a[href], button, summary, select, textarea, input:not([type=hidden]), [role=button]';
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) &&
    element.getClientRects().length > 0 && getComputedStyle(element).pointerEvents !== 'none';
  const answering = (element) => element.labels?.length ? [element, ...element.labels] : [element];
  function isInSentence(link) {
    if (link.localName !== 'a' || getComputedStyle(link).display !== 'inline') return false;
    let block = link.parentElement;
    while (/^inline/.test(getComputedStyle(block).display)) block = block.parentElement;
    if (/^(flex|grid)$/.test(getComputedStyle(block).display) && block === link.parentElement) return false;
    const copy = block.cloneNode(true);
    for (const one of copy.querySelectorAll(pressable + ', script, .visually-hidden')) one.remove();
    return /\\p{L}{2}/u.test(copy.textContent);
  }
  function reach(parts, x, y, dx, dy) {
    let length = 0;
    while (length < ${leastPx}) {
      const hit = document.elementFromPoint(x + dx * (length + 1), y + dy * (length + 1));
      if (!hit || !parts.some((part) => part.contains(hit))) break;
      length++;
    }
    return length;
  }
  const small = [];
  for (const element of document.querySelectorAll(${JSON.stringify(within)})) {
    for (const target of element.querySelectorAll(pressable)) {
      if (!isShown(target) || target.disabled || target.closest('.visually-hidden, .skip') || isInSentence(target)) continue;
      const parts = answering(target);
      // What is drawn by its label: the middle of that is pressed.
      const shown = parts.length > 1 && getComputedStyle(target).opacity === '0' ? parts[1] : target;
      shown.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
      const box = shown.getBoundingClientRect();
      const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
      const width = reach(parts, x, y, -1, 0) + reach(parts, x, y, 1, 0) + 1;
      const height = reach(parts, x, y, 0, -1) + reach(parts, x, y, 0, 1) + 1;
      // Whole pixels are tried: of a width that begins within one, that one is not counted.
      if (Math.min(width, height) < ${leastPx} - 1)
        small.push(Math.round(width) + ' x ' + Math.round(height) + ': ' + target.outerHTML.replaceAll(/\\s+/g, ' ').slice(0, 140));
    }
  }
  return small;
})()`;

async function signInHere(): Promise<void> {
  const [name = '', value = ''] = cookie.split('=');
  await stage.watched.context.addCookies([{ name, value, url: stage.origin }]);
}

inBrowser('on a phone everything that is pressed is as large as a finger, on every page', async () => {
  await signInHere();
  const pages = await listPages();
  expect(pages.length).toBeGreaterThan(40);
  const found: Record<string, string[]> = {};
  for (const path of pages) {
    await stage.open(path);
    const small = await stage.page.evaluate<string[]>(findSmall('main, header, footer, .section-tabs'));
    if (small.length > 0) found[path] = [...new Set(small)];
  }
  expect(found).toEqual({});
});

inBrowser('the menu of a phone as well', async () => {
  await signInHere();
  await stage.open('/');
  await stage.page.locator('.menu > summary').tap();
  expect(await stage.page.evaluate(findSmall('.menu'))).toEqual([]);
});

inBrowser('a wall is left and turned by a glove', async () => {
  await signInHere();
  await stage.page.setViewportSize(hall);
  for (const path of wallPages) {
    await stage.open(path);
    await stage.page.mouse.move(200, 200);
    const buttons = stage.page.locator('.wall-help :is(a, button):visible');
    expect([path, await buttons.count()]).toEqual([
      path,
      path === '/wall/Hall' ? 5 : expect.toBeOneOf([2, 3]),
    ]);
    expect([path, await stage.page.evaluate(findSmall('main, .wall-help'))]).toEqual([path, []]);
  }
});

inBrowser(
  'of an image the neighbours are under the thumb, and no keys are explained where there are none',
  async () => {
    const image = await imageOf('station=S9');
    await stage.open(image);
    const { page } = stage;
    for (const name of ['previous', 'next']) {
      const box = await page.locator(`[data-go="${name}"]`).boundingBox();
      expect(box?.y).toBeGreaterThan(phone.height * (2 / 3));
      expect(box!.y + box!.height).toBeLessThanOrEqual(phone.height);
    }
    const before = await page.getByRole('heading', { level: 1 }).innerText();
    await page.locator('[data-go="next"]').tap();
    await expect.poll(() => page.getByRole('heading', { level: 1 }).innerText(), soon).not.toBe(before);
    for (const path of [image, '/inspections/compare?ids=1,2', '/live/main', '/wall/Hall', '/']) {
      await stage.open(path);
      expect([path, await page.locator('kbd:visible, .keys:visible').allInnerTexts()]).toEqual([path, []]);
    }
  },
);

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page, WebSocketRoute } from 'playwright-core';
import { beforeEach, expect } from 'vitest';
import { testNow } from '../test-app.ts';
import { becomes, placeLive, shownAt, shows } from './live-stage.ts';
import { goBack, soon, useStage } from './stage.ts';
import { readWitnessed } from './witness.ts';

const delayMs = 200;
const pingMs = 1_000;
const attempts = 2;

const stage = useStage({
  plantPer: 'test',
  env: {
    WATCH_MODE: 'events',
    RECONNECT_DELAY: `${delayMs}`,
    MAX_RECONNECT_ATTEMPTS: `${attempts}`,
    WS_PING_INTERVAL: `${pingMs}`,
  },
  images: ['S9/OR-3CT/OK-20250906-103000-1.jpg'],
  before: (folder) => void placed.push(join(folder, 'state', 'live')),
  context: { viewport: { width: 1920, height: 1080 } },
});
const { inBrowser } = stage;
const placed: string[] = [];
const baseDir = () => placed.at(-1)!;
const place = (at: number, options: Parameters<typeof placeLive>[2] = {}) =>
  placeLive(baseDir(), at, options);

/** Each test begins with one pair of pictures, ten seconds old. */
const firstAt = testNow - 10_000;
beforeEach(async () => {
  if (stage.isSkipped) return;
  await place(firstAt);
  await place(firstAt, { role: 'labeled' });
  await expect.poll(() => stage.plant.services.live.current.latest('labeled')?.id, soon).toBeDefined();
  await expect.poll(() => stage.plant.services.live.current.latest('original')?.id, soon).toBeDefined();
});

async function openLive(path: string): Promise<Page> {
  await stage.open(path);
  await becomes(stage.page, 'live');
  return stage.page;
}

/** A switch in the line of the page's WebSocket: `pass` goes on, `refuse` closes, `die` stays open and lets nothing through any more. */
async function switchSocket(page: Page) {
  const open: WebSocketRoute[] = [];
  const line = { mode: 'pass' as 'pass' | 'refuse' | 'die', opened: 0, cut: () => cutAll(open) };
  await page.routeWebSocket(/\/ws\/images/, (socket) => {
    line.opened += 1;
    if (line.mode === 'refuse') return void socket.close({ code: 1011 });
    open.push(socket);
    const server = socket.connectToServer();
    let isDead = false;
    server.onMessage((message) => {
      isDead ||= line.mode === 'die';
      if (!isDead) socket.send(message);
    });
  });
  return line;
}

async function cutAll(open: WebSocketRoute[]): Promise<void> {
  for (const socket of open.splice(0)) await socket.close({ code: 1011 });
}

inBrowser('a new picture is on the wall without a hand, with coil and age', async () => {
  const page = await openLive('/live');
  await shows(page, 'original', firstAt);
  await place(testNow - 4_000, { coil: '2892' });
  await shows(page, 'original', testNow - 4_000);
  const tile = page.locator('[data-channel="original"]');
  expect(await tile.innerText()).toMatch(/Main camera\s+Original\s+2892\s+[4-6] s ago/);
  expect(await tile.getAttribute('data-state')).toBe('fresh');
  expect(await page.locator('.live-tile').count()).toBe(3);
});

inBrowser(
  'a cut socket turns the badge yellow after its tries, pictures come over HTTP, and it heals by itself',
  async () => {
    const line = await switchSocket(stage.page);
    const page = await openLive('/live');
    line.mode = 'refuse';
    await line.cut();
    await becomes(page, 'lost');
    expect(await page.locator('#live-badge').innerText()).toContain('connection error');
    await becomes(page, 'polling');
    expect(line.opened).toBeGreaterThanOrEqual(1 + attempts);
    expect(await page.locator('#live-badge').innerText()).toContain('HTTP mode');
    await place(testNow - 3_000);
    await shows(page, 'original', testNow - 3_000);
    line.mode = 'pass';
    await becomes(page, 'live');
    await place(testNow - 2_000);
    await shows(page, 'original', testNow - 2_000);
  },
);

inBrowser('a line that is dead but looks open is noticed and left', async () => {
  const line = await switchSocket(stage.page);
  const page = await openLive('/live');
  line.mode = 'die';
  await place(testNow - 3_000);
  await expect.poll(() => line.opened, { timeout: 6 * pingMs }).toBeGreaterThan(1);
  expect(await shownAt(page, 'original')).toBe(firstAt);
  line.mode = 'pass';
  await becomes(page, 'live');
  await shows(page, 'original', testNow - 3_000);
});

inBrowser('an old picture fades and says how old it is, by the server’s clock', async () => {
  await stage.page.clock.install({ time: testNow + 5 * 3_600_000 });
  const page = await openLive('/live');
  const tile = page.locator('[data-channel="original"]');
  await expect.poll(() => tile.innerText(), soon).toContain('1');
  expect(await tile.getAttribute('data-state')).toBe('fresh');
  stage.plant.clock.advance(600_000);
  await expect.poll(() => tile.getAttribute('data-state'), soon).toBe('old');
  expect(await tile.innerText()).toMatch(/10 min ago/);
  const opacity = await page.evaluate<string>(
    `getComputedStyle(document.querySelector('[data-channel="original"] img')).opacity`,
  );
  expect(Number(opacity)).toBeLessThan(0.5);
  await place(testNow + 599_000);
  await expect.poll(() => tile.getAttribute('data-state'), soon).toBe('fresh');
});

inBrowser('over a slow line fewer pictures come and never older ones; the last is the newest', async () => {
  const page = await openLive('/live?cameras=main&show=original');
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  await cdp.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 300,
    downloadThroughput: 30_000,
    uploadThroughput: 30_000,
  });
  const count = 25;
  const seen: number[] = [];
  for (let i = 0; i < count; i++) {
    await place(firstAt + (i + 1) * 100, { color: `#${(i * 9 + 16).toString(16)}4040` });
    seen.push(await shownAt(page, 'original'));
    await sleep(60);
  }
  const last = firstAt + count * 100;
  await shows(page, 'original', last);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  const loaded = (await readWitnessed(page)).images.filter(({ path }) => path.startsWith('/live/images/'));
  console.log(`${count} pictures in ${count * 60} ms over a slow line: ${loaded.length} were loaded`);
  expect(loaded.length).toBeGreaterThan(0);
  expect(loaded.length).toBeLessThan(count / 2);
});

inBrowser(
  'zoom and place stay when the next picture comes, and the file itself is shown where it is finer',
  async () => {
    await place(testNow - 9_000, { size: 3_000 });
    const page = await openLive('/live/main?view=original');
    await shows(page, 'original', testNow - 9_000);
    const sheet = page.locator('[data-role="original"] .live-sheet');
    await page.mouse.move(700, 300);
    for (let i = 0; i < 8; i++) await page.mouse.wheel(0, -100);
    const transform = async () => (await sheet.getAttribute('style')) ?? '';
    const before = await transform();
    expect(before).toMatch(/scale\(5\.96/);
    const source = () => sheet.locator('img').getAttribute('src');
    await expect.poll(source, soon).toMatch(/original$/);
    await place(testNow - 5_000, { size: 3_000, color: '#205080' });
    await shows(page, 'original', testNow - 5_000);
    expect(await transform()).toBe(before);
    await expect.poll(source, soon).toMatch(/original$/);
    await page.keyboard.press('0');
    expect(await transform()).not.toContain('scale');
  },
);

inBrowser('one word says whether the page is live, in the past, or has lost its pictures', async () => {
  await place(testNow - 2_000);
  const page = await openLive('/live/main');
  await shows(page, 'original', testNow - 2_000);
  const word = () => page.locator('#live-mode').innerText();
  await expect.poll(word, soon).toBe('Live');
  await page.keyboard.press('ArrowLeft');
  await expect.poll(word, soon).toMatch(/^History 6 Sept 2025\s+10:30:\d\d/);
  await page.keyboard.press('End');
  await expect.poll(word, soon).toBe('Live');
  await page.context().setOffline(true);
  await becomes(page, 'lost');
  expect(await word()).toBe('Lost');
  await page.context().setOffline(false);
  await becomes(page, 'live');
  expect(await word()).toBe('Live');
});

inBrowser('the history never calls a picture current that is not the one shown', async () => {
  const page = await openLive('/live/main');
  await shows(page, 'original', firstAt);
  const current = page.locator('#live-history [aria-current] time');
  const currentAt = async () =>
    (await current.count()) === 0 ? null : Date.parse((await current.getAttribute('datetime')) ?? '');
  expect(await currentAt()).toBe(firstAt);
  await place(testNow - 2_000);
  await shows(page, 'original', testNow - 2_000);
  expect(await currentAt()).not.toBe(firstAt);
  await expect.poll(currentAt, { timeout: 10_000 }).toBe(testNow - 2_000);
});

inBrowser(
  'Space switches the pictures, arrows step through the past in place, End returns to live',
  async () => {
    await place(testNow - 5_000, { coil: '2892' });
    await place(testNow - 5_000, { coil: '2892', role: 'labeled' });
    const page = await openLive('/live/main');
    await shows(page, 'labeled', testNow - 5_000);
    await page.keyboard.press(' ');
    expect(stage.address()).toBe('/live/main?view=labeled');
    expect(await page.locator('[data-role="original"]').isVisible()).toBe(false);
    await page.keyboard.press(' ');
    expect(await page.locator('[data-role="labeled"]').isVisible()).toBe(false);
    await expect.poll(() => page.locator('#live-nav a').count(), { timeout: 10_000 }).toBeGreaterThan(0);
    await page.keyboard.press('ArrowLeft');
    await shows(page, 'original', firstAt);
    await shows(page, 'labeled', firstAt);
    expect(stage.address()).toContain('at=');
    expect(await page.locator('.live-coil-now').innerText()).toContain('2891');
    await place(testNow - 1_000);
    await sleep(300);
    expect(await shownAt(page, 'original')).toBe(firstAt);
    await page.keyboard.press('End');
    await shows(page, 'original', testNow - 1_000);
    await goBack(page);
    await shows(page, 'original', firstAt);
  },
);

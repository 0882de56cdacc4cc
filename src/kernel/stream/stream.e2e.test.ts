import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { useBrowser, type WatchedPage } from '../../testing/e2e/browser.ts';
import { type CardsServer, startCardsServer } from '../../testing/e2e/cards-server.ts';
import { startWire } from '../../testing/e2e/wire.ts';
import { findFreePort } from '../../testing/free-port.ts';

const browser = useBrowser();
const inBrowser = test.skipIf(browser.missing);

let watched: WatchedPage;
let page: Page;
let port: number;
let server: CardsServer;

const text = (selector: string) => page.locator(selector).innerText();
const connectionState = () => page.locator('#connection').getAttribute('data-state');
const until = { timeout: 12_000, interval: 50 };

beforeEach(async () => {
  port = await findFreePort();
  server = await startCardsServer(port, { S4: '97.0 %', S9: '95.0 %' });
  watched = await browser.open();
  page = watched.page;
  await page.clock.install();
});
afterEach(async () => {
  await watched.close();
  await server.stop();
});

inBrowser(
  'shows a change at once without reloading, flashes it, and lets ages tick; nothing is reported',
  async () => {
    await page.goto(`http://127.0.0.1:${port}/`);
    await expect.poll(connectionState, until).toBe('live');
    expect(await text('[data-connection-word]')).toBe('Live');
    await expect.poll(() => text('#S4 time'), until).toMatch(/^\d+ d ago$/);
    await page.evaluate(() => Reflect.set(globalThis, 'sameDocument', true));

    server.record('S4', '96.4 %');
    await expect.poll(() => text('#S4 b'), { timeout: 1000, interval: 10 }).toBe('96.4 %');
    expect(await page.locator('#S4 b').getAttribute('class')).toBe('is-changed');
    expect(await page.locator('#S9 b').getAttribute('class')).toBeNull();
    expect(await text('#S4 time')).toMatch(/^\d+ d ago$/);
    await expect.poll(() => page.locator('.is-changed').count(), until).toBe(0);

    server.record('S7', '99.0 %');
    await expect.poll(() => page.locator('#cards p').count(), until).toBe(3);
    expect(await page.evaluate(() => Reflect.get(globalThis, 'sameDocument'))).toBe(true);
    expect(watched.faults).toEqual([]);
  },
);

inBrowser('becomes live over a slow line, whichever script comes late', async () => {
  for (const late of ['htmx.min', 'hx-sse', 'live']) {
    await page.route(new RegExp(late), async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      await route.continue();
    });
    await page.goto(`http://127.0.0.1:${port}/`);
    await expect.poll(connectionState, until).toBe('live');
    expect(server.viewers()).toBe(1);
    await page.unrouteAll();
    await page.goto('about:blank');
    await expect.poll(server.viewers, until).toBe(0);
  }
});

inBrowser('is live at once in a second tab of the same browser', async () => {
  await page.goto(`http://127.0.0.1:${port}/`);
  await expect.poll(connectionState, until).toBe('live');
  const second = await watched.context.newPage();
  await second.goto(`http://127.0.0.1:${port}/`);
  const state = () => second.locator('#connection').getAttribute('data-state');
  await expect.poll(state, { timeout: 5000, interval: 50 }).toBe('live');
  await second.close();
});

inBrowser('polls while its first connect is refused, and is live once the stream opens', async () => {
  server.isStreamRefused = true;
  await page.goto(`http://127.0.0.1:${port}/`);
  await expect.poll(connectionState, until).toBe('polling');
  server.record('S4', '80.0 %');
  await page.clock.runFor(11_000);
  await expect.poll(() => text('#S4 b'), until).toBe('80.0 %');
  server.isStreamRefused = false;
  await page.clock.runFor(16_000);
  await expect.poll(connectionState, until).toBe('live');
  server.record('S4', '81.0 %');
  await expect.poll(() => text('#S4 b'), until).toBe('81.0 %');
});

inBrowser('heals by itself after a restart of the server, and says how old it is meanwhile', async () => {
  await page.goto(`http://127.0.0.1:${port}/`);
  await expect.poll(connectionState, until).toBe('live');
  await page.evaluate(() => Reflect.set(globalThis, 'sameDocument', true));
  await server.stop();
  await page.clock.runFor(20_000);
  await expect.poll(connectionState, until).toBe('lost');
  expect(await text('#stale')).toMatch(/^Old: \d+ s ago$/);

  server = await startCardsServer(port, { ...server.values, S9: '50.0 %' });
  await page.clock.runFor(6_000);
  await expect.poll(connectionState, until).toBe('live');
  await expect.poll(() => text('#S9 b'), until).toBe('50.0 %');
  expect(await page.locator('#stale').isHidden()).toBe(true);
  expect(await page.evaluate(() => Reflect.get(globalThis, 'sameDocument'))).toBe(true);
});

inBrowser('reloads once the server runs another version, but not while someone types', async () => {
  await page.goto(`http://127.0.0.1:${port}/`);
  await expect.poll(connectionState, until).toBe('live');
  await page.evaluate(() => Reflect.set(globalThis, 'sameDocument', true));
  await page.locator('#typing').focus();
  await server.stop();
  server = await startCardsServer(port, server.values, 'v2');
  await page.clock.runFor(10_000);
  await expect.poll(connectionState, until).toBe('live');
  expect(await page.evaluate(() => Reflect.get(globalThis, 'sameDocument'))).toBe(true);
  await page.locator('#typing').blur();
  await page.clock.runFor(2_000);
  await expect
    .poll(() => page.evaluate(() => Reflect.get(globalThis, 'sameDocument')), until)
    .toBeUndefined();
  await expect.poll(connectionState, until).toBe('live');
});

inBrowser('does not cry wolf when a tab that was in the background comes back', async () => {
  await page.goto(`http://127.0.0.1:${port}/`);
  await expect.poll(connectionState, until).toBe('live');
  await page.evaluate(recordStates);
  await page.evaluate(setHidden, true);
  server.record('S4', '60.0 %');
  await page.clock.runFor(120_000);
  await page.evaluate(setHidden, false);
  await page.clock.runFor(3_000);
  await expect.poll(() => text('#S4 b'), until).toBe('60.0 %');
  expect(await page.evaluate(() => Reflect.get(globalThis, 'states'))).toEqual([]);
});

inBrowser('detects a half-open connection, polls, and reconnects', async () => {
  const wire = await startWire(port);
  await page.goto(`http://127.0.0.1:${wire.port}/`);
  await expect.poll(connectionState, until).toBe('live');
  wire.freeze();
  server.record('S4', '70.0 %');
  await page.clock.runFor(39_000);
  expect(await connectionState()).toBe('live');
  await page.clock.runFor(3_000);
  await expect.poll(() => text('#S4 b'), until).toBe('70.0 %');
  await page.clock.runFor(3_000);
  await expect.poll(connectionState, until).toBe('live');
  server.record('S4', '71.0 %');
  await expect.poll(() => text('#S4 b'), until).toBe('71.0 %');
  wire.close();
});

inBrowser(
  'a panel that cannot be renewed says so, by stream and by poll, while the others go on',
  async () => {
    const mark = () => page.locator('#cards > .panel-stale').allInnerTexts();
    const old = ['These figures cannot be renewed now.'];
    await page.goto(`http://127.0.0.1:${port}/`);
    await expect.poll(connectionState, until).toBe('live');
    server.isUnreadable = true;
    server.record('S4', '50.0 %');
    await expect.poll(() => text('#sum'), until).toBe('50.0 % + 95.0 %');
    await expect.poll(mark, until).toEqual(old);
    expect([await connectionState(), await text('#S4 b')]).toEqual(['live', '97.0 %']);
    server.isUnreadable = false;
    server.record('S9', '51.0 %');
    await expect.poll(mark, until).toEqual([]);
    expect(await text('#cards')).toMatch(/50\.0 %.*51\.0 %/s);

    server.isStreamRefused = true;
    await page.goto(`http://127.0.0.1:${port}/`);
    await expect.poll(connectionState, until).toBe('polling');
    server.isUnreadable = true;
    server.record('S4', '52.0 %');
    await page.clock.runFor(11_000);
    await expect.poll(() => text('#sum'), until).toBe('52.0 % + 51.0 %');
    await expect.poll(mark, until).toEqual(old);
    expect([await connectionState(), await text('#S4 b')]).toEqual(['polling', '50.0 %']);
    server.isUnreadable = false;
    await page.clock.runFor(11_000);
    await expect.poll(mark, until).toEqual([]);
    expect(await text('#S4 b')).toBe('52.0 %');
  },
);

/** In the page: notes every state the connection badge takes from now on. */
function recordStates() {
  const { document, MutationObserver } = globalThis as unknown as {
    document: { documentElement: { dataset: { live: string } } };
    MutationObserver: new (run: () => void) => { observe(target: unknown, options: object): void };
  };
  const states: string[] = [];
  Reflect.set(globalThis, 'states', states);
  const observer = new MutationObserver(() => states.push(document.documentElement.dataset.live));
  observer.observe(document.documentElement, { attributeFilter: ['data-live'] });
}

/** In the page: as when its tab is put behind another, or comes back. */
function setHidden(hidden: boolean) {
  const { document } = globalThis as unknown as { document: EventTarget };
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}

import { connect, createServer, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Hono } from 'hono';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { findFreePort } from '../../testing/free-port.ts';
import { requireOrSkip } from '../../testing/services.ts';
import { systemClock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { compression } from '../http/compression.ts';
import type { AppEnv } from '../http/env.ts';
import { createErrorHandlers } from '../http/errors.ts';
import { htmxFiles } from '../http/htmx-files.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { type RunningServer, startServer } from '../http/server.ts';
import { loadStaticFiles } from '../http/static.ts';
import { createLog } from '../log.ts';
import { createTopics, type Topics } from './topics.ts';

const browserProgram = requireOrSkip('chromium');
const files = loadStaticFiles({
  dir: fileURLToPath(new URL('../../../static', import.meta.url)),
  extraFiles: htmxFiles,
});
const log = createLog({ level: 'silent', pretty: false });

let browser: Browser | undefined;
let context: BrowserContext;
let page: Page;
let faults: string[];
let port: number;
let server: RunningServer;
let topics: Topics;
let yields: Record<string, string>;
let streamRefused: boolean;

function card(station: string, value: string) {
  const html = `<p id="${station}"><b data-flash>${value}</b> <time data-ago datetime="2020-01-01T00:00:00Z">then</time></p>`;
  return { id: station, html };
}

function pageHtml(cards: string, stream: string) {
  return `<!doctype html><html lang="en" data-ago-now="now" data-ago-s="{n} s ago" data-ago-m="{n} min ago"
    data-ago-h="{n} h ago" data-ago-d="{n} d ago"><head><meta charset="utf-8"><title>Cards</title>
    <link rel="icon" href="data:,">
    <meta name="htmx-config" content='{"noSwap":[204,304,"4xx","5xx"],"includeIndicatorCSS":false,"history":false}'>
    <script defer src="${files.asset('vendor/htmx.min.js')}"></script>
    <script defer src="${files.asset('vendor/hx-sse.min.js')}"></script>
    <script defer src="${files.asset('js/live.js')}"></script></head><body>
    <p id="connection" data-state="none" data-live="Live" data-polling="Polling" data-lost="Lost"><b data-connection-word></b>
    <time data-connection-age></time></p><p id="stale" hidden>Old: <time data-stale-since></time></p>
    <input id="typing"><div id="cards">${cards}</div>
    <div id="live" hidden hx-sse:connect="${stream.replaceAll('&', '&amp;')}" hx-trigger="load, every 15s" hx-swap="none"
    hx-config="sse.reconnectMaxDelay:5s sse.connectTimeout:5s"></div></body></html>`;
}

async function startPlant(version = 'v1') {
  topics = createTopics({ clock: systemClock, log, version, maxViewers: 10 });
  topics.define({
    path: '/cards',
    events: ['recorded'],
    render: () => {
      const parts = Object.entries(yields).map(([station, value]) => card(station, value));
      return { containerId: 'cards', parts, html: parts.map((part) => part.html).join('') };
    },
  });
  const app = new Hono<AppEnv>();
  app.use(securityHeaders(), compression());
  app.use('/stream', async (_c, next) => {
    if (streamRefused) throw new AppError('unavailable', 'No room');
    await next();
  });
  app.get('/', async (c) => {
    const { html, shown } = await topics.first('/cards', { lang: 'en' });
    return c.html(pageHtml(html, topics.streamUrl([shown])));
  });
  app.route('/', files.routes()).route('/', topics.routes());
  app.onError(createErrorHandlers({ renderProblem: (_c, problem) => problem.message }).onError);
  server = await startServer({ fetch: app.fetch, host: '127.0.0.1', port, log, endStreams: topics.stop });
}

function record(station: string, value: string) {
  yields[station] = value;
  topics.publish('recorded');
}

const text = (selector: string) => page.locator(selector).innerText();
const connectionState = () => page.locator('#connection').getAttribute('data-state');
const until = { timeout: 12_000, interval: 50 };

beforeAll(async () => {
  if (browserProgram.missing) return;
  const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'];
  browser = await chromium.launch({
    executablePath: browserProgram.path,
    args: [...quiet, '--disable-background-networking', '--disable-component-update'],
  });
});
afterAll(() => browser?.close());

beforeEach(async () => {
  yields = { S4: '97.0 %', S9: '95.0 %' };
  streamRefused = false;
  port = await findFreePort();
  await startPlant();
  context = await browser!.newContext();
  page = await context.newPage();
  faults = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(String(error)));
  await page.clock.install();
});
afterEach(async () => {
  await context.close();
  await server.stop({ graceMs: 200 });
});

test.skipIf(browserProgram.missing)(
  'shows a change at once without reloading, flashes it, and lets ages tick; nothing is reported',
  async () => {
    await page.goto(`http://127.0.0.1:${port}/`);
    await expect.poll(connectionState, until).toBe('live');
    expect(await text('[data-connection-word]')).toBe('Live');
    await expect.poll(() => text('#S4 time'), until).toMatch(/^\d+ d ago$/);
    await page.evaluate(() => Reflect.set(globalThis, 'sameDocument', true));

    record('S4', '96.4 %');
    await expect.poll(() => text('#S4 b'), { timeout: 1000, interval: 10 }).toBe('96.4 %');
    expect(await page.locator('#S4 b').getAttribute('class')).toBe('is-changed');
    expect(await page.locator('#S9 b').getAttribute('class')).toBeNull();
    expect(await text('#S4 time')).toMatch(/^\d+ d ago$/);
    await expect.poll(() => page.locator('.is-changed').count(), until).toBe(0);

    record('S7', '99.0 %');
    await expect.poll(() => page.locator('#cards p').count(), until).toBe(3);
    expect(await page.evaluate(() => Reflect.get(globalThis, 'sameDocument'))).toBe(true);
    expect(faults).toEqual([]);
  },
);

test.skipIf(browserProgram.missing)(
  'becomes live over a slow line, whichever script comes late',
  async () => {
    for (const late of ['htmx.min', 'hx-sse', 'live']) {
      await page.route(new RegExp(late), async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        await route.continue();
      });
      await page.goto(`http://127.0.0.1:${port}/`);
      await expect.poll(connectionState, until).toBe('live');
      expect(topics.stats().viewers).toBe(1);
      await page.unrouteAll();
      await page.goto('about:blank');
      await expect.poll(() => topics.stats().viewers, until).toBe(0);
    }
  },
);

test.skipIf(browserProgram.missing)('is live at once in a second tab of the same browser', async () => {
  await page.goto(`http://127.0.0.1:${port}/`);
  await expect.poll(connectionState, until).toBe('live');
  const second = await context.newPage();
  await second.goto(`http://127.0.0.1:${port}/`);
  const state = () => second.locator('#connection').getAttribute('data-state');
  await expect.poll(state, { timeout: 5000, interval: 50 }).toBe('live');
  await second.close();
});

test.skipIf(browserProgram.missing)(
  'polls while its first connect is refused, and is live once the stream opens',
  async () => {
    streamRefused = true;
    await page.goto(`http://127.0.0.1:${port}/`);
    await expect.poll(connectionState, until).toBe('polling');
    record('S4', '80.0 %');
    await page.clock.runFor(11_000);
    await expect.poll(() => text('#S4 b'), until).toBe('80.0 %');
    streamRefused = false;
    await page.clock.runFor(16_000);
    await expect.poll(connectionState, until).toBe('live');
    record('S4', '81.0 %');
    await expect.poll(() => text('#S4 b'), until).toBe('81.0 %');
  },
);

test.skipIf(browserProgram.missing)(
  'heals by itself after a restart of the server, and says how old it is meanwhile',
  async () => {
    await page.goto(`http://127.0.0.1:${port}/`);
    await expect.poll(connectionState, until).toBe('live');
    await page.evaluate(() => Reflect.set(globalThis, 'sameDocument', true));
    await server.stop({ graceMs: 100 });
    await page.clock.runFor(20_000);
    await expect.poll(connectionState, until).toBe('lost');
    expect(await text('#stale')).toMatch(/^Old: \d+ s ago$/);

    yields.S9 = '50.0 %';
    await startPlant();
    await page.clock.runFor(6_000);
    await expect.poll(connectionState, until).toBe('live');
    await expect.poll(() => text('#S9 b'), until).toBe('50.0 %');
    expect(await page.locator('#stale').isHidden()).toBe(true);
    expect(await page.evaluate(() => Reflect.get(globalThis, 'sameDocument'))).toBe(true);
  },
);

test.skipIf(browserProgram.missing)(
  'reloads once the server runs another version, but not under somebody’s typing',
  async () => {
    await page.goto(`http://127.0.0.1:${port}/`);
    await expect.poll(connectionState, until).toBe('live');
    await page.evaluate(() => Reflect.set(globalThis, 'sameDocument', true));
    await page.locator('#typing').focus();
    await server.stop({ graceMs: 100 });
    await startPlant('v2');
    await page.clock.runFor(10_000);
    await expect.poll(connectionState, until).toBe('live');
    expect(await page.evaluate(() => Reflect.get(globalThis, 'sameDocument'))).toBe(true);
    await page.locator('#typing').blur();
    await page.clock.runFor(2_000);
    await expect
      .poll(() => page.evaluate(() => Reflect.get(globalThis, 'sameDocument')), until)
      .toBeUndefined();
    await expect.poll(connectionState, until).toBe('live');
  },
);

test.skipIf(browserProgram.missing)(
  'does not cry wolf when a tab that was in the background comes back',
  async () => {
    await page.goto(`http://127.0.0.1:${port}/`);
    await expect.poll(connectionState, until).toBe('live');
    await page.evaluate(recordStates);
    await page.evaluate(setHidden, true);
    record('S4', '60.0 %');
    await page.clock.runFor(120_000);
    await page.evaluate(setHidden, false);
    await page.clock.runFor(3_000);
    await expect.poll(() => text('#S4 b'), until).toBe('60.0 %');
    expect(await page.evaluate(() => Reflect.get(globalThis, 'states'))).toEqual([]);
  },
);

test.skipIf(browserProgram.missing)(
  'notices a connection that only looks open, polls, and connects anew',
  async () => {
    const wire = await startWire(port);
    await page.goto(`http://127.0.0.1:${wire.port}/`);
    await expect.poll(connectionState, until).toBe('live');
    wire.freeze();
    record('S4', '70.0 %');
    await page.clock.runFor(39_000);
    expect(await connectionState()).toBe('live');
    await page.clock.runFor(3_000);
    await expect.poll(() => text('#S4 b'), until).toBe('70.0 %');
    await page.clock.runFor(3_000);
    await expect.poll(connectionState, until).toBe('live');
    record('S4', '71.0 %');
    await expect.poll(() => text('#S4 b'), until).toBe('71.0 %');
    wire.close();
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

/** A cable between browser and server that can die in silence: what was connected stays so, but nothing passes. */
async function startWire(targetPort: number): Promise<{ port: number; freeze(): void; close(): void }> {
  const pairs: Socket[][] = [];
  const wire: Server = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1');
    pairs.push([near, far]);
    near.on('error', () => far.destroy()).pipe(far);
    far.on('error', () => near.destroy()).pipe(near);
  });
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve));
  const address = wire.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    freeze: () => {
      for (const [near, far] of pairs.splice(0)) {
        near?.unpipe();
        far?.unpipe();
      }
    },
    close: () => {
      wire.close();
      for (const socket of pairs.flat()) socket.destroy();
    },
  };
}

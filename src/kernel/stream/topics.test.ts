import { Hono } from 'hono';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStreamAt } from '../../testing/open-stream.ts';
import { createTestClock } from '../../testing/test-clock.ts';
import { AppError } from '../errors.ts';
import type { AppEnv } from '../http/env.ts';
import { createErrorHandlers } from '../http/error-handlers.ts';
import { type RunningServer, startServer } from '../http/server/server.ts';
import type { Lang } from '../i18n/languages.ts';
import { createLog } from '../log.ts';
import { createTopics, type Topics } from './topics.ts';

/** What the heavy topic's render takes at least. */
const heavyMs = 150;
const logged: string[] = [];
const log = createLog({ level: 'info', pretty: false, destination: { write: (line) => logged.push(line) } });
let server: RunningServer;
let topics: Topics;
let values: Record<string, string>;
let renders: string[];

async function start(options: { maxBlockedMs?: number } = {}) {
  topics = createTopics({ clock: createTestClock(1000), log, version: 'v1', maxViewers: 5, ...options });
  topics.define({
    path: '/cards',
    events: ['recorded'],
    concerns: (query, payload) => !query.has('only') || query.get('only') === payload,
    render: (query, { lang }) => {
      renders.push(`${lang} ${query}`);
      if (values.s4 === 'unreadable') throw new Error('disk gone');
      if (query.has('bad')) throw new AppError('invalid', 'No such filter');
      const parts = Object.entries(values).map(([id, text]) => ({ id, html: `<p id="${id}">${text}</p>` }));
      return { containerId: 'cards', parts, html: parts.map((part) => part.html).join('') };
    },
  });
  topics.define({
    path: '/heavy',
    events: ['recorded'],
    render: async (query) => {
      renders.push(`heavy ${query}`);
      await pause(heavyMs);
      return { containerId: 'heavy', parts: [], html: `<p id="heavy">${values.s4}</p>` };
    },
  });
  topics.define({
    path: '/big',
    events: ['recorded'],
    render: (query) => big(`${query.get('n')}: ${values.s4}`),
  });
  const app = new Hono<AppEnv>();
  const handlers = createErrorHandlers({ renderProblem: (_c, problem) => problem.message });
  app.use(async (c, next) => {
    c.set('lang', (c.req.query('lang') ?? 'en') as Lang);
    await next();
  });
  app.route('/', topics.routes()).onError(handlers.onError);
  server = await startServer({ fetch: app.fetch, host: '127.0.0.1', port: 0, log, endStreams: topics.stop });
}

/** Eight of these are more than all buffers between server and viewer hold. */
const noise = Array.from({ length: 50_000 }, () => Math.random().toString(36)).join('');
const bigTopics = Array.from({ length: 8 }, (_, n) => `topics=${encodeURIComponent(`/big?n=${n}`)}`).join(
  '&',
);

function big(words: string) {
  const html = `<p id="big">${noise}${words}</p>`;
  return { containerId: 'bigs', parts: [{ id: 'big', html }], html };
}

beforeEach(async () => {
  values = { s4: 'one', s9: 'two' };
  renders = [];
  await start();
});
afterEach(() => server.stop({ graceMs: 200 }));

const openStream = (query: string, headers?: Record<string, string>) =>
  openStreamAt(server.port, query, headers);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const cards = `topics=${encodeURIComponent('/cards')}`;
const getText = (path: string, headers = {}) => fetch(`http://127.0.0.1:${server.port}${path}`, { headers });

test('a new viewer gets the time, then the whole, then only what changes', async () => {
  const stream = await openStream(cards);
  expect(stream.response.headers['content-type']).toContain('text/event-stream');
  const first = await stream.until(/two/);
  expect(first).toMatch(
    /^event: ping\ndata: {"at":1000,"version":"v1"}\n\ndata: <hx-partial hx-target="#cards"/,
  );
  values.s9 = 'changed';
  topics.publish('recorded');
  const all = await stream.until(/changed/);
  expect(all.slice(first.length)).not.toContain('one');
  stream.close();
});

test('one render serves all viewers of a topic and language, and an unrelated event none', async () => {
  const streams = await Promise.all([openStream(cards), openStream(cards), openStream(`${cards}&lang=ko`)]);
  await Promise.all(streams.map((stream) => stream.until(/two/)));
  expect(renders.sort()).toEqual(['en ', 'ko ']);
  topics.publish('unrelated');
  await pause(30);
  expect(renders).toHaveLength(2);
  expect(topics.stats()).toMatchObject({ viewers: 3, topics: 2 });
  for (const stream of streams) stream.close();
});

test('a storm of changes is shown at once, then at most four times a second, and its last state always', async () => {
  const stream = await openStream(cards);
  await stream.until(/two/);
  values.s4 = 'storm-0';
  const startedAt = performance.now();
  topics.publish('recorded');
  await stream.until(/storm-0/);
  for (let index = 1; index <= 50; index += 1) {
    values.s4 = `storm-${index}`;
    topics.publish('recorded');
    await pause(10);
  }
  const all = await stream.until(/storm-50/);
  const shown = all.match(/storm-/g)?.length;
  expect(shown).toBeGreaterThanOrEqual(3);
  // The storm itself lasts as long as the machine takes for its pauses.
  expect(shown).toBeLessThanOrEqual(2 + (performance.now() - startedAt) / 250);
  stream.close();
});

test('a topic that takes long to render leaves most of the time to others, and shows its last state too', async () => {
  const stream = await openStream(`topics=${encodeURIComponent('/heavy')}`);
  await stream.until(/one/);
  const startedAt = performance.now();
  for (let index = 1; index <= 100; index += 1) {
    values.s4 = `storm-${index}.`;
    topics.publish('recorded');
    await pause(10);
  }
  await stream.until(/storm-100\./);
  // The one before, one at once, and then a fifth of the time at most.
  expect(renders.length).toBeLessThanOrEqual(2 + (performance.now() - startedAt) / (5 * heavyMs));
  stream.close();
});

test('a topic that rejects its filters does not fill the log', async () => {
  const stream = await openStream(`topics=${encodeURIComponent('/cards?bad=1')}&${cards}`);
  await stream.until(/two/);
  for (const value of ['a', 'b', 'unreadable']) {
    values.s4 = value;
    const before = renders.length;
    topics.publish('recorded');
    await expect.poll(() => renders.length).toBeGreaterThanOrEqual(before + 2);
  }
  await expect.poll(() => logged.filter((line) => line.includes('disk gone'))).not.toEqual([]);
  expect(logged.filter((line) => line.includes('No such filter'))).toEqual([]);
  stream.close();
});

test('a topic that fails keeps what it shows, and is right again with the next event', async () => {
  const stream = await openStream(cards);
  await stream.until(/two/);
  values.s4 = 'unreadable';
  topics.publish('recorded');
  await expect.poll(() => renders.length).toBe(2);
  values.s4 = 'back';
  topics.publish('recorded');
  expect(await stream.until(/back/)).not.toContain('unreadable');
  stream.close();
});

test('an event about another station renders nothing', async () => {
  const stream = await openStream(`topics=${encodeURIComponent('/cards?only=S9')}`);
  await stream.until(/two/);
  topics.publish('recorded', 'S4');
  await pause(300);
  expect(renders).toHaveLength(1);
  values.s9 = 'nine';
  topics.publish('recorded', 'S9');
  await stream.until(/nine/);
  stream.close();
});

test('a page that shows the newest content already is not sent it again', async () => {
  const { html, shown } = await topics.first('/cards', { lang: 'en' });
  expect(html).toContain('<p id="s4">one</p>');
  const url = topics.streamUrl([shown]);
  const stream = await openStream(url.slice('/stream?'.length));
  await stream.until(/id: \w+-1\n/);
  expect(stream.text()).not.toContain('hx-partial');
  expect(stream.text()).not.toContain('reload');
  values.s4 = 'later';
  topics.publish('recorded');
  await stream.until(/later/);
  stream.close();
});

test('a returning viewer that missed nothing gets nothing, one that missed a change gets the whole', async () => {
  const watcher = await openStream(cards);
  await watcher.until(/two/);
  const id = /id: (\w+-\d+)\n\n$/.exec(await watcher.until(/id: .*\n\n$/))?.[1] ?? '';
  const same = await openStream(cards, { 'last-event-id': id });
  await same.until(/id: /);
  expect(same.text()).not.toContain('hx-partial');

  values.s4 = 'missed';
  topics.publish('recorded');
  await watcher.until(/missed/);
  const behind = await openStream(cards, { 'last-event-id': id });
  await behind.until(/missed/);
  const otherProcess = await openStream(cards, { 'last-event-id': 'ffffffff-999' });
  await otherProcess.until(/missed/);
  for (const stream of [watcher, same, behind, otherProcess]) stream.close();
});

test('a page of an older server must reload', async () => {
  const stream = await openStream(`${cards}&v=old`);
  await stream.until(/event: reload\ndata: v1\n/);
  stream.close();
});

test('a topic without viewers is dropped', async () => {
  const stream = await openStream(cards);
  await stream.until(/two/);
  stream.close();
  await expect.poll(() => topics.stats()).toMatchObject({ viewers: 0, topics: 0 });
  topics.publish('recorded');
  await pause(30);
  expect(renders).toHaveLength(1);
});

test('too many viewers, too many topics and unknown topics are refused', async () => {
  const streams = await Promise.all(Array.from({ length: 5 }, () => openStream(cards)));
  const full = await getText(`/stream?${cards}`);
  expect([full.status, full.headers.get('retry-after')]).toEqual([503, '10']);
  expect((await getText(`/stream/snapshot?${Array(49).fill(cards).join('&')}`)).status).toBe(400);
  expect((await getText('/stream?topics=/nothing')).status).toBe(400);
  expect(topics.stats().refused).toBe(1);
  for (const stream of streams) stream.close();
});

test('polling gets the same whole, and nothing when nothing changed', async () => {
  const first = await getText(`/stream/snapshot?${cards}`);
  expect(await first.text()).toBe(
    '<hx-partial hx-target="#cards" hx-swap="innerMorph"><p id="s4">one</p><p id="s9">two</p></hx-partial>',
  );
  const headers = { 'if-none-match': first.headers.get('etag') ?? '' };
  expect((await getText(`/stream/snapshot?${cards}`, headers)).status).toBe(304);
  values.s4 = 'new';
  expect(await (await getText(`/stream/snapshot?${cards}`, headers)).text()).toContain('new');
});

test('the fragment by itself, and the reason where it refuses its filters', async () => {
  expect(await (await getText('/cards')).text()).toBe('<p id="s4">one</p><p id="s9">two</p>');
  expect((await getText('/cards?bad=1')).status).toBe(400);
});

test('a viewer that does not read skips to the newest state and delays no other', async () => {
  const slow = await openStream(bigTopics);
  slow.response.socket.pause();
  const fast = await openStream(cards);
  await fast.until(/two/);
  for (let round = 1; round <= 6; round += 1) {
    values.s4 = `round-${round}`;
    topics.publish('recorded');
    await fast.until(new RegExp(`round-${round}<`));
  }
  await expect.poll(() => topics.stats().coalesced).toBeGreaterThan(0);
  slow.response.socket.resume();
  for (let n = 0; n < 8; n += 1) await slow.until(new RegExp(`${n}: round-6<`));
  // What was on its way when it stopped reading still arrives; the rounds meanwhile do not.
  expect(slow.text().match(/round-\d</g)?.length).toBeLessThan(6 * 8);
  for (const stream of [slow, fast]) stream.close();
});

test('a viewer that accepts no data for too long is disconnected', async () => {
  await server.stop({ graceMs: 0 });
  await start({ maxBlockedMs: 300 });
  const slow = await openStream(bigTopics);
  slow.response.socket.pause();
  let round = 0;
  const cutOff = () => {
    values.s4 = `round-${++round}`;
    topics.publish('recorded');
    return topics.stats();
  };
  await expect.poll(cutOff, { interval: 300 }).toMatchObject({ viewers: 0, topics: 0, cutOff: 1 });
  slow.close();
});

test('a compressed stream reads the same and ends in order when the server stops', async () => {
  const response = await getText(`/stream?${cards}`, { 'accept-encoding': 'gzip' });
  expect(response.headers.get('content-encoding')).toBe('gzip');
  let text = '';
  const ended = (async () => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk;
  })();
  await expect.poll(() => text).toContain('<p id="s9">two</p>');
  await server.stop({ graceMs: 500 });
  await ended;
});

test('a poll of several topics brings those that can be rendered and marks the other', async () => {
  const both = `${cards}&topics=${encodeURIComponent('/heavy')}`;
  expect((await getText(`/stream/snapshot?${both}`)).headers.get('x-stale')).toBeNull();
  values.s4 = 'unreadable';
  const answer = await getText(`/stream/snapshot?${both}`);
  expect(answer.status).toBe(200);
  const text = await answer.text();
  expect(text).toContain('hx-target="#heavy"');
  expect(text).not.toContain('hx-target="#cards"');
  expect(JSON.parse(decodeURIComponent(answer.headers.get('x-stale')!))).toEqual([
    { text: 'These figures cannot be renewed now.', ids: ['cards'] },
  ]);
  // Nothing is left of the page: it is lost, and says so.
  expect((await getText(`/stream/snapshot?${cards}`)).status).toBe(500);
});

test('viewers are told once that a topic fails again and again, those who come later too, and when it is back', async () => {
  const stream = await openStream(cards);
  await stream.until(/two/);
  values.s4 = 'unreadable';
  topics.publish('recorded');
  await expect.poll(() => renders.length).toBe(2);
  expect(stream.text()).not.toContain('event: stale');
  // Nothing happens in the plant: it is tried again by itself.
  const told = await stream.until(/event: stale\ndata: (.*)\n/);
  expect(told).toContain('event: stale\ndata: {"id":"cards","text":"These figures cannot be renewed now."}');
  const later = await openStream(cards);
  await later.until(/event: stale/);
  const { headers } = await getText(`/stream/snapshot?${cards}&topics=${encodeURIComponent('/heavy')}`);
  expect(headers.get('x-stale')).toContain('cards');
  topics.publish('recorded');
  values.s4 = 'one';
  topics.publish('recorded');
  for (const one of [stream, later]) await one.until(/event: stale\ndata: {"id":"cards","text":""}/);
  expect(stream.text().match(/event: stale/g)).toHaveLength(2);
  for (const one of [stream, later]) one.close();
});

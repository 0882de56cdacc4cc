import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type DatabaseServer, isMissing, startDatabaseServer } from '../../../testing/database-servers.ts';
import { isRedisMissing, type RedisServer, startRedisServer } from '../../../testing/redis-server.ts';
import { createLog } from '../../log.ts';
import { type Bus, createBus } from './bus.ts';
import { chooseLink } from './open-link.ts';

const log = createLog({ level: 'silent', pretty: false });
const healingMs = 90_000;
const patience = { timeout: 40_000, interval: 20 };
/** Lists are joined; anything else of which one is unknown is unknown. */
const merge = (_name: string, a: unknown, b: unknown) =>
  Array.isArray(a) && Array.isArray(b) ? [...a, ...b] : undefined;

test('a process that is alone sends nothing and says so when it is to ask', async () => {
  const bus = createBus({ openLink: undefined, merge, log });
  bus.hear('', () => expect.unreachable());
  bus.tell('event:seen', [1]);
  await expect(bus.ask('who', 1, 1000)).rejects.toMatchObject({ code: 'unavailable' });
  expect(bus.isShared).toBe(false);
  await bus.stop();
});

type Ways = { kill(): Promise<void>; start(): Promise<void>; close(): Promise<void>; open(): Promise<Bus> };

async function postgresWays(): Promise<Ways> {
  const server: DatabaseServer = await startDatabaseServer('postgres');
  server.createDatabase('plant');
  return { ...server, open: () => openBus({ databaseUrl: server.url('plant'), redis: undefined }) };
}

async function redisWays(): Promise<Ways> {
  const server: RedisServer = await startRedisServer();
  const redis = { host: '127.0.0.1', port: server.port, password: '', db: 3 };
  return { ...server, open: () => openBus({ databaseUrl: 'mysql://db/plant', redis }) };
}

/** A bus that is connected: whatever is told from now on, it hears. */
async function openBus(place: Omit<Parameters<typeof chooseLink>[0], 'log'>): Promise<Bus> {
  const bus = createBus({ openLink: await chooseLink({ ...place, log }), merge, log });
  onTestFinished(() => bus.stop());
  bus.open();
  await new Promise<void>((resolve) => bus.onGap(resolve));
  return bus;
}

describe.each([
  ['PostgreSQL', postgresWays, isMissing('postgres')],
  ['Redis', redisWays, isRedisMissing()],
])('processes connected by %s', (_name, startWays, missing) => {
  let ways: Ways;
  beforeAll(async () => {
    if (!missing) ways = await startWays();
  });
  afterAll(() => ways?.close());

  test.skipIf(missing)('hear each other within a moment, and not themselves', async () => {
    const [here, there] = [await ways.open(), await ways.open()];
    const heard: unknown[] = [];
    here.hear('event:', () => expect.unreachable());
    there.hear('event:', (name, payload) => heard.push([name, payload]));
    there.hear('source:', () => expect.unreachable());
    const tookMs: number[] = [];
    // Several times, because what else the machine does is no part of the way.
    for (let i = 0; i < 3; i++) {
      const startedAt = performance.now();
      here.tell('event:seen', ['Größe', i]);
      await vi.waitFor(() => expect(heard[i]).toEqual(['event:seen', ['Größe', i]]), patience);
      tookMs.push(performance.now() - startedAt);
    }
    expect(Math.min(...tookMs)).toBeLessThan(1000);
    expect(heard).toHaveLength(3);
  });

  test.skipIf(missing)('tell a burst in a few messages that carry all of it', async () => {
    const [here, there] = [await ways.open(), await ways.open()];
    const heard: number[][] = [];
    there.hear('event:', (_event, payload) => heard.push(payload as number[]));
    const startedAt = performance.now();
    for (let i = 0; i < 1000; i++) {
      here.tell('event:seen', [i]);
      if (i % 100 === 0) await sleep(20);
    }
    await vi.waitFor(() => expect(heard.flat()).toHaveLength(1000), patience);
    expect(heard.flat()).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(heard.length).toBeLessThanOrEqual(2 + (performance.now() - startedAt) / 100);
  });

  test.skipIf(missing)('tell of what is too large that it happened', async () => {
    const [here, there] = [await ways.open(), await ways.open()];
    const heard: unknown[] = [];
    there.hear('event:', (name, payload) => heard.push([name, payload]));
    here.tell('event:seen', ['한'.repeat(5000)]);
    await vi.waitFor(() => expect(heard).toEqual([['event:seen', undefined]]), patience);
  });

  test.skipIf(missing)(
    'answer each other, say what went wrong, and wait no longer than asked to',
    async () => {
      const [here, there] = [await ways.open(), await ways.open()];
      there.answer('double', async (n) => Number(n) * 2);
      there.answer('fail', () => Promise.reject(new Error('the folder is away')));
      there.answer('not mine', async () => undefined);
      expect(await here.ask('double', 21, 5000)).toBe(42);
      await expect(here.ask('fail', 1, 5000)).rejects.toThrow('the folder is away');
      await expect(here.ask('not mine', 1, 300)).rejects.toMatchObject({ code: 'unavailable' });
    },
  );

  test.skipIf(missing)(
    'heal after the server was away, and know that they may have missed something',
    async () => {
      const [here, there] = [await ways.open(), await ways.open()];
      const heard: number[] = [];
      let gaps = 0;
      there.hear('event:', (_event, payload) => heard.push(...(payload as number[])));
      there.onGap(() => {
        gaps += 1;
      });
      // That it is open already counts as one, too.
      await vi.waitFor(() => expect(gaps).toBe(1), patience);
      await ways.kill();
      for (let i = 0; i < 50; i++) here.tell('event:seen', [i]);
      await expect(here.ask('who', 1, 500)).rejects.toMatchObject({ code: 'unavailable' });
      await ways.start();
      await vi.waitFor(() => expect(gaps).toBeGreaterThan(1), patience);
      here.tell('event:seen', [99]);
      await vi.waitFor(() => expect(heard).toContain(99), patience);
    },
    healingMs,
  );
});

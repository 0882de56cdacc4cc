import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type DatabaseServer, isMissing, startDatabaseServer } from '../../../testing/database-servers.ts';
import { isRedisMissing, type RedisServer, startRedisServer } from '../../../testing/redis-server.ts';
import { createLog } from '../../log.ts';
import { type Bus, createBus } from './bus.ts';
import { chooseLink } from './choose-link.ts';

const log = createLog({ level: 'silent', pretty: false });
const healingMs = 90_000;
const patience = { timeout: 40_000, interval: 20 };
/** Joins lists; the merge of anything else is unknown. */
const merge = (_name: string, a: unknown, b: unknown) =>
  Array.isArray(a) && Array.isArray(b) ? [...a, ...b] : undefined;

test('a single process sends nothing, and its requests fail', async () => {
  const bus = createBus({ openLink: undefined, merge, log });
  bus.subscribe('', () => expect.unreachable());
  bus.publish('event:seen', [1]);
  await expect(bus.request('who', 1, 1000)).rejects.toMatchObject({ code: 'unavailable' });
  expect(bus.isShared).toBe(false);
  await bus.stop();
});

type Transport = {
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
  open(): Promise<Bus>;
};

async function postgresTransport(): Promise<Transport> {
  const server: DatabaseServer = await startDatabaseServer('postgres');
  server.createDatabase('plant');
  return { ...server, open: () => openBus({ databaseUrl: server.url('plant'), redis: undefined }) };
}

async function redisTransport(): Promise<Transport> {
  const server: RedisServer = await startRedisServer();
  const redis = { host: '127.0.0.1', port: server.port, password: '', db: 3 };
  return { ...server, open: () => openBus({ databaseUrl: 'mysql://db/plant', redis }) };
}

/** A connected bus, which receives whatever is published from now on. */
async function openBus(address: Omit<Parameters<typeof chooseLink>[0], 'log'>): Promise<Bus> {
  const bus = createBus({ openLink: await chooseLink({ ...address, log }), merge, log });
  onTestFinished(() => bus.stop());
  bus.open();
  await new Promise<void>((resolve) => bus.onGap(resolve));
  return bus;
}

describe.each([
  ['PostgreSQL', postgresTransport, isMissing('postgres')],
  ['Redis', redisTransport, isRedisMissing()],
])('processes connected by %s', (_name, startTransport, missing) => {
  let transport: Transport;
  beforeAll(async () => {
    if (!missing) transport = await startTransport();
  });
  afterAll(() => transport?.close());

  test.skipIf(missing)("receive each other's messages within a moment, and not their own", async () => {
    const [here, there] = [await transport.open(), await transport.open()];
    const received: unknown[] = [];
    here.subscribe('event:', () => expect.unreachable());
    there.subscribe('event:', (name, payload) => received.push([name, payload]));
    there.subscribe('source:', () => expect.unreachable());
    const tookMs: number[] = [];
    // The fastest of several, because other load on the machine is no part of the delivery.
    for (let i = 0; i < 3; i++) {
      const startedAt = performance.now();
      here.publish('event:seen', ['Größe', i]);
      await vi.waitFor(() => expect(received[i]).toEqual(['event:seen', ['Größe', i]]), patience);
      tookMs.push(performance.now() - startedAt);
    }
    expect(Math.min(...tookMs)).toBeLessThan(1000);
    expect(received).toHaveLength(3);
  });

  test.skipIf(missing)('publish a burst in a few messages that carry all of it', async () => {
    const [here, there] = [await transport.open(), await transport.open()];
    const received: number[][] = [];
    there.subscribe('event:', (_event, payload) => received.push(payload as number[]));
    const startedAt = performance.now();
    for (let i = 0; i < 1000; i++) {
      here.publish('event:seen', [i]);
      if (i % 100 === 0) await sleep(20);
    }
    await vi.waitFor(() => expect(received.flat()).toHaveLength(1000), patience);
    expect(received.flat()).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(received.length).toBeLessThanOrEqual(2 + (performance.now() - startedAt) / 100);
  });

  test.skipIf(missing)('publish an event too large for the link without its payload', async () => {
    const [here, there] = [await transport.open(), await transport.open()];
    const received: unknown[] = [];
    there.subscribe('event:', (name, payload) => received.push([name, payload]));
    here.publish('event:seen', ['한'.repeat(5000)]);
    await vi.waitFor(() => expect(received).toEqual([['event:seen', undefined]]), patience);
  });

  test.skipIf(missing)('reply to requests, report errors, and time out as asked', async () => {
    const [here, there] = [await transport.open(), await transport.open()];
    there.onRequest('double', async (n) => Number(n) * 2);
    there.onRequest('fail', () => Promise.reject(new Error('the folder is away')));
    there.onRequest('not mine', async () => undefined);
    expect(await here.request('double', 21, 5000)).toBe(42);
    await expect(here.request('fail', 1, 5000)).rejects.toThrow('the folder is away');
    await expect(here.request('not mine', 1, 300)).rejects.toMatchObject({ code: 'unavailable' });
  });

  test.skipIf(missing)(
    'reconnect after an outage of the server, and know that they may have missed something',
    async () => {
      const [here, there] = [await transport.open(), await transport.open()];
      const received: number[] = [];
      let gaps = 0;
      there.subscribe('event:', (_event, payload) => received.push(...(payload as number[])));
      there.onGap(() => {
        gaps += 1;
      });
      // Registering on an open bus counts as a gap.
      await vi.waitFor(() => expect(gaps).toBe(1), patience);
      await transport.kill();
      for (let i = 0; i < 50; i++) here.publish('event:seen', [i]);
      await expect(here.request('who', 1, 500)).rejects.toMatchObject({ code: 'unavailable' });
      await transport.start();
      await vi.waitFor(() => expect(gaps).toBeGreaterThan(1), patience);
      here.publish('event:seen', [99]);
      await vi.waitFor(() => expect(received).toContain(99), patience);
    },
    healingMs,
  );
});

import { Redis } from 'ioredis';
import { afterEach, expect, test, vi } from 'vitest';
import { createLog } from '../../kernel/log.ts';
import { secondMs } from '../../kernel/time/durations.ts';
import { isRedisMissing, type RedisServer, startRedisServer } from '../../testing/redis-server.ts';
import { createTestApp, type TestApp } from '../../testing/test-app.ts';
import { createTestClock } from '../../testing/test-clock.ts';
import { createIntakeStatus } from './intake-state.ts';
import type { Message } from './record-patiently.ts';
import { startRedisIntake } from './redis-intake.ts';

const missing = isRedisMissing();
const patience = { timeout: 60_000, interval: 50 };
const stream = 'events';
const group = 'linesight-main';
const log = createLog({ level: 'silent', pretty: false });
const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function openRedis(): Promise<{ server: RedisServer; client: Redis; env: Record<string, string> }> {
  const server = await startRedisServer();
  cleanUps.push(server.close);
  const client = new Redis({ port: server.port, host: '127.0.0.1', protocol: 2, retryStrategy: () => 100 });
  client.on('error', () => {});
  cleanUps.push(async () => client.disconnect());
  return {
    server,
    client,
    env: { REDIS_HOST: '127.0.0.1', REDIS_PORT: String(server.port), EVENTS_REDIS_STREAM: stream },
  };
}

async function openPlant(env: Record<string, string>): Promise<TestApp> {
  const plant = await createTestApp({ env: { DEMO: '0', EVENTS_CREATE_UNKNOWN: '1', ...env } });
  cleanUps.push(plant.close);
  return plant;
}

const eventAt = (minute: number, more: object = {}) => ({
  timestamp: `2025-09-05T08:${String(minute).padStart(2, '0')}:00+09:00`,
  worker_id: 'W1',
  workstation_id: 'S1',
  event_type: 'working',
  confidence: 0.9,
  ...more,
});
const listEvents = async (plant: TestApp) =>
  (await plant.json('/api/events?limit=500')) as { event_type: string; count: number; confidence: number }[];
const refusedOf = ({ services: { productivity } }: TestApp) =>
  productivity.refusedEvents.list(productivity.sites.own.id, 100);
const stateOf = (plant: TestApp) => plant.services.productivity.intakes.list()[0]!;
const add = (client: Redis, ...fields: string[]) => client.xadd(stream, '*', ...fields);
const addEvent = (client: Redis, event: object) => add(client, 'event', JSON.stringify(event));
const pendingOf = async (client: Redis) => ((await client.call('XPENDING', stream, group)) as [number])[0];

test.skipIf(missing)(
  'entries are recorded as JSON or field by field, and the stream stays as it was',
  async () => {
    const { client, env } = await openRedis();
    // Before this program ever ran.
    await addEvent(client, eventAt(0));
    const plant = await openPlant(env);
    await addEvent(client, eventAt(0));
    await addEvent(client, [eventAt(1), eventAt(2)]);
    const { timestamp } = eventAt(3);
    const fields = ['timestamp', timestamp, 'worker_id', 'W1', 'workstation_id', 'S1'];
    await add(client, ...fields, 'event_type', 'product_count', 'count', '4', 'confidence', '0.75');
    await vi.waitFor(async () => expect(await listEvents(plant)).toHaveLength(4), patience);
    expect((await listEvents(plant))[0]).toMatchObject({
      event_type: 'product_count',
      count: 4,
      confidence: 0.75,
    });
    await vi.waitFor(async () => expect(await pendingOf(client)).toBe(0), patience);
    expect(await client.xlen(stream)).toBe(4);
    expect(await refusedOf(plant)).toEqual([]);
  },
);

test.skipIf(missing)('what is no event is kept with its reason and acknowledged', async () => {
  const { client, env } = await openRedis();
  const plant = await openPlant({ ...env, EVENTS_CREATE_UNKNOWN: '0' });
  await add(client, 'event', '{');
  await add(client, 'temperature', '21');
  await addEvent(client, eventAt(0, { timestamp: '2035-01-01T00:00:00Z' }));
  const { timestamp } = eventAt(3);
  const fields = ['timestamp', timestamp, 'worker_id', 'W1', 'workstation_id', 'S1'];
  await add(client, ...fields, 'event_type', 'working', 'confidence', 'high');
  await addEvent(client, eventAt(1));
  await vi.waitFor(async () => expect(await refusedOf(plant)).toHaveLength(5), patience);
  expect((await refusedOf(plant)).map(({ source, reason }) => `${source}: ${reason}`).sort()).toEqual([
    'redis: Missing required fields: timestamp, worker_id, workstation_id, event_type',
    expect.stringMatching(/^redis: The message is not JSON/),
    'redis: Unknown worker_id "W1"',
    'redis: confidence must be a number from 0 to 1, not "high"',
    expect.stringMatching(/^redis: timestamp .* ahead of this server's clock/),
  ]);
  await vi.waitFor(async () => expect(await pendingOf(client)).toBe(0), patience);
});

test.skipIf(missing)('a Redis that is away and comes back empty is read from its beginning', async () => {
  const { server, client, env } = await openRedis();
  await server.kill();
  const plant = await openPlant(env);
  await vi.waitFor(
    () => expect(stateOf(plant)).toMatchObject({ state: 'away', fault: /ECONNREFUSED/ }),
    patience,
  );
  await server.start();
  await vi.waitFor(() => expect(stateOf(plant)).toMatchObject({ state: 'connected', fault: null }), patience);
  await addEvent(client, eventAt(0));
  await vi.waitFor(async () => expect(await listEvents(plant)).toHaveLength(1), patience);
  await server.kill();
  await vi.waitFor(() => expect(stateOf(plant).state).toBe('away'), patience);
  await server.start();
  await addEvent(client, eventAt(1));
  await vi.waitFor(async () => expect(await listEvents(plant)).toHaveLength(2), patience);
  // The group alone is lost: all is read again and counts nothing twice.
  await client.xgroup('DESTROY', stream, group);
  await addEvent(client, eventAt(2));
  await vi.waitFor(async () => expect(await listEvents(plant)).toHaveLength(3), patience);
  expect(await client.xlen(stream)).toBe(2);
});

test.skipIf(missing)('a key that is no stream is said, and read once it is one', async () => {
  const { client, env } = await openRedis();
  await client.set(stream, 'not a stream');
  const plant = await openPlant(env);
  await vi.waitFor(() => expect(stateOf(plant).fault).toMatch(/WRONGTYPE/), patience);
  await client.del(stream);
  await addEvent(client, eventAt(0));
  await vi.waitFor(async () => expect(await listEvents(plant)).toHaveLength(1), patience);
});

/** Gives entries to a reader of the group that never acknowledges them, so many times. */
async function deliverInVain(client: Redis, reader: string, times: number): Promise<void> {
  await client.call('XREADGROUP', 'GROUP', group, reader, 'STREAMS', stream, '>');
  for (let i = 1; i < times; i++)
    await client.call('XREADGROUP', 'GROUP', group, reader, 'STREAMS', stream, '0');
}

/** A reader whose recording is a list, and fails where a test says so. */
function startReader(port: number, record: (messages: readonly Message[]) => Promise<void>) {
  const status = createIntakeStatus('redis', 'test', createTestClock(0));
  const settings = { host: '127.0.0.1', port, password: '', db: 0, stream, group };
  const times = { claimIdleMs: 0, claimEveryMs: secondMs / 2 };
  const reader = startRedisIntake({ settings: { ...settings, ...times }, record, status, log });
  cleanUps.push(reader.stop);
  return reader;
}

test.skipIf(missing)(
  'what was delivered before and not acknowledged comes first, from dead readers too',
  async () => {
    const { server, client } = await openRedis();
    await client.xgroup('CREATE', stream, group, '0', 'MKSTREAM');
    await addEvent(client, { n: 1 });
    await deliverInVain(client, 'hub', 1);
    await addEvent(client, { n: 2 });
    await deliverInVain(client, 'dead reader', 1);
    await addEvent(client, { n: 3 });
    const seen: unknown[] = [];
    startReader(server.port, async (messages) => {
      for (const message of messages) seen.push(...(message.fault === undefined ? message.events : []));
    });
    await vi.waitFor(() => expect(seen).toHaveLength(3), patience);
    expect(seen[0]).toEqual({ n: 1 });
    await vi.waitFor(async () => expect(await pendingOf(client)).toBe(0), patience);
  },
);

test.skipIf(missing)(
  'what was often delivered is recorded alone, and given up when nothing else helped',
  async () => {
    const { server, client } = await openRedis();
    await client.xgroup('CREATE', stream, group, '0', 'MKSTREAM');
    await addEvent(client, { n: 'hopeless' });
    await deliverInVain(client, 'hub', 8);
    await addEvent(client, { n: 'often' });
    await deliverInVain(client, 'hub', 1);
    // The rereads are deliveries as well: nine of the first entry now, and one of the second.
    await client.call('XREADGROUP', 'GROUP', group, 'hub', 'STREAMS', stream, '0');
    await client.call('XREADGROUP', 'GROUP', group, 'hub', 'STREAMS', stream, '0');
    await addEvent(client, { n: 'removed' });
    await client.call('XREADGROUP', 'GROUP', group, 'hub', 'STREAMS', stream, '>');
    const [newest] = await client.xrevrange(stream, '+', '-', 'COUNT', 1);
    await client.xdel(stream, newest![0]);
    await addEvent(client, { n: 'new' });
    const calls: unknown[][] = [];
    startReader(server.port, async (messages) => {
      calls.push(messages.map((message) => message.fault ?? message.events[0]));
    });
    await vi.waitFor(() => expect(calls.flat()).toHaveLength(4), patience);
    expect(calls).toEqual([
      [expect.stringMatching(/was removed from the stream/)],
      [expect.stringMatching(/^It was delivered 10 times/)],
      [{ n: 'often' }],
      [{ n: 'new' }],
    ]);
    await vi.waitFor(async () => expect(await pendingOf(client)).toBe(0), patience);
  },
);

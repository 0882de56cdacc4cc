import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { createCertificate } from '../../testing/certificates.ts';
import { findFreePort } from '../../testing/free-port.ts';
import { type Broker, type BrokerOptions, isBrokerMissing, startBroker } from '../../testing/mosquitto.ts';
import { createTestApp, type TestApp } from '../../testing/test-app.ts';

const missing = isBrokerMissing();
const patience = { timeout: 60_000, interval: 50 };
const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function openBroker(options?: BrokerOptions): Promise<Broker> {
  const broker = await startBroker(options);
  cleanUps.push(broker.close);
  return broker;
}

async function openPlant(env: Record<string, string>): Promise<TestApp> {
  const plant = await createTestApp({ env: { DEMO: '0', ...env } });
  cleanUps.push(plant.close);
  const { workers, workstations, sites } = plant.services.productivity;
  await workers.put(sites.own.id, { code: 'W1' });
  await workstations.put(sites.own.id, { code: 'S1' });
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
const countEvents = async (plant: TestApp) =>
  ((await plant.json('/api/events?limit=500')) as unknown[]).length;
const stateOf = (plant: TestApp) => plant.services.productivity.intakes.list()[0]!;
const isConnected = (plant: TestApp) =>
  vi.waitFor(() => expect(stateOf(plant)).toMatchObject({ state: 'connected', fault: null }), patience);
const refusedOf = ({ services: { productivity } }: TestApp) =>
  productivity.refusedEvents.list(productivity.sites.own.id, 100);

test.skipIf(missing)(
  'events are recorded, one a message or a list, each once however often it is sent',
  async () => {
    const broker = await openBroker();
    const plant = await openPlant({ MQTT_URL: broker.url });
    await isConnected(plant);
    const list = [eventAt(1), eventAt(2), eventAt(2)];
    await broker.send('linesight/events', [JSON.stringify(eventAt(0)), JSON.stringify(list)]);
    await broker.send('linesight/events/line1', [JSON.stringify(eventAt(1)), JSON.stringify(eventAt(3))]);
    await broker.send('linesight/other', [JSON.stringify(eventAt(4))]);
    await vi.waitFor(async () => expect(await countEvents(plant)).toBe(4), patience);
    await broker.send('linesight/events', [JSON.stringify(eventAt(5))]);
    await vi.waitFor(async () => expect(await countEvents(plant)).toBe(5), patience);
    expect(await refusedOf(plant)).toEqual([]);
  },
);

test.skipIf(missing)('what is no event is kept with its reason, and holds up nothing', async () => {
  const broker = await openBroker();
  const plant = await openPlant({ MQTT_URL: broker.url, EVENTS_MAX_MB: '1' });
  await isConnected(plant);
  await broker.send('linesight/events', [
    '{"timestamp":',
    '',
    'null',
    Buffer.from([0xff, 0xfe, 0x00, 0x80]),
    JSON.stringify([eventAt(0), { ...eventAt(1), worker_id: 'W9' }, 7]),
    JSON.stringify(eventAt(2, { timestamp: '2035-01-01T00:00:00Z' })),
    JSON.stringify(eventAt(3, { event_id: 'a' })),
    JSON.stringify(eventAt(4, { event_id: 'a' })),
    // The broker keeps a message from us that is longer than we said we take.
    Buffer.alloc(3 * 1024 * 1024, 32),
    JSON.stringify(eventAt(5)),
  ]);
  await vi.waitFor(async () => expect(await countEvents(plant)).toBe(3), patience);
  const reasons = (await refusedOf(plant)).map(({ source, reason }) => `${source}: ${reason}`).sort();
  expect(reasons).toEqual([
    'mqtt: An event must be a JSON object',
    'mqtt: An event must be a JSON object',
    expect.stringMatching(/^mqtt: The message is not JSON: /),
    expect.stringMatching(/^mqtt: The message is not JSON: /),
    expect.stringMatching(/^mqtt: The message is not JSON: /),
    'mqtt: Unknown worker_id "W9"',
    'mqtt: event_id "a" came before with other content',
    expect.stringMatching(/^mqtt: timestamp "2035-01-01T00:00:00Z" is more than 5 minutes ahead/),
  ]);
  expect(plant.services.productivity.counts.of('mqtt')).toMatchObject({ recorded: 3, refused: 8 });
});

test.skipIf(missing)(
  'a broker that is away and comes back has lost nothing, and neither has this program',
  async () => {
    const broker = await openBroker();
    await broker.kill();
    const plant = await openPlant({ MQTT_URL: broker.url });
    await vi.waitFor(
      () => expect(stateOf(plant)).toMatchObject({ state: 'away', fault: /ECONNREFUSED/ }),
      patience,
    );
    await broker.start();
    await isConnected(plant);
    await broker.send('linesight/events', [JSON.stringify(eventAt(0))]);
    await vi.waitFor(async () => expect(await countEvents(plant)).toBe(1), patience);
    await broker.kill();
    await vi.waitFor(() => expect(stateOf(plant).state).toBe('away'), patience);
    await broker.start();
    // Sent before this program is back.
    await broker.send('linesight/events', [JSON.stringify(eventAt(1))]);
    await vi.waitFor(async () => expect(await countEvents(plant)).toBe(2), patience);
    await plant.services.productivity.intakes.stop();
    await broker.send('linesight/events', [JSON.stringify(eventAt(2)), JSON.stringify(eventAt(3))]);
    expect(await countEvents(plant)).toBe(2);
    await plant.services.productivity.intakes.start();
    await vi.waitFor(async () => expect(await countEvents(plant)).toBe(4), patience);
  },
);

test.skipIf(missing)(
  'a broker with TLS and a user is read with a file that vouches for it, and only so',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'linesight-mqtt-tls-'));
    cleanUps.push(async () => rmSync(folder, { recursive: true }));
    const authority = createCertificate({ name: 'Plant CA', isAuthority: true });
    const { cert, key } = createCertificate({
      name: 'broker',
      names: ['127.0.0.1'],
      issuer: authority.issuer,
    });
    const tls = { cert: join(folder, 'broker.crt'), key: join(folder, 'broker.key') };
    const caFile = join(folder, 'ca.crt');
    for (const [path, pem] of [
      [tls.cert, cert],
      [tls.key, key],
      [caFile, authority.cert],
    ] as const)
      writeFileSync(path, pem);
    const broker = await openBroker({ tls, user: { name: 'line', password: 'secret' } });
    const env = { MQTT_URL: broker.url, MQTT_USER: 'line', MQTT_PASSWORD: 'secret' };

    const stranger = await openPlant({ ...env, MQTT_CLIENT_ID: 'stranger' });
    await vi.waitFor(() => expect(stateOf(stranger).fault).toMatch(/certificate/), patience);
    const guest = await openPlant({
      ...env,
      MQTT_CLIENT_ID: 'guest',
      MQTT_CA_FILE: caFile,
      MQTT_PASSWORD: 'x',
    });
    await vi.waitFor(() => expect(stateOf(guest).fault).toMatch(/authori[sz]ed|password/i), patience);
    const lost = await openPlant({ ...env, MQTT_CLIENT_ID: 'lost', MQTT_CA_FILE: join(folder, 'none') });
    await vi.waitFor(() => expect(stateOf(lost).fault).toMatch(/ENOENT/), patience);

    const plant = await openPlant({ ...env, MQTT_CA_FILE: caFile });
    await isConnected(plant);
    await broker.send('linesight/events', [JSON.stringify(eventAt(0))]);
    await vi.waitFor(async () => expect(await countEvents(plant)).toBe(1), patience);
  },
);

test.skipIf(missing)('two programs under one client id are told so', async () => {
  const broker = await openBroker();
  const first = await openPlant({ MQTT_URL: broker.url });
  await isConnected(first);
  const second = await openPlant({ MQTT_URL: broker.url });
  await vi.waitFor(
    () => expect([stateOf(first).fault, stateOf(second).fault].join()).toContain('MQTT_CLIENT_ID'),
    patience,
  );
});

/** Answers as brokers did that know MQTT 3.1.1 alone, and sends one message. */
async function startOldBroker(payload: string): Promise<{ url: string; acknowledged: () => boolean }> {
  const port = await findFreePort();
  const sockets = new Set<Socket>();
  let acknowledged = false;
  const answer = (socket: Socket, packet: Buffer) => {
    const type = packet[0]! >> 4;
    if (type === 1) {
      const knows = packet[8] === 4;
      socket.write(Buffer.from([0x20, 2, 0, knows ? 0 : 1]));
      if (!knows) socket.end();
    } else if (type === 8) {
      const topic = Buffer.from('linesight/events');
      const parts = [Buffer.from([0, topic.length]), topic, Buffer.from([0, 9]), Buffer.from(payload)];
      const body = Buffer.concat(parts);
      const length = [(body.length % 128) | 128, Math.floor(body.length / 128)];
      socket.write(Buffer.from([0x90, 3, packet[2]!, packet[3]!, 1]));
      socket.write(Buffer.concat([Buffer.from([0x32, ...length]), body]));
    } else if (type === 4) acknowledged = packet.equals(Buffer.from([0x40, 2, 0, 9]));
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let rest = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      rest = Buffer.concat([rest, bytes]);
      // All that a reader sends is shorter than 128 bytes.
      while (rest.length >= 2 && rest.length >= 2 + rest[1]!) {
        const size = 2 + rest[1]!;
        answer(socket, rest.subarray(0, size));
        rest = rest.subarray(size);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  cleanUps.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `mqtt://127.0.0.1:${port}`, acknowledged: () => acknowledged };
}

test('a broker that knows only MQTT 3.1.1 is read as well', async () => {
  const broker = await startOldBroker(JSON.stringify(eventAt(0)));
  // The message is there before the worker could be added.
  const plant = await openPlant({ MQTT_URL: broker.url, EVENTS_CREATE_UNKNOWN: '1' });
  await vi.waitFor(async () => expect(await countEvents(plant)).toBe(1), patience);
  await vi.waitFor(() => expect(broker.acknowledged()).toBe(true), patience);
});

test('a server that speaks something else does no harm', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  });
  const port = await findFreePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  cleanUps.push(async () => void server.close());
  const plant = await openPlant({ MQTT_URL: `mqtt://user:secret@127.0.0.1:${port}` });
  await vi.waitFor(() => expect(stateOf(plant)).toMatchObject({ state: 'away', fault: /./ }), patience);
  expect(stateOf(plant).address).not.toContain('secret');
  expect((await plant.request('/health')).status).toBe(200);
});

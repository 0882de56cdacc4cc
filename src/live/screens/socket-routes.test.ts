import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { findFreePort } from '../../testing/free-port.ts';
import { drawJpeg } from '../../testing/image-plant.ts';
import { connectSocket, type SocketClient } from '../../testing/socket-client.ts';
import { createTestApp, type TestApp, testNow } from '../../testing/test-app.ts';

const patience = { timeout: 10_000, interval: 5 };
const firstAt = Date.parse('2025-09-06T10:00:00+09:00');
const pingMs = 1_000;
let plant: TestApp;
let base = '';
let jpeg: Buffer;
let ports: number[] = [];
const clients: SocketClient[] = [];

type Message = { type: string; data: Record<string, Record<string, unknown>>; timestamp: number };

const nameOf = (second: number, coil: string, role = 'original') =>
  `2025090610000${second}_${coil}_${firstAt + second * 1000}_${role}.jpg`;

function put(path: string): void {
  const file = join(base, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.tmp`, jpeg);
  renameSync(`${file}.tmp`, file);
}

const newest = (channel: string) => plant.services.live.current.latest(channel)?.name;

beforeAll(async () => {
  jpeg = await drawJpeg(64, 48);
  const env = {
    WATCH_MODE: 'events',
    PORT: '0',
    HOST: '127.0.0.1',
    COMPAT_PORTS: `${await findFreePort()}`,
    IMAGE_RECEIVER_PORT: `${await findFreePort()}`,
    WS_PING_INTERVAL: `${pingMs}`,
  };
  const before = (folder: string) => {
    base = join(folder, 'state', 'live');
    put(`original/${nameOf(1, '2890')}`);
    put(`original/${nameOf(2, '2891')}`);
    put(`labeled/${nameOf(2, '2891', 'labeled')}`);
  };
  plant = await createTestApp({ env, before, images: ['S9/OR-3CT/OK-20250906-102131-1.jpg'] });
  await plant.services.listeners.start(plant.app.fetch);
  ports = plant.services.listeners.list().map(({ port }) => port);
  await plant.services.live.rescan();
  await vi.waitFor(() => expect(newest('labeled')).toBe(nameOf(2, '2891', 'labeled')), patience);
  await vi.waitFor(() => expect(newest('station/S9')).toBeDefined(), patience);
});
afterEach(() => {
  for (const { socket } of clients.splice(0)) socket.terminate();
});
afterAll(async () => {
  await plant.services.listeners.stop({ graceMs: 0 });
  await plant.close();
});

async function connect(path = '/', port = ports[0], headers = {}): Promise<SocketClient> {
  const client = connectSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  clients.push(client);
  await client.opened;
  await vi.waitFor(() => expect(client.messages.length).toBeGreaterThan(0), patience);
  return client;
}

const messagesOf = ({ messages }: SocketClient) => messages.map((text) => JSON.parse(text) as Message);
/** The next message a client gets after these. */
async function next(client: SocketClient, after: number): Promise<Message> {
  await vi.waitFor(() => expect(client.messages.length).toBeGreaterThan(after), patience);
  return messagesOf(client)[after]!;
}

const wire = (second: number, coil: string, role = 'original') => ({
  filename: nameOf(second, coil, role),
  url: `/image/${role}/${nameOf(second, coil, role)}`,
  timestamp: firstAt + second * 1000,
  type: role,
  coil_number: coil,
  size: jpeg.length,
  created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
});

describe('a client of S5', () => {
  test('receives the newest image of each folder and of each recent coil, at every port and both addresses', async () => {
    expect(ports).toHaveLength(3);
    for (const port of ports) {
      for (const path of ['/', '/ws/images']) {
        const [message] = messagesOf(await connect(path, port));
        expect(message).toEqual({
          type: 'current_images',
          data: {
            original: wire(2, '2891'),
            original_2891: wire(2, '2891'),
            original_2890: wire(1, '2890'),
            labeled: wire(2, '2891', 'labeled'),
            labeled_2891: wire(2, '2891', 'labeled'),
          },
          timestamp: testNow,
        });
      }
    }
  });

  test('receives each new newest image, and the one before when that is removed', async () => {
    const client = await connect();
    put(`original/${nameOf(3, '2892')}`);
    expect(await next(client, 1)).toEqual({
      type: 'image_update',
      data: wire(3, '2892'),
      timestamp: testNow,
    });
    rmSync(join(base, 'original', nameOf(3, '2892')));
    expect(await next(client, 2)).toMatchObject({ type: 'image_update', data: wire(2, '2891') });
  });

  test('receives no older image that comes late, and no stations', async () => {
    const client = await connect();
    put(`original/${nameOf(0, '2889')}`);
    await plant.addImages(['S9/OR-3CT/OK-20250906-102132-2.jpg']);
    await vi.waitFor(() => expect(newest('station/S9')).toContain('102132'), patience);
    await vi.waitFor(
      () => expect(plant.services.live.current.latest('original', '2889')).toBeDefined(),
      patience,
    );
    await sleep(100);
    expect(client.messages).toHaveLength(1);
    rmSync(join(base, 'original', nameOf(0, '2889')));
    // Otherwise the next client receives it.
    await vi.waitFor(
      () => expect(plant.services.live.current.latest('original', '2889')).toBeUndefined(),
      patience,
    );
  });

  test('is pinged, and any message it sends is ignored', async () => {
    const client = await connect();
    let pings = 0;
    client.socket.on('ping', () => {
      pings += 1;
    });
    for (const text of ['hello', '{"type":"ping"}', '[]']) client.socket.send(text);
    await vi.waitFor(() => expect(pings).toBeGreaterThan(0), patience);
    expect(messagesOf(client).map(({ type }) => type)).toEqual(['current_images']);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });
});

describe('a screen of ours', () => {
  const own = (more: string) => connect(`/ws/images?detail=1&${more}`);

  test('follows what it names, stations too, with the pixels’ addresses and the cameras’ states', async () => {
    const [message] = messagesOf(await own('channels=labeled&channels=station/S9'));
    expect(Object.keys(message?.data ?? {})).toEqual(['labeled', 'station/S9']);
    expect(message?.data.labeled?.base).toMatch(/^\/live\/images\/\d+\/\d+\/$/);
    expect(message?.data['station/S9']?.base).toMatch(/^\/images\/\d+\/\d+\/w$/);
    for (const image of Object.values(message?.data ?? {})) {
      const answer = await plant.request(`${image.base}320.webp`);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/webp']);
    }
    expect(message).toMatchObject({
      version: plant.services.version,
      cameras: [
        { key: 'main', stale_after_ms: 30_000, silent_since: null, offline: null },
        { key: 'station/S9' },
      ],
    });
  });

  test('changes its subscription without a new connection, and gets an error for a malformed one', async () => {
    const client = await own('channels=labeled');
    client.socket.send('{"type":"subscribe","channels":["original"],"coil":"2890"}');
    const followed = await next(client, 1);
    expect(Object.keys(followed.data)).toEqual(['original']);
    expect(followed.data.original).toMatchObject({ coil_number: '2890' });
    client.socket.send('{"type":"subscribe","channels":7}');
    expect(await next(client, 2)).toMatchObject({ type: 'error' });
  });

  test('that follows one coil receives only that coil’s newest image', async () => {
    const client = await own('channels=original&coil=2890');
    put(`original/${nameOf(4, '2891')}`);
    await vi.waitFor(() => expect(newest('original')).toBe(nameOf(4, '2891')), patience);
    put(`original/${nameOf(3, '2890')}`);
    expect(await next(client, 1)).toMatchObject({ type: 'image_update', data: { coil_number: '2890' } });
    expect((await next(client, 1)).data.filename).toBe(nameOf(3, '2890'));
    rmSync(join(base, 'original', nameOf(3, '2890')));
    expect((await next(client, 2)).data).toMatchObject({ filename: nameOf(1, '2890') });
    rmSync(join(base, 'original', nameOf(1, '2890')));
    expect(await next(client, 3)).toMatchObject({ data: { type: 'original', deleted: true } });
  });

  test('gets a ping it can see when it asks for one', async () => {
    const client = await own('channels=labeled&ping=1');
    expect(await next(client, 1)).toEqual({ type: 'ping', timestamp: testNow });
  });

  test('gets the same over HTTP, never from a cache', async () => {
    const answer = await plant.request('/live/latest?channels=labeled');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const message = (await answer.json()) as Message;
    const [overSocket] = messagesOf(await own('channels=labeled'));
    expect(message).toEqual(overSocket);
  });

  test('that follows more than a screen holds is refused in plain words', async () => {
    const many = Array.from({ length: 65 }, (_, i) => `channels=c${i}`).join('&');
    expect(await connectSocket(`ws://127.0.0.1:${ports[0]}/ws/images?${many}`).ended).toBe(1008);
    const answer = await plant.request(`/live/latest?${many}`);
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('At most 64')]);
  });
});

test('a viewer that left is forgotten', async () => {
  const { feed } = plant.services.screens;
  const client = await connect('/ws/images?channels=labeled');
  await vi.waitFor(() => expect(feed.viewersOf('labeled')).toBe(1), patience);
  client.socket.close();
  await vi.waitFor(() => expect(feed.stats().viewers).toBe(0), patience);
});

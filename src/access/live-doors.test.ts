import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { liveImageSrc } from '../live/model.ts';
import { drawJpeg } from '../testing/image-plant.ts';
import { addToken, addUser, signIn } from '../testing/people.ts';
import { connectSocket } from '../testing/socket-client.ts';
import { createTestApp, type TestApp } from '../testing/test-app.ts';

let plant: TestApp;
let origin: string;
let jpeg: Buffer;
const doer = { actor: 'admin', address: '' };

beforeAll(async () => {
  jpeg = await drawJpeg(64, 48);
  plant = await createTestApp({
    env: { ACCESS: 'closed', DEMO: '0' },
    images: ['S9/OR-3CT/OK-20250906-102131-1.jpg'],
    before: (folder) => {
      const dir = join(folder, 'state', 'live', 'original');
      mkdirSync(dir, { recursive: true });
      writeFileSync(join(dir, '2891_1757120400000_original.jpg'), jpeg);
    },
  });
  await addUser(plant, 'admin', 'admin');
  await plant.services.live.rescan();
  await vi.waitFor(() => {
    expect(plant.services.live.current.latest('original')).toBeDefined();
    expect(plant.services.live.current.latest('station/S9')).toBeDefined();
  }, 10_000);
  origin = await plant.listen();
});
afterAll(() => plant.close());

const kiosk = async (page: string) => {
  const secret = await plant.services.access.keys.addLink(doer, { name: page, siteId: null, pages: [page] });
  return { cookie: `linesight_kiosk=${secret}` };
};

/** 101 for a socket that opened, else the status its upgrade was refused with. */
async function openSocket(path: string, headers: Record<string, string>): Promise<number> {
  const { socket, opened, ended } = connectSocket(`${origin.replace('http', 'ws')}${path}`, { headers });
  const status = await Promise.race([opened.then(() => 101), ended]);
  socket.terminate();
  return status;
}

test('the screen of a wall gets its page, pictures, variants and sockets, and nothing else of live images', async () => {
  const headers = await kiosk('/live');
  const image = plant.services.live.current.latest('original')!;
  const station = plant.services.live.current.latest('station/S9')!;
  const statusOf = async (path: string) => (await plant.request(path, { headers }, '10.0.0.9')).status;
  for (const path of [
    '/live?kiosk=1&tiles=4',
    '/live/latest?detail=1',
    liveImageSrc(image, 640),
    liveImageSrc(image, 320, 'jpg'),
    liveImageSrc(image, 'original'),
    liveImageSrc(station, 320),
  ])
    expect([path, await statusOf(path)]).toEqual([path, 200]);
  for (const path of [
    '/live/main',
    '/live/station/S9',
    '/live/performance',
    '/latest',
    '/list/original',
    '/stats',
    `/image/original/${image.name}`,
    '/api/v1/live/cameras',
    '/api/v1/live/images',
    '/',
    '/inspections',
  ])
    expect([path, await statusOf(path)]).toEqual([path, 403]);
  expect([await openSocket('/ws/images', headers), await openSocket('/', headers)]).toEqual([101, 101]);
});

test('sockets of live images refuse kiosks of other pages, anonymous callers and programs that only send', async () => {
  for (const page of ['/inspections', '/overview', '/stations/S9']) {
    const headers = await kiosk(page);
    expect([page, await openSocket('/', headers), await openSocket('/ws/images', headers)]).toEqual([
      page,
      403,
      403,
    ]);
  }
  const token = async (scope: 'read' | 'ingest:images') => ({
    authorization: `Bearer ${await addToken(plant, [scope])}`,
  });
  expect(await openSocket('/ws/images', {})).toBe(401);
  expect(await openSocket('/ws/images', await token('ingest:images'))).toBe(403);
  expect(await openSocket('/ws/images', await token('read'))).toBe(101);
  await addUser(plant, 'vera', 'viewer');
  expect(await openSocket('/ws/images', { cookie: await signIn(plant, 'vera') })).toBe(101);
});

test('a token tied to a station, another device or another site sends no pair; one for this camera does', async () => {
  const { id } = plant.services.inspections.reads.sites.own;
  const send = async (tied: Parameters<typeof addToken>[2]) => {
    const body = new FormData();
    body.set('coil_number', '7');
    for (const field of ['original_image', 'labeled_image'])
      body.set(field, new Blob([new Uint8Array(jpeg)]), 'a.jpg');
    const secret = await addToken(plant, ['ingest:images'], tied);
    const answer = await plant.post('/upload/pair', { body, headers: { authorization: `Bearer ${secret}` } });
    return answer.status;
  };
  expect(await send({ siteId: id, station: 'S9' })).toBe(403);
  expect(await send({ device: 'line2' })).toBe(403);
  expect(await send({ siteId: id + 1 })).toBe(403);
  expect(plant.services.live.current.latest('labeled')).toBeUndefined();
  expect([await send({}), await send({ siteId: id, device: 'main' })]).toEqual([200, 200]);
});

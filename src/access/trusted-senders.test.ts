import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessTable } from '../testing/access-table.ts';
import { drawJpeg } from '../testing/image-plant.ts';
import { addUser, signIn } from '../testing/people.ts';
import { createTestApp, type TestApp } from '../testing/test-app.ts';

const camera = '10.7.0.5';
const scanner = '10.7.1.9';
const proxy = '10.9.9.9';
let plant: TestApp;
beforeAll(async () => {
  plant = await createTestApp({
    env: {
      ACCESS: 'closed',
      DEMO: '0',
      TRUSTED_PROXIES: proxy,
      TRUSTED_SENDERS: `10.7.0.0/24:ingest:images, ${scanner}:scan, ${scanner}:metrics`,
    },
    images: ['S9/OR-3CT/OK-20250906-102131-1.jpg'],
  });
  await addUser(plant, 'admin', 'admin');
});
afterAll(() => plant.close());

const scan = (peer: string, headers: Record<string, string> = {}) =>
  plant.request('/api/scan', { method: 'POST', headers }, peer);

test('a listed address may do what it is listed for without a token, and nothing else', async () => {
  const open: string[] = [];
  for (const { route, example, access } of accessTable) {
    if (access === 'public' || route.startsWith('WS ') || example.includes('<path>')) continue;
    const method = route === 'GET /stream' ? 'HEAD' : route.split(' ')[0]!;
    for (const peer of [camera, scanner]) {
      const { status } = await plant.request(example, { method }, peer);
      if (status !== 401) open.push(`${peer} ${route}`);
    }
  }
  expect(open.toSorted()).toEqual([
    `${camera} POST /upload/pair`,
    `${scanner} GET /metrics`,
    `${scanner} POST /api/scan`,
  ]);
  const refused = await plant.request('/api/scan', { method: 'POST' }, camera);
  expect(await refused.text()).toContain(`lists ${camera} for ingest:images and not for this`);
});

test('a pair of images is taken from a camera that sends no token', async () => {
  const body = new FormData();
  const jpeg = await drawJpeg(64, 48);
  for (const name of ['original_image', 'labeled_image'])
    body.append(name, new Blob([new Uint8Array(jpeg)], { type: 'image/jpeg' }), `${name}.jpg`);
  body.append('coil_number', '2891');
  expect((await plant.request('/upload/pair', { method: 'POST', body }, camera)).status).toBe(200);
  const again = await plant.request('/upload/pair', { method: 'POST', body: new FormData() }, '10.7.1.5');
  expect(again.status).toBe(401);
});

test('what a client says of itself proves nothing; what a trusted proxy was sent from does', async () => {
  const forwarded = { 'x-forwarded-for': scanner };
  expect((await scan('10.1.1.1', forwarded)).status).toBe(401);
  // A proxy on this machine is a client like any other until it is listed.
  expect((await scan('127.0.0.1', forwarded)).status).toBe(401);
  expect((await scan(scanner, { 'x-forwarded-for': '10.1.1.1' })).status).toBe(401);
  expect((await scan(scanner, { via: '1.1 nginx' })).status).toBe(401);
  expect((await scan(proxy, forwarded)).status).toBe(200);
  expect((await scan(proxy, { 'x-forwarded-for': `${scanner}, 10.1.1.1` })).status).toBe(401);
  expect((await scan(proxy)).status).toBe(401);
  expect((await scan('::ffff:10.7.1.9')).status).toBe(200);
});

test('a page of another site cannot use the address, and a wrong token is not overlooked', async () => {
  expect((await scan(scanner, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await scan(scanner, { authorization: 'Bearer lsk_wrong' })).status).toBe(401);
});

test('the audit log names the sender, and the page of tokens lists who sent what', async () => {
  await scan(scanner);
  const headers = { cookie: await signIn(plant, 'admin') };
  const page = await (await plant.request('/tokens', { headers })).text();
  expect(page).toContain('10.7.0.0/24:ingest:images');
  expect(page).toMatch(new RegExp(`${scanner}</th>.*scan`, 's'));
  expect(await (await plant.request('/audit', { headers })).text()).toContain(`(sender) ${scanner}`);
});

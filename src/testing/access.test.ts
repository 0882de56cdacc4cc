import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listRouteAccess } from '../kernel/http/access.ts';
import { accessTable } from './access-table.ts';
import { createTestApp, type TestApp } from './test-app.ts';

let plant: TestApp;
beforeAll(async () => {
  plant = await createTestApp({ images: [image], env: { DEMO: '0' } });
});
afterAll(() => plant.close());

const anotherMachine = '192.168.0.7';
const refusal = /taken only from the pages of this server/;

const image = 'S9/OR-3CT/OK-20250906-102131-1.jpg';
const urlOf = (example: string) => example.replace('<path>', encodeURIComponent(join(plant.watchDir, image)));
const methodOf = (route: string) => route.slice(0, route.indexOf(' '));
const looks = accessTable.filter(({ access }) => access === 'look');
const changes = accessTable.filter(({ access }) => access === 'change');

test('every route is in the table of who may use it, and does as the table says', () => {
  const routes = listRouteAccess(plant.app.routes).map(({ method, path, access }) => [
    `${method} ${path}`,
    access,
  ]);
  expect(Object.fromEntries(routes)).toEqual(
    Object.fromEntries(accessTable.map(({ route, access }) => [route, access])),
  );
});

test.each(looks)('anybody may look: $route', async ({ route, example }) => {
  // A stream never ends, and its head says enough.
  const method = route === 'GET /stream' ? 'HEAD' : methodOf(route);
  const headers = { 'sec-fetch-site': 'cross-site', origin: 'http://elsewhere.example' };
  const answer = await plant.request(urlOf(example), { method, headers }, anotherMachine);
  expect(answer.status).toBe(200);
});

test.each(changes)('a page of another site and a program on another machine may not: $route', async (row) => {
  const ask = (headers: Record<string, string>, peer: string) =>
    plant.request(urlOf(row.example), { method: methodOf(row.route), headers }, peer);
  const strangers = await Promise.all([
    ask({ 'sec-fetch-site': 'cross-site' }, '127.0.0.1'),
    ask({ 'sec-fetch-site': 'same-site' }, '127.0.0.1'),
    ask({ origin: 'http://elsewhere.example' }, '127.0.0.1'),
    ask({ origin: 'null' }, '127.0.0.1'),
    ask({}, anotherMachine),
    ask({ 'x-forwarded-for': anotherMachine }, '127.0.0.1'),
  ]);
  for (const answer of strangers) {
    expect(answer.status).toBe(403);
    expect(await answer.text()).toMatch(refusal);
  }
});

test.each(changes)('a page of this server and a program on this machine may: $route', async (row) => {
  const ask = (headers: Record<string, string>, peer: string) =>
    plant.request(urlOf(row.example), { method: methodOf(row.route), headers }, peer);
  const friends = await Promise.all([
    ask({ 'sec-fetch-site': 'same-origin' }, anotherMachine),
    ask({ origin: 'http://plant.local', host: 'plant.local' }, anotherMachine),
    ask({}, '127.0.0.1'),
    ask({}, '::1'),
  ]);
  for (const answer of friends) {
    expect(answer.status).toBeLessThan(500);
    expect(await answer.text()).not.toMatch(refusal);
  }
});

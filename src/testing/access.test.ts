import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Access, AccessPolicy } from '../kernel/auth/principal.ts';
import { listRouteAccess } from '../kernel/http/guards/may.ts';
import { type AccessRow, accessTable } from './access-table.ts';
import { addEverybody } from './people.ts';
import { createTestApp, type TestApp } from './test-app.ts';

const anotherMachine = '192.168.0.7';
const image = 'S9/OR-3CT/OK-20250906-102131-1.jpg';
/** What browsers say when a page of another site makes them ask; old ones know only the last. */
const foreignSites: Record<string, string>[] = [
  { 'sec-fetch-site': 'cross-site' },
  { origin: 'null' },
  { referer: 'http://a.example/' },
];
const methodOf = (route: string) => route.slice(0, route.indexOf(' '));
const isWrite = ({ route, access }: AccessRow) => !/^(?:GET|WS)$/.test(methodOf(route)) && access !== 'look';
const foreignPage = /taken only from the pages of this server/;
/** No matter of who asks: the demo plant is switched off here. */
const switchedOff = /DEMO=0/;
const refusal =
  /Sign in|signed in with this browser|must sign in|was revoked\. Ask|needs the role|lacks the scope|changes nothing|kiosk link only/;

/** Signing out would end the session the next route is asked with; that it works is proven with the sessions. */
const rows = accessTable.filter(({ route }) => route !== 'POST /logout');

function ask(plant: TestApp, { route, example }: AccessRow, headers: Record<string, string>, peer: string) {
  const url = example.replace('<path>', encodeURIComponent(join(plant.watchDir, image)));
  // A stream never ends, and its head says enough.
  const method = route === 'GET /stream' ? 'HEAD' : methodOf(route).replace('WS', 'GET');
  const upgrade: Record<string, string> = methodOf(route) === 'WS' ? { upgrade: 'websocket' } : {};
  return plant.request(
    url,
    { method, headers: { accept: 'application/json', ...upgrade, ...headers } },
    peer,
  );
}

/** Who passes where looking is open, and of these rights who else where it is not; by hand, as people would say it. */
const passes: Record<Access, string[]> = {
  public: ['everybody'],
  look: ['viewer', 'operator', 'admin', 'token read', 'token admin'],
  self: ['viewer', 'operator', 'admin'],
  operate: ['operator', 'admin', 'token admin'],
  administer: ['admin', 'token admin'],
  entrust: ['admin'],
  'ingest:events': ['admin', 'token ingest:events', 'token admin'],
  'ingest:predictions': ['admin', 'token ingest:predictions', 'token admin'],
  'ingest:frames': ['admin', 'token ingest:frames', 'token admin'],
  'ingest:images': ['admin', 'token ingest:images', 'token admin'],
};
/** What a kiosk of the Overview shows where looking needs a login. */
const onOverview = /^GET \/(?:overview(?:\/stations)?|plant\/now|images\/.*)$/;

function mayPass(who: string, { route, access }: AccessRow, policy: AccessPolicy): boolean {
  if (access === 'public') return true;
  if (who === 'bad token') return false;
  if (access !== 'self' && access !== 'entrust') {
    if (policy === 'open' || (policy === 'open-view' && access === 'look')) return true;
    if (who === 'kiosk' && access === 'look') return onOverview.test(route);
  }
  return passes[access].includes(who);
}

describe.each(['open-view', 'closed', 'open'] as const)('with ACCESS=%s', (policy) => {
  let plant: TestApp;
  let people: Record<string, Record<string, string>>;
  beforeAll(async () => {
    plant = await createTestApp({ images: [image], env: { DEMO: '0', ACCESS: policy } });
    people = await addEverybody(plant);
  });
  afterAll(() => plant.close());

  test.each(rows)(
    '$route admits exactly the principals of the table and shows others what to do',
    async (row) => {
      const expected: string[] = [];
      const found: string[] = [];
      for (const [i, [who, headers]] of Object.entries(people).entries()) {
        if (mayPass(who, row, policy)) expected.push(who);
        const answer = await ask(plant, row, headers, `10.0.1.${i}`);
        const text = await answer.text();
        // While a folder that an earlier row added is looked at for the first time, the plant is not ready.
        const isStarting = row.route === 'GET /health/ready' && answer.status === 503;
        if (!isStarting) expect(answer.status, `${who}: ${text}`).toBeLessThan(500);
        const isRefused =
          /^40[13]$/.test(`${answer.status}`) && row.access !== 'public' && !switchedOff.test(text);
        if (!isRefused) found.push(who);
        else if (!/^(?:GET|WS)$/.test(methodOf(row.route))) expect(text, who).toMatch(refusal);
      }
      expect(found).toEqual(expected);
    },
  );

  test.each(rows.filter(isWrite))('no page of another site may use a browser for $route', async (row) => {
    for (const who of ['nobody', 'viewer', 'admin', 'kiosk']) {
      const { cookie } = people[who] ?? {};
      const own: Record<string, string> = cookie === undefined ? {} : { cookie };
      for (const site of foreignSites) {
        const answer = await ask(plant, row, { ...site, ...own }, anotherMachine);
        expect([who, answer.status]).toEqual([who, mayPass(who, row, policy) || cookie ? 403 : 401]);
        if (mayPass(who, row, policy)) expect(await answer.text()).toMatch(foreignPage);
      }
    }
  });
});

describe('in a plant without accounts', () => {
  let plant: TestApp;
  beforeAll(async () => {
    plant = await createTestApp({ images: [image], env: { DEMO: '0' } });
  });
  afterAll(() => plant.close());

  test('every route is in the table of who may use it, and does as the table says', () => {
    const routes = listRouteAccess(plant.app.routes).map(({ method, path, access }) => [
      `${method} ${path}`,
      access,
    ]);
    expect(Object.fromEntries(routes)).toEqual(
      Object.fromEntries(accessTable.map(({ route, access }) => [route, access])),
    );
  });

  const changes = rows.filter(({ access }) => access === 'operate' || access === 'administer');
  test.each(changes)('this machine may: $route', async (row) => {
    for (const headers of [{}, { 'sec-fetch-site': 'same-origin' }]) {
      for (const peer of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
        const answer = await ask(plant, row, headers as Record<string, string>, peer);
        expect((await answer.text()).replace(/<header class="bar">.*?<\/header>/s, '')).not.toMatch(refusal);
      }
    }
  });

  test.each(changes)('no other machine, no proxy on this one and no other site may: $route', async (row) => {
    const answers = [
      await ask(plant, row, {}, anotherMachine),
      await ask(plant, row, { 'sec-fetch-site': 'same-origin' }, anotherMachine),
      await ask(plant, row, { 'x-forwarded-for': anotherMachine }, '127.0.0.1'),
      await ask(plant, row, { via: '1.1 proxy' }, '127.0.0.1'),
      await ask(plant, row, { 'sec-fetch-site': 'cross-site' }, '127.0.0.1'),
      await ask(plant, row, { origin: 'http://elsewhere.example' }, '::1'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 403, 403]);
  });

  test('users and keys are open to no one, not even on this machine: the key of the state folder creates the first user', async () => {
    for (const row of rows.filter(({ access }) => access === 'entrust' || access === 'self')) {
      expect((await ask(plant, row, { 'sec-fetch-site': 'same-origin' }, '127.0.0.1')).status).toBe(401);
    }
  });
});

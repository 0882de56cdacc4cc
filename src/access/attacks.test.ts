import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addToken, addUser, ownPage, password, signIn } from '../testing/people.ts';
import { createTestApp, type TestApp } from '../testing/test-app.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

let plant: TestApp;
beforeAll(async () => {
  plant = await createTestApp({ env: { ACCESS: 'closed', SESSION_IDLE_MIN: '60', SESSION_MAX_DAYS: '2' } });
  await addUser(plant, 'admin', 'admin');
  await addUser(plant, 'kim', 'operator');
});
afterAll(() => plant.close());

const look = async (headers: Record<string, string>, path = '/overview') =>
  (await plant.request(path, { headers }, '10.0.0.9')).status;
const post = (
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string>,
  peer = '10.0.0.9',
) => plant.post(path, { body: new URLSearchParams(fields), headers: { ...ownPage, ...headers } }, peer);
const login = (name: string, given: string, peer: string, headers: Record<string, string> = {}) =>
  post('/login', { name, password: given }, headers, peer);

describe('a session', () => {
  test('is a new secret at every login: one planted beforehand opens nothing', async () => {
    const planted = `linesight_session=${'a'.repeat(43)}`;
    const answer = await login('kim', password, '10.0.0.9', { cookie: planted });
    const given = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(given).toMatch(/^linesight_session=[\w-]{43}$/);
    expect(given).not.toBe(planted);
    expect([await look({ cookie: planted }), await look({ cookie: given })]).toEqual([401, 200]);
    const again = await login('kim', password, '10.0.0.9', { cookie: given });
    const next = again.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect([await look({ cookie: given }), await look({ cookie: next })]).toEqual([401, 200]);
  });

  test('is out of reach of scripts and of other sites, and over TLS never sent without it', async () => {
    const plain = (await login('kim', password, '10.0.0.9')).headers.get('set-cookie');
    expect(plain).toMatch(/; Max-Age=172800; Path=\/; HttpOnly; SameSite=Lax$/);
    const secure = await login('kim', password, '10.0.0.9', { 'x-forwarded-proto': 'https' });
    expect(secure.headers.get('set-cookie')).toMatch(/; HttpOnly; Secure; SameSite=Lax$/);
  });

  test('ends when it is signed out, and cannot be made up, cut or prolonged', async () => {
    const cookie = await signIn(plant, 'kim');
    expect(await look({ cookie: `${cookie.slice(0, -1)}${cookie.endsWith('A') ? 'B' : 'A'}` })).toBe(401);
    expect(await look({ cookie: cookie.slice(0, -1) })).toBe(401);
    expect(await look({ cookie: `linesight_session=${'x'.repeat(5000)}` })).toBe(401);
    expect(await look({ cookie: "linesight_session=' or 1=1 --" })).toBe(401);
    expect(await look({ cookie })).toBe(200);
    await post('/logout', {}, { cookie });
    expect(await look({ cookie })).toBe(401);
  });

  test('ends after an hour without use, and after two days of use', async () => {
    const cookie = await signIn(plant, 'kim');
    plant.clock.advance(59 * minuteMs);
    expect(await look({ cookie })).toBe(200);
    plant.clock.advance(60 * minuteMs);
    expect(await look({ cookie })).toBe(401);
    const used = await signIn(plant, 'kim');
    for (let passedMs = 0; passedMs < 2 * dayMs - 30 * minuteMs; passedMs += 30 * minuteMs) {
      plant.clock.advance(30 * minuteMs);
      expect(await look({ cookie: used })).toBe(passedMs + 30 * minuteMs < 2 * dayMs ? 200 : 401);
      await plant.services.db.tx(async () => {});
    }
    plant.clock.advance(30 * minuteMs);
    expect(await look({ cookie: used })).toBe(401);
  });

  test('ends at once with a new password, with the account, and when it is ended from another browser', async () => {
    await addUser(plant, 'lee', 'viewer');
    const [first, second] = [await signIn(plant, 'lee'), await signIn(plant, 'lee')];
    const admin = await signIn(plant, 'admin');
    const fresh = { password: 'another long one', repeat: 'another long one' };
    const changed = await post('/account/password', { current: password, ...fresh }, { cookie: first });
    const renewed = changed.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(await look({ cookie: first })).toBe(401);
    expect(await look({ cookie: second })).toBe(401);
    expect(await look({ cookie: renewed })).toBe(200);
    const id = (await plant.services.access.users.findByName('lee'))?.id;
    await post(`/users/${id}/disable`, {}, { cookie: admin });
    expect(await look({ cookie: renewed })).toBe(401);
    expect((await login('lee', fresh.password, '10.0.0.9')).status).toBe(401);
  });

  test('of somebody else cannot be ended by its number', async () => {
    const [kim, admin] = [await signIn(plant, 'kim'), await signIn(plant, 'admin')];
    const { users, sessions } = plant.services.access;
    const [victim] = await sessions.list((await users.findByName('admin'))?.id ?? 0);
    await post(`/account/sessions/${victim?.id}/end`, {}, { cookie: kim });
    expect(await look({ cookie: admin })).toBe(200);
  });
});

describe('a guesser', () => {
  test('is delayed and locked out, without revealing names or delaying the rightful user', async () => {
    const guess = (name: string, i: number) => login(name, `guess ${i}`, '10.0.7.7');
    const texts = new Set<string>();
    for (const name of ['kim', 'nobody-of-this-name']) {
      const answer = await guess(name, 0);
      expect(answer.status).toBe(401);
      texts.add((await answer.text()).replaceAll(name, ''));
    }
    expect(texts.size).toBe(1);
    const statuses = await Promise.all(Array.from({ length: 30 }, (_, i) => guess('kim', i)));
    expect(statuses.filter(({ status }) => status === 401)).toHaveLength(4);
    const locked = statuses.find(({ status }) => status === 429);
    expect(Number(locked?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await login('kim', password, '10.0.7.7')).status).toBe(429);
    expect((await login('kim', password, '10.0.7.8')).status).toBe(303);
    plant.clock.advance(15 * minuteMs);
    expect((await login('kim', password, '10.0.7.7')).status).toBe(303);
  });

  test('leaves a trace without the guesses, and none of a name that may be a password', async () => {
    await login('hunter2-typed-as-name', 'x', '10.0.8.8');
    await login('kim', 'a secret guess', '10.0.8.8');
    const cookie = await signIn(plant, 'admin');
    const log = await plant.text('/audit?subject=session', { headers: { cookie } });
    expect(log).toContain('10.0.8.8');
    expect(log).toContain('(unknown name)');
    expect(log).not.toMatch(/hunter2|secret guess/);
  });

  test('cannot sign a reader in from a page of another site', async () => {
    const foreign: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'http://evil.example' },
    ];
    for (const headers of foreign) {
      const body = new URLSearchParams({ name: 'kim', password });
      const answer = await plant.post('/login', { body, headers }, '10.0.0.9');
      expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null]);
    }
  });

  test('is sent nowhere else after signing in', async () => {
    for (const back of ['//evil.example', 'http://evil.example/', '/\\evil.example', '/%09/evil.example']) {
      const answer = await post('/login', { name: 'kim', password, back }, {});
      const target = new URL(answer.headers.get('location') ?? '', 'http://plant.local');
      expect(target.origin).toBe('http://plant.local');
    }
  });

  test('under a name of his own that points here reaches nothing (DNS rebinding)', async () => {
    const cookie = await signIn(plant, 'admin');
    const headers = { cookie, host: 'evil.example', ...ownPage };
    expect((await plant.request('/audit', { headers }, '127.0.0.1')).status).toBe(421);
    expect((await plant.post('/inspections/rescan', { headers }, '127.0.0.1')).status).toBe(421);
  });
});

describe('a token', () => {
  test('works until it is revoked, shows its last use, and is nowhere kept as itself', async () => {
    const secret = await addToken(plant, ['read']);
    const authorization = `Bearer ${secret}`;
    expect(await look({ authorization })).toBe(200);
    const [token] = await plant.services.access.keys.listTokens();
    await plant.services.db.tx(async () => {});
    expect((await plant.services.access.keys.listTokens())[0]).toMatchObject({ lastAddress: '10.0.0.9' });
    const { apiTokens } = plant.services.db.tables;
    expect(JSON.stringify(await plant.services.db.read.select().from(apiTokens))).not.toContain(
      secret.slice(3),
    );
    const cookie = await signIn(plant, 'admin');
    await post(`/tokens/${token?.id}/revoke`, {}, { cookie });
    expect(await look({ authorization })).toBe(401);
  });

  test.each([
    'Bearer',
    'Bearer ',
    'Basic a2ltOng=',
    'Bearer a b',
    `Bearer ${'x'.repeat(300)}`,
    'bearer ls_x',
  ])('"%s" is none', async (authorization) => {
    expect(await look({ authorization })).toBe(401);
    expect(await look({ authorization, cookie: await signIn(plant, 'admin') })).toBe(401);
  });
});

describe('a kiosk link', () => {
  test('opens its pages with their images and streams and nothing else, until it is revoked', async () => {
    const { keys } = plant.services.access;
    const doer = { actor: 'admin', address: '' };
    const secret = await keys.addLink(doer, { name: 'tv', siteId: null, pages: ['/overview'] });
    const opened = await plant.request(`/kiosk/${secret}`, {}, '10.0.0.9');
    expect([opened.status, opened.headers.get('location')]).toEqual([303, '/overview?kiosk=1']);
    expect(opened.headers.get('set-cookie')).toMatch(/Max-Age=34560000; Path=\/; HttpOnly; SameSite=Lax/);
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(await look({ cookie }, '/overview?kiosk=1')).toBe(200);
    expect(await look({ cookie }, '/stream/snapshot?topics=/overview/stations')).toBe(200);
    expect(await look({ cookie }, '/stream/snapshot?topics=/overview/stations&topics=/sources/status')).toBe(
      403,
    );
    for (const path of ['/inspections', '/sources', '/settings', '/api/v1/stations', '/users', '/account']) {
      expect([path, await look({ cookie }, path)]).toEqual([path, 403]);
    }
    expect((await post('/inspections/rescan', {}, { cookie })).status).toBe(403);
    await keys.revokeLink(doer, (await keys.listLinks())[0]?.id ?? 0);
    expect(await look({ cookie })).toBe(401);
    expect((await plant.request(`/kiosk/${secret}`)).status).toBe(404);
  });
});

describe('the last administrator', () => {
  let cookie: string;
  beforeEach(async () => {
    cookie = await signIn(plant, 'admin');
  });

  test.each([
    ['role', { role: 'viewer' }],
    ['disable', {}],
  ])('cannot be taken away by %s', async (action, fields) => {
    const id = (await plant.services.access.users.findByName('admin'))?.id;
    const answer = await post(`/users/${id}/${action}`, fields as Record<string, string>, { cookie });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('last administrator');
    expect(await look({ cookie }, '/users')).toBe(200);
  });
});

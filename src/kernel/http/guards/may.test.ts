import { Hono } from 'hono';
import { beforeEach, describe, expect, test } from 'vitest';
import type { AccessPolicy, Principal } from '../../auth/principal.ts';
import type { AppEnv, Change } from '../env.ts';
import { createErrorHandlers } from '../error-handlers.ts';
import { listRouteAccess, may, noteChange } from './may.ts';

const errors = createErrorHandlers({ renderProblem: (_c, problem) => problem.message });
const operator: Principal = { kind: 'user', userId: 1, name: 'kim', role: 'operator', sessionId: 1 };
const token: Principal = {
  kind: 'token',
  tokenId: 1,
  name: 'robot',
  scopes: ['admin'],
  siteId: null,
  station: null,
  device: null,
};

let recorded: Change[];
let waitMs: number;
beforeEach(() => {
  recorded = [];
  waitMs = 0;
});

function createApp(principal?: Principal, policy: AccessPolicy = 'open-view') {
  const app = new Hono<AppEnv>();
  app.use(async (c, next) => {
    if (principal) c.set('principal', principal);
    c.set('door', {
      policy,
      siteId: 1,
      isOnPages: async (pages, url) => pages.includes(url.pathname),
      writeWaitMs: () => waitMs,
      noteSender: () => {},
      record: async (_c, change) => void recorded.push(change),
    });
    await next();
  });
  app.get('/page', may('look'), (c) => c.text('seen'));
  app.post('/api/scan', may('operate', 'inspections.rescan'), (c) => c.text('changed'));
  app.post('/api/retry', may('operate'), (c) => {
    noteChange(c, { target: 'S9/a.jpg', after: { tries: 2 } });
    return c.text('changed');
  });
  app.post('/api/fail', may('operate'), (c) => c.text('no', 400));
  app.onError(errors.onError);
  return app;
}

function post(principal: Principal | undefined, headers: Record<string, string>, path = '/api/scan') {
  return createApp(principal).request(`http://plant.local:8080${path}`, { method: 'POST', headers });
}

const own = { 'sec-fetch-site': 'same-origin' };

describe('where a change may come from', () => {
  test('a page of this server, in any browser that sends its origin', async () => {
    expect((await post(operator, own)).status).toBe(200);
    const olderBrowser = { origin: 'http://plant.local:8080', host: 'Plant.local:8080' };
    expect((await post(operator, olderBrowser)).status).toBe(200);
    const oldBrowser = { referer: 'http://plant.local:8080/inspections?period=1d' };
    expect((await post(operator, oldBrowser)).status).toBe(200);
  });

  test.each<[string, Principal]>([
    ['somebody signed in', operator],
    ['the machine itself', { kind: 'machine' }],
  ])('not from a page of another site, with the rights of %s', async (_who, principal) => {
    const foreign: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { origin: 'http://plant.local:9090' },
      { referer: 'http://evil.example/plant.local:8080' },
    ];
    for (const headers of foreign) {
      expect((await post(principal, headers)).status, JSON.stringify(headers)).toBe(403);
    }
  });

  test('a program needs a token or this machine: a cookie without a page is not enough', async () => {
    expect((await post(operator, {})).status).toBe(403);
    expect((await post({ kind: 'machine' }, {})).status).toBe(200);
    expect((await post(token, {})).status).toBe(200);
    expect((await post(token, { origin: 'http://mes.example' })).status).toBe(200);
  });
});

describe('a refusal says what to do', () => {
  test.each<[string, Principal | undefined, number, RegExp]>([
    ['nobody', undefined, 401, /Sign in, or send "Authorization: Bearer <token>"/],
    ['a bad token', { kind: 'nobody', badToken: true }, 401, /unknown or was revoked/],
    ['a viewer', { ...operator, role: 'viewer' } as Principal, 403, /needs the role operator or admin/],
    ['a token for reading', { ...token, scopes: ['read'] } as Principal, 403, /lacks the scope admin/],
    ['a kiosk', { kind: 'kiosk', linkId: 1, name: 'tv', pages: [] }, 403, /changes nothing/],
  ])('to %s', async (_who, principal, status, message) => {
    const refused = await post(principal, own);
    expect(refused.status).toBe(status);
    expect(await refused.json()).toEqual({ error: expect.stringMatching(message) });
    expect(refused.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer realm="Linesight"' : null);
  });

  test('to a caller with too many changes at once', async () => {
    waitMs = 1500;
    const refused = await post(operator, own);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2']);
    expect((await createApp(operator).request('/page')).status).toBe(200);
  });
});

test('a kiosk sees its pages alone where looking needs a login', async () => {
  const kiosk: Principal = { kind: 'kiosk', linkId: 1, name: 'tv', pages: ['/page'] };
  expect((await createApp(kiosk, 'closed').request('/page')).status).toBe(200);
  expect((await createApp({ ...kiosk, pages: ['/other'] }, 'closed').request('/page')).status).toBe(403);
});

test('changes by operators are in the audit log, failed and refused ones are not', async () => {
  await post(operator, own);
  await post(operator, own, '/api/retry');
  await post(operator, own, '/api/fail');
  await post({ kind: 'nobody' }, own);
  expect(recorded).toEqual([
    { action: 'inspections.rescan', target: '' },
    { action: 'POST /api/retry', target: 'S9/a.jpg', after: { tries: 2 } },
  ]);
});

test('the table of routes has the access of each, also inside a mounted app, and shows a route without one', () => {
  const mounted = new Hono<AppEnv>().get('/inner', may('look'), (c) => c.text('')).onError(errors.onError);
  const app = createApp().route('/feature', mounted);
  app.get('/forgotten', (c) => c.text(''));
  expect(listRouteAccess(app.routes)).toEqual([
    { method: 'GET', path: '/page', access: 'look' },
    { method: 'POST', path: '/api/scan', access: 'operate' },
    { method: 'POST', path: '/api/retry', access: 'operate' },
    { method: 'POST', path: '/api/fail', access: 'operate' },
    { method: 'GET', path: '/feature/inner', access: 'look' },
    { method: 'GET', path: '/forgotten', access: undefined },
  ]);
});

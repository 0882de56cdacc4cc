import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import { listRouteAccess, may } from './access.ts';
import type { AppEnv } from './env.ts';
import { createErrorHandlers } from './errors.ts';

const errors = createErrorHandlers({ renderProblem: (_c, problem) => problem.message });

function createApp() {
  const app = new Hono<AppEnv>();
  app.use(async (_c, next) => next());
  app.get('/page', may('look'), (c) => c.text('seen'));
  app.post('/api/scan', may('change'), (c) => c.text('changed'));
  app.onError(errors.onError);
  return app;
}

function postFrom(peer: string | undefined, headers: Record<string, string>) {
  const env = peer === undefined ? {} : { incoming: { socket: { remoteAddress: peer } } };
  return createApp().request('http://plant.local:8080/api/scan', { method: 'POST', headers }, env);
}

describe('who may change something', () => {
  test('a page of this server may, in any browser that says so', async () => {
    expect((await postFrom('192.168.0.7', { 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    const olderBrowser = { origin: 'http://plant.local:8080', host: 'Plant.local:8080' };
    expect((await postFrom('192.168.0.7', olderBrowser)).status).toBe(200);
  });

  test('a page of another site may not, even in a browser on this machine', async () => {
    expect((await postFrom('127.0.0.1', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await postFrom('127.0.0.1', { 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await postFrom('::1', { origin: 'http://evil.example' })).status).toBe(403);
    expect((await postFrom('::1', { origin: 'null' })).status).toBe(403);
    expect((await postFrom('127.0.0.1', { origin: 'http://plant.local:9090' })).status).toBe(403);
  });

  test('a program may on this machine, and not from another or through a proxy', async () => {
    for (const peer of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1']) {
      expect((await postFrom(peer, {})).status, peer).toBe(200);
    }
    for (const peer of ['192.168.0.7', '::ffff:10.0.0.9', 'fe80::1', undefined]) {
      expect((await postFrom(peer, {})).status, peer).toBe(403);
    }
    for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']) {
      expect((await postFrom('127.0.0.1', { [header]: '127.0.0.1' })).status, header).toBe(403);
    }
  });

  test('the refusal says what to do instead', async () => {
    const refused = await postFrom('192.168.0.7', {});
    expect(await refused.json()).toEqual({ error: expect.stringMatching(/from the pages of this server/) });
  });
});

test('the table of routes shows who may use each, also inside a mounted app, and which route forgot to say', () => {
  const mounted = new Hono<AppEnv>().get('/inner', may('look'), (c) => c.text('')).onError(errors.onError);
  const app = createApp().route('/feature', mounted);
  app.get('/forgotten', (c) => c.text(''));
  expect(listRouteAccess(app.routes)).toEqual([
    { method: 'GET', path: '/page', access: 'look' },
    { method: 'POST', path: '/api/scan', access: 'change' },
    { method: 'GET', path: '/feature/inner', access: 'look' },
    { method: 'GET', path: '/forgotten', access: undefined },
  ]);
});

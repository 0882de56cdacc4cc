import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { expect, test } from 'vitest';
import { AppError } from '../errors.ts';
import { createLog } from '../log.ts';
import type { AppEnv } from './env.ts';
import { createErrorHandlers, type RenderProblem } from './error-handlers.ts';
import { bodySizeLimit, timeLimit, urlLimit } from './guards/limits.ts';
import { requestLog } from './guards/request-log.ts';

function createApp(renderProblem: RenderProblem = (_c, problem, form) => `${form}: ${problem.message}`) {
  const lines: string[] = [];
  const log = createLog({
    level: 'debug',
    pretty: false,
    destination: { write: (line) => lines.push(line) },
  });
  const app = new Hono<AppEnv>();
  const handlers = createErrorHandlers({ renderProblem });
  app.use(requestLog({ log }), urlLimit(), timeLimit(50, ['/patient']), bodySizeLimit(10));
  for (const path of ['/page', '/api/v1/x', '/api/x']) {
    app.get(path, () => {
      throw new AppError('conflict', 'Already there', { details: { name: 'S4' } });
    });
  }
  app.get('/broken', () => {
    throw new Error('secret /etc/path');
  });
  app.get('/hono', () => {
    throw new HTTPException(404, { message: 'Gone away' });
  });
  app.get('/busy', () => {
    throw new AppError('unavailable', 'Full', { details: { retryAfterSec: 10 } });
  });
  app.get('/slow', async (c) => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return c.text('late');
  });
  app.get('/patient', async (c) => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return c.text('done');
  });
  app.post('/body', async (c) => c.text(await c.req.text()));
  app.onError(handlers.onError).notFound(handlers.notFound);
  return { app, lines };
}

test('each kind of client gets the error in its own form', async () => {
  const { app } = createApp();
  const v1 = await app.request('/api/v1/x');
  expect(v1.status).toBe(409);
  expect(await v1.json()).toEqual({
    error: {
      code: 'conflict',
      message: 'Already there',
      details: { name: 'S4' },
      requestId: v1.headers.get('x-request-id'),
    },
  });
  expect(await (await app.request('/api/x')).json()).toEqual({ error: 'Already there' });
  expect(await (await app.request('/page')).text()).toBe('page: Already there');
  const fragment = await app.request('/page', { headers: { 'hx-request': 'true' } });
  expect(await fragment.text()).toBe('fragment: Already there');
  const program = await app.request('/page', { headers: { accept: 'application/json' } });
  expect(await program.json()).toMatchObject({ error: { code: 'conflict' } });
});

test('an unexpected error is logged with its stack and shown only as its request id', async () => {
  const { app, lines } = createApp();
  const response = await app.request('/broken', { headers: { accept: 'application/json' } });
  const text = await response.text();
  expect(response.status).toBe(500);
  expect(text).not.toContain('secret');
  expect(text).toContain(response.headers.get('x-request-id'));
  const logged = lines.find((line) => line.includes('secret /etc/path')) ?? '';
  expect(JSON.parse(logged)).toMatchObject({
    requestId: response.headers.get('x-request-id'),
    err: { stack: expect.stringContaining('error-handlers.test.ts') },
  });
});

test('an unknown address is a not-found page, and a framework’s own refusal keeps its status', async () => {
  const { app } = createApp();
  expect((await app.request('/nowhere')).status).toBe(404);
  expect(await (await app.request('/api/v1/nowhere')).json()).toMatchObject({ error: { code: 'not_found' } });
  expect((await app.request('/hono')).status).toBe(404);
});

test('an error page that fails itself still answers, with the words escaped', async () => {
  const { app } = createApp(() => {
    throw new Error('template broken');
  });
  const response = await app.request('/page');
  expect(response.status).toBe(409);
  expect(await response.text()).toContain('Already there');
});

test('an overloaded server says when to retry', async () => {
  const response = await createApp().app.request('/busy');
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '10']);
});

test('too long an address, too large a body and too slow an answer are refused', async () => {
  const { app } = createApp();
  expect((await app.request(`/page?q=${'x'.repeat(9000)}`)).status).toBe(413);
  expect((await app.request('/body', { method: 'POST', body: 'x'.repeat(11) })).status).toBe(413);
  expect((await app.request('/body', { method: 'POST', body: 'x'.repeat(10) })).status).toBe(200);
  expect((await app.request('/slow')).status).toBe(503);
});

test('every request leaves one line with its status and time, and no raw control character', async () => {
  const { app, lines } = createApp();
  await app.request('/nowhere%0d%0aforged');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    method: 'GET',
    path: '/nowhere%0d%0aforged',
    status: 404,
    ms: expect.any(Number),
  });
});

test('work with a limit of its own is never answered as unfinished while it goes on', async () => {
  const { app } = createApp();
  expect((await app.request('/slow')).status).toBe(503);
  expect(await (await app.request('/patient')).text()).toBe('done');
});

import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { createLog } from '../../log.ts';
import { alreadySent } from '../already-sent.ts';
import { compression } from '../compression.ts';
import type { AppEnv } from '../env.ts';
import { requestLog } from '../guards/request-log.ts';
import { securityHeaders } from '../guards/security-headers.ts';
import { startServer } from './server.ts';

const log = createLog({ level: 'silent', pretty: false });

/** `onSlow` is called when a request for /slow arrives. */
function createApp(onSlow = () => {}) {
  const app = new Hono<AppEnv>();
  app.use(requestLog({ log }), securityHeaders(), compression());
  app.get('/', (c) => c.html('x'.repeat(2000)));
  app.get('/slow', async (c) => {
    onSlow();
    await new Promise((resolve) => setTimeout(resolve, 300));
    return c.text('done');
  });
  app.get('/raw', (c) => {
    c.env.outgoing?.writeHead(200, { 'content-type': 'text/event-stream' });
    c.env.outgoing?.write('data: one\n\n');
    return alreadySent();
  });
  return app;
}

function openStream(port: number): Promise<{ first: string; closed: Promise<void> }> {
  return new Promise((resolve, reject) => {
    get({ port, path: '/raw', agent: false }, (response) => {
      const closed = new Promise<void>((end) => response.once('close', () => end()));
      response.on('error', () => {});
      response.once('data', (chunk) => resolve({ first: String(chunk), closed }));
    }).on('error', reject);
  });
}

test('stopping cuts fifty open streams off, and a request under way is finished', async () => {
  const { promise: isUnderWay, resolve: onSlow } = Promise.withResolvers<void>();
  const server = await startServer({ fetch: createApp(onSlow).fetch, host: '127.0.0.1', port: 0, log });
  const streams = await Promise.all(Array.from({ length: 50 }, () => openStream(server.port)));
  expect(streams.map((stream) => stream.first)).toEqual(Array(50).fill('data: one\n\n'));
  const slow = fetch(`http://127.0.0.1:${server.port}/slow`).then((response) => response.text());
  await isUnderWay;

  await server.stop({ graceMs: 2_000 });
  expect(await slow).toBe('done');
  await Promise.all(streams.map((stream) => stream.closed));
  await expect(fetch(`http://127.0.0.1:${server.port}/`)).rejects.toThrow();
});

test('a client that does not read its answer is cut off, a slow or idle one is not', async () => {
  const app = createApp();
  const released = new Promise<void>((resolve) => {
    const endless = { pull: (to: ReadableStreamDefaultController) => to.enqueue(new Uint8Array(65_536)) };
    app.get('/endless', () => new Response(new ReadableStream({ ...endless, cancel: () => resolve() })));
  });
  const server = await startServer({ fetch: app.fetch, host: '127.0.0.1', port: 0, log, stalledMs: 600 });
  const stalled = connect(server.port, '127.0.0.1').pause();
  stalled.on('error', () => {});
  stalled.write('GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const slow = fetch(`http://127.0.0.1:${server.port}/slow`).then((response) => response.text());
  expect(await slow).toBe('done');
  await released;
  stalled.destroy();
  await server.stop({ graceMs: 100 });
});

test('pages go through the whole chain compressed and with their headers', async () => {
  const server = await startServer({ fetch: createApp().fetch, host: '127.0.0.1', port: 0, log });
  const response = await fetch(`http://127.0.0.1:${server.port}/`, {
    headers: { 'accept-encoding': 'gzip' },
  });
  expect(await response.text()).toBe('x'.repeat(2000));
  expect(response.headers.get('content-encoding')).toBe('gzip');
  expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  await server.stop({ graceMs: 100 });
});

test('a port in use is explained in plain words', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  const start = startServer({ fetch: createApp().fetch, host: '127.0.0.1', port, log });
  await expect(start).rejects.toThrow(`Port ${port} is in use by another program`);
  other.close();
});

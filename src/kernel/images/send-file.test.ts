import {
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import sharp from 'sharp';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import type { AppEnv } from '../http/env.ts';
import { startServer } from '../http/server/server.ts';
import { createLog } from '../log.ts';
import { openInside } from '../storage/confine.ts';
import { sendFile } from './send-file.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'send-file-')));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'OK-1.jpg');
const head = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#186' } })
  .jpeg()
  .toBuffer();
const image = Buffer.concat([
  head,
  Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => index % 251)),
]);
writeFileSync(path, image);

const app = new Hono<AppEnv>().get('/file/:name', async (c) => {
  const opened = await openInside(folder, c.req.param('name'));
  if (!opened.ok) return c.text(opened.reason, 404);
  return sendFile(c, opened, { name: c.req.param('name'), caching: 'immutable' });
});
const get = (headers: Record<string, string> = {}, method = 'GET') =>
  app.request('/file/OK-1.jpg', { headers, method });
const bodyOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

/** Descriptors of this process on files in the folder. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      const target = readlinkSync(join('/proc/self/fd', name));
      return target.startsWith(folder) ? [target] : [];
    } catch {
      return [];
    }
  });
}

afterEach(async () => {
  await vi.waitFor(() => expect(openFiles()).toEqual([]), 10_000);
});

test('an image comes whole, shut in and typed by its content', async () => {
  const response = await get();
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'image/jpeg',
    'content-length': `${image.length}`,
    'cache-control': 'private, max-age=31536000, immutable',
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'content-disposition': 'inline; filename="OK-1.jpg"',
    'accept-ranges': 'bytes',
  });
  expect((await bodyOf(response)).equals(image)).toBe(true);
});

test('a page in the guise of an image is a download, never shown', async () => {
  writeFileSync(join(folder, 'page.jpg'), '<html><script>alert(1)</script>');
  const response = await app.request('/file/page.jpg');
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment; filename="page.jpg"',
  });
  await response.arrayBuffer();
});

test('a part is answered as a part', async () => {
  const response = await get({ range: 'bytes=300000-700000' });
  expect([
    response.status,
    response.headers.get('content-range'),
    response.headers.get('content-length'),
  ]).toEqual([206, `bytes 300000-700000/${image.length}`, '400001']);
  expect((await bodyOf(response)).equals(image.subarray(300_000, 700_001))).toBe(true);
  const beyond = await get({ range: `bytes=${image.length}-` });
  expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${image.length}`]);
});

test('a client that has the file gets a 304, one that has another version gets the whole', async () => {
  const etag = (await get({}, 'HEAD')).headers.get('etag') ?? '';
  expect((await get({ 'if-none-match': `"x", ${etag}` })).status).toBe(304);
  const part = await get({ range: 'bytes=0-9', 'if-range': etag });
  expect([part.status, (await bodyOf(part)).length]).toEqual([206, 10]);
  const whole = await get({ range: 'bytes=0-9', 'if-range': '"another"' });
  expect([whole.status, (await bodyOf(whole)).length]).toEqual([200, image.length]);

  utimesSync(path, 1_760_000_000, 1_760_000_000);
  const rewritten = await get({ 'if-none-match': etag });
  expect([rewritten.status, (await bodyOf(rewritten)).length]).toEqual([200, image.length]);
});

test('HEAD states the size and sends no body', async () => {
  const response = await get({}, 'HEAD');
  expect([response.status, response.headers.get('content-length')]).toEqual([200, `${image.length}`]);
  expect((await response.arrayBuffer()).byteLength).toBe(0);
});

test('an empty file is an empty download', async () => {
  writeFileSync(join(folder, 'empty.jpg'), '');
  const response = await app.request('/file/empty.jpg');
  expect([response.status, response.headers.get('content-length')]).toEqual([200, '0']);
  expect((await response.arrayBuffer()).byteLength).toBe(0);
});

test('a viewer who leaves, and a file cut short on the way, leave nothing open', async () => {
  const large = join(folder, 'large.jpg');
  const log = createLog({ level: 'silent', pretty: false });
  const server = await startServer({ fetch: app.fetch, host: '127.0.0.1', port: 0, log });

  writeFileSync(large, Buffer.alloc(30_000_000, 1));
  const leaving = connect(server.port, '127.0.0.1');
  leaving.write('GET /file/large.jpg HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await new Promise((resolve) => leaving.once('data', resolve));
  leaving.pause();
  expect(openFiles()).toEqual([large]);
  leaving.destroy();
  await vi.waitFor(() => expect(openFiles()).toEqual([]), 10_000);

  const response = await fetch(`http://127.0.0.1:${server.port}/file/large.jpg`);
  truncateSync(large, 1000);
  await expect(response.arrayBuffer()).rejects.toThrow();
  await vi.waitFor(() => expect(openFiles()).toEqual([]), 10_000);
  await server.stop({ graceMs: 100 });
});

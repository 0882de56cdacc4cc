import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import { expect, onTestFinished, test } from 'vitest';
import { mayMount, mountMemory } from '../../testing/faults/mounts.ts';
import type { AppEnv } from './env.ts';
import { receiveMultipart } from './multipart.ts';

test.skipIf(!mayMount())('a form whose files fill the disk is refused, not waited for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-form-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  using small = mountMemory(folder, '2m');
  const app = new Hono<AppEnv>()
    .post('/', async (c) => {
      const files = { first: join(small.path, 'first'), second: join(small.path, 'second') };
      return c.json(await receiveMultipart(c, { files, maxFileBytes: 50_000_000, fields: {} }));
    })
    .onError((error) => Response.json({ ...error, message: error.message }));
  const body = new FormData();
  for (const field of ['first', 'second']) body.append(field, new Blob([new Uint8Array(6_000_000)]), 'x.jpg');
  const answer = await app.request('/', { method: 'POST', body });
  expect(await answer.json()).toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/^The disk is full/),
  });
});

test('a form that is not sent in time is refused, and nothing of it is written any more', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-form-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const app = new Hono<AppEnv>()
    .post('/', async (c) => {
      const files = { first: join(folder, 'first') };
      return c.json(await receiveMultipart(c, { files, maxFileBytes: 50_000, fields: {}, withinMs: 150 }));
    })
    .onError((error) => {
      rmSync(join(folder, 'first'));
      return Response.json({ ...error, message: error.message });
    });
  const head = '--b\r\nContent-Disposition: form-data; name="first"; filename="a"\r\n\r\nthe beginning';
  const body = new ReadableStream({ start: (sender) => sender.enqueue(new TextEncoder().encode(head)) });
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  const answer = await app.request('/', { method: 'POST', body, headers, duplex: 'half' } as RequestInit);
  expect(await answer.json()).toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/^The form was not sent within 0.15 s; nothing was kept/),
  });
  expect(readdirSync(folder)).toEqual([]);
});

import { Hono } from 'hono';
import { expect, test } from 'vitest';
import type { AppEnv } from '../env.ts';
import { addressOf, isFromThisMachine } from './origin.ts';

const app = new Hono<AppEnv>().get('/', (c) => c.json([addressOf(c), isFromThisMachine(c)]));

test.each<[string, Record<string, string>, string, boolean]>([
  ['127.0.0.1', {}, '127.0.0.1', true],
  ['::ffff:127.0.0.1', {}, '127.0.0.1', true],
  ['::1', {}, '::1', true],
  ['192.168.0.7', {}, '192.168.0.7', false],
  // A proxy on this machine is trusted for the peer address it saw, not for headers it received.
  ['127.0.0.1', { 'x-forwarded-for': '1.2.3.4, 192.168.0.7' }, '192.168.0.7', false],
  ['192.168.0.7', { 'x-forwarded-for': '127.0.0.1' }, '192.168.0.7', false],
  ['127.0.0.1', { 'x-real-ip': '127.0.0.1' }, '127.0.0.1', false],
])('a request from %s with %o comes from %s', async (remoteAddress, headers, address, isOwn) => {
  const env = { incoming: { socket: { remoteAddress } } };
  expect(await (await app.request('/', { headers }, env)).json()).toEqual([address, isOwn]);
});

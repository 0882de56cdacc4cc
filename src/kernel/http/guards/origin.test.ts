import { Hono } from 'hono';
import { expect, test } from 'vitest';
import type { AppEnv } from '../env.ts';
import { createNetworkCheck } from './addresses.ts';
import { addressOf, isFromThisMachine, siteOf } from './origin.ts';

const isTrustedProxy = createNetworkCheck(['10.1.0.0/16', '2001:db8::7']);
const app = new Hono<AppEnv>()
  .use(async (c, next) => {
    c.set('isTrustedProxy', isTrustedProxy);
    await next();
  })
  .get('/', (c) => c.json([addressOf(c), isFromThisMachine(c)]))
  .post('/', (c) => c.text(siteOf(c)));

test.each<[string, Record<string, string>, string, boolean]>([
  ['127.0.0.1', {}, '127.0.0.1', true],
  ['::ffff:127.0.0.1', {}, '127.0.0.1', true],
  ['::1', {}, '::1', true],
  ['192.168.0.7', {}, '192.168.0.7', false],
  // A proxy on this machine is trusted for the peer address it saw, not for headers it received.
  ['127.0.0.1', { 'x-forwarded-for': '1.2.3.4, 192.168.0.7' }, '192.168.0.7', false],
  ['192.168.0.7', { 'x-forwarded-for': '127.0.0.1' }, '192.168.0.7', false],
  ['127.0.0.1', { 'x-real-ip': '127.0.0.1' }, '127.0.0.1', false],
  // Of a chain of proxies only what ours have added counts.
  ['10.1.0.9', { 'x-forwarded-for': '1.2.3.4, 192.168.0.7' }, '192.168.0.7', false],
  ['10.1.0.9', { 'x-forwarded-for': '1.2.3.4, 192.168.0.7, 10.1.0.8' }, '192.168.0.7', false],
  ['2001:db8::7', { 'x-forwarded-for': '192.168.0.7' }, '192.168.0.7', false],
  ['10.2.0.9', { 'x-forwarded-for': '1.2.3.4' }, '10.2.0.9', false],
  ['10.1.0.9', {}, '10.1.0.9', false],
])('a request from %s with %o comes from %s', async (remoteAddress, headers, address, isOwn) => {
  const env = { incoming: { socket: { remoteAddress } } };
  expect(await (await app.request('/', { headers }, env)).json()).toEqual([address, isOwn]);
});

const page = 'http://plant-hub:9161';
const proxied = { 'x-forwarded-for': '192.168.0.7' };

test.each<[string, { host: string } & Record<string, string>, string]>([
  // Straight to this server.
  [page, { host: 'plant-hub:9161' }, 'own'],
  [page, { host: 'PLANT-HUB:9161' }, 'own'],
  ['http://plant-hub:9162', { host: 'plant-hub:9161' }, 'foreign'],
  ['http://plant-hub', { host: 'plant-hub:9161' }, 'foreign'],
  ['http://plant-hub', { host: 'plant-hub:80' }, 'own'],
  ['null', { host: 'plant-hub:9161' }, 'foreign'],
  // Through a proxy that passes the name without its port.
  [page, { host: 'plant-hub', ...proxied }, 'own'],
  [page, { host: 'plant-hub' }, 'own'],
  ['https://plant-hub:8443', { host: 'plant-hub', ...proxied }, 'own'],
  ['http://[::1]:9161', { host: '[::1]', ...proxied }, 'own'],
  ['http://evil:9161', { host: 'plant-hub', ...proxied }, 'foreign'],
  ['http://plant-hub.evil.example', { host: 'plant-hub', ...proxied }, 'foreign'],
  ['http://evil.example', { host: 'plant-hub', ...proxied }, 'foreign'],
  // TLS ends at a proxy that names the default port.
  ['https://plant-hub', { host: 'plant-hub:443', ...proxied }, 'own'],
  ['http://plant-hub', { host: 'plant-hub', 'x-forwarded-proto': 'https' }, 'foreign'],
  // A proxy that passes a Host of its own says what it was sent.
  [page, { host: '127.0.0.1:9150', 'x-forwarded-host': 'plant-hub:9161' }, 'own'],
  [page, { host: '127.0.0.1:9150', 'x-forwarded-host': 'plant-hub', 'x-forwarded-port': '9161' }, 'own'],
  [page, { host: 'plant-hub', 'x-forwarded-port': '9161' }, 'own'],
  ['http://plant-hub:9162', { host: 'plant-hub', 'x-forwarded-port': '9161' }, 'foreign'],
  ['http://127.0.0.1:9150', { host: '127.0.0.1:9150', 'x-forwarded-host': 'plant-hub:9161' }, 'foreign'],
])('a form of %s sent with %o comes from a page that is %s', async (origin, headers, site) => {
  expect(await siteOfForm({ origin, ...headers }, '127.0.0.1')).toBe(site);
  expect(await siteOfForm({ origin, ...headers }, '10.1.0.9')).toBe(site);
});

test('a machine that is no proxy of ours cannot say which host it was sent', async () => {
  const headers = { origin: 'http://evil', host: 'plant-hub:9161', 'x-forwarded-host': 'evil' };
  expect(await siteOfForm(headers, '127.0.0.1')).toBe('own');
  expect(await siteOfForm(headers, '10.2.0.9')).toBe('foreign');
  const noPort = { origin: page, host: 'plant-hub', 'x-forwarded-port': '1' };
  expect(await siteOfForm(noPort, '10.2.0.9')).toBe('own');
});

test('on the default port a Host without a port leaves nothing out', async () => {
  const headers = { origin: page, host: 'plant-hub' };
  expect(await siteOfForm(headers, '192.168.0.7', 80)).toBe('foreign');
  expect(await siteOfForm({ ...headers, origin: 'http://plant-hub' }, '192.168.0.7', 80)).toBe('own');
  expect(await siteOfForm({ ...headers, ...proxied }, '192.168.0.7', 80)).toBe('own');
});

test('what the browser says of the page itself wins over its Origin', async () => {
  const headers = { host: 'plant-hub', origin: page };
  expect(await siteOfForm({ ...headers, 'sec-fetch-site': 'same-site' }, '127.0.0.1')).toBe('foreign');
  expect(await siteOfForm({ ...headers, 'sec-fetch-site': 'cross-site' }, '127.0.0.1')).toBe('foreign');
  expect(
    await siteOfForm({ host: 'other', origin: page, 'sec-fetch-site': 'same-origin' }, '127.0.0.1'),
  ).toBe('own');
});

async function siteOfForm(
  headers: Record<string, string>,
  remoteAddress: string,
  localPort = 9150,
): Promise<string> {
  const env = { incoming: { socket: { remoteAddress, localPort } } };
  return (await app.request('http://plant-hub/', { method: 'POST', headers }, env)).text();
}

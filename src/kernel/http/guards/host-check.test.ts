import { Hono } from 'hono';
import { expect, test } from 'vitest';
import type { AppEnv } from '../env.ts';
import { hostCheck } from './host-check.ts';

async function statusFor(host: string, allowedHosts: string[] = []): Promise<number> {
  const app = new Hono<AppEnv>();
  app.use(hostCheck({ allowedHosts, machineName: 'Vision.factory.example' }));
  app.get('/', (c) => c.text('ok'));
  return (await app.request('/', { headers: { host } })).status;
}

test('addresses, single words, private endings and the machine’s own name are answered', async () => {
  const ours = [
    '192.168.1.20:8080',
    '[fe80::1]:8080',
    '[::1]',
    '8.8.8.8',
    'localhost:8080',
    'nas',
    'NAS.local:8080',
  ];
  for (const host of [...ours, 'nas.lan', 'nas.home.arpa', 'nas.local.', 'vision.factory.example:8080']) {
    expect(await statusFor(host), host).toBe(200);
  }
});

test('a public name that was pointed at this server is refused', async () => {
  for (const host of [
    'evil.example',
    'evil.example:8080',
    '127.0.0.1.evil.example',
    'local.evil',
    'factory.example',
  ]) {
    expect(await statusFor(host), host).toBe(421);
  }
});

test('a Host header that is no host is refused', async () => {
  for (const host of ['<script>', 'a b', '[nope]', 'user@nas', '[::1', '']) {
    expect(await statusFor(host), host).toBe(400);
  }
});

test('ALLOWED_HOSTS lets names, whole domains, or everything through', async () => {
  expect(await statusFor('line.example.com', ['Line.example.com'])).toBe(200);
  expect(await statusFor('a.example.com', ['*.example.com'])).toBe(200);
  expect(await statusFor('badexample.com', ['*.example.com'])).toBe(421);
  expect(await statusFor('anything.example', ['*'])).toBe(200);
});

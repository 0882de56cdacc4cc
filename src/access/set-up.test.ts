import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { addToken, addUser, ownPage } from '../testing/people.ts';
import { connectSocket } from '../testing/socket-client.ts';
import { createTestApp, type TestApp } from '../testing/test-app.ts';

const password = 'a long enough one';
const fields = (plant: TestApp, more: Record<string, string> = {}) => ({
  key: plant.services.access.setUp.key,
  name: 'Admin',
  password,
  repeat: password,
  ...more,
});
const send = (plant: TestApp, form: Record<string, string>, peer = '10.0.0.9') =>
  plant.post('/setup', { body: new URLSearchParams(form), headers: ownPage }, peer);

test('the one-time link makes the first administrator, once, and signs in', async () => {
  await using plant = await createTestApp();
  const { key } = plant.services.access.setUp;
  expect((await plant.request(`/setup?key=${key}`, {}, '10.0.0.9')).status).toBe(200);
  const made = await send(plant, fields(plant));
  expect([made.status, made.headers.get('location')]).toEqual([303, '/users']);
  const cookie = made.headers.get('set-cookie')?.split(';')[0] ?? '';
  expect((await plant.request('/users', { headers: { cookie } }, '10.0.0.9')).status).toBe(200);
  expect((await send(plant, fields(plant, { name: 'second' }))).status).not.toBe(303);
  expect((await plant.request(`/setup?key=${key}`)).headers.get('location')).toBe('/login');
  expect((await plant.services.access.users.list()).map(({ name }) => name)).toEqual(['admin']);
});

test('two concurrent uses of the set-up link create one administrator', async () => {
  await using plant = await createTestApp();
  const both = await Promise.all(['one', 'two'].map((name) => send(plant, fields(plant, { name }))));
  expect(both.map(({ status }) => status).sort()).toEqual([303, 400]);
  expect(await plant.services.access.users.list()).toHaveLength(1);
});

test('the link is shown to a browser on this machine and to no other', async () => {
  await using plant = await createTestApp();
  const { key } = plant.services.access.setUp;
  expect(await plant.text('/inspections')).toContain(key);
  expect(await plant.text('/setup')).toContain(key);
  for (const [headers, peer] of [
    [{}, '192.168.0.7'],
    [{ 'x-forwarded-for': '192.168.0.7' }, '127.0.0.1'],
  ] as const) {
    for (const path of ['/inspections', '/setup', '/setup?key=guessed', '/login']) {
      const answer = await plant.request(path, { headers }, peer);
      expect(await answer.text()).not.toContain(key);
    }
  }
  const refused = await send(plant, fields(plant, { key: 'guessed' }), '192.168.0.7');
  expect(refused.status).toBe(403);
  expect(await plant.services.access.users.list()).toEqual([]);
});

test.each([
  [{ password: 'short', repeat: 'short' }, 'too short'],
  [{ repeat: 'another one, long' }, 'not the same'],
  [{ name: '<b>' }, 'cannot be used'],
])('%o is refused in words', async (wrong, words) => {
  await using plant = await createTestApp();
  const refused = await send(plant, fields(plant, wrong as Record<string, string>));
  expect(refused.status).toBe(400);
  expect(await refused.text()).toContain(words);
});

test('the first curl on this machine works until there is a user or a token', async () => {
  for (const make of [(p: TestApp) => addUser(p, 'kim', 'viewer'), (p: TestApp) => addToken(p, ['read'])]) {
    await using plant = await createTestApp();
    expect((await plant.post('/api/scan')).status).toBe(200);
    await make(plant);
    const answer = await plant.post('/api/scan');
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({ error: expect.stringMatching(/Sign in, or send "Authorization/) });
  }
});

test('streams that this machine opened without an account end with the first user or token', async () => {
  for (const make of [(p: TestApp) => addUser(p, 'kim', 'viewer'), (p: TestApp) => addToken(p, ['read'])]) {
    await using plant = await createTestApp({ env: { ACCESS: 'closed' } });
    const origin = await plant.listen();
    const { opened, ended, socket } = connectSocket(`${origin.replace('http', 'ws')}/ws/images`);
    onTestFinished(() => socket.terminate());
    await opened;
    await make(plant);
    expect(await Promise.race([ended, sleep(5_000, 'still open')])).toBe(1008);
  }
});

test('an unattended installation gets its administrator from a file, at the first start only', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'linesight-password-'));
  const file = join(folder, 'password');
  try {
    writeFileSync(file, 'a password from a file\n');
    await using plant = await createTestApp({ env: { ADMIN_PASSWORD_FILE: file } });
    const { users, passwords, setUp } = plant.services.access;
    const hash = (await users.findByName('admin'))?.passwordHash;
    expect(await passwords.verify('a password from a file', hash)).toBe(true);
    writeFileSync(file, 'another password now');
    await setUp.begin();
    expect((await users.findByName('admin'))?.passwordHash).toBe(hash);
    writeFileSync(file, 'short');
    await expect(createTestApp({ env: { ADMIN_PASSWORD_FILE: file } })).rejects.toThrow(/too short/);
    await expect(createTestApp({ env: { ADMIN_PASSWORD_FILE: `${file}-none` } })).rejects.toThrow(
      /no such file/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

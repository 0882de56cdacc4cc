import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../kernel/log.ts';
import { addToken, addUser, ownPage } from '../testing/people.ts';
import { connectSocket } from '../testing/socket-client.ts';
import { createTestApp, type TestApp } from '../testing/test-app.ts';
import { createSetUp } from './set-up.ts';

const password = 'a long enough one';
const keyOf = (plant: TestApp) => readFileSync(plant.services.access.setUp.keyFile, 'utf8').trim();
const fields = (plant: TestApp, more: Record<string, string> = {}) => ({
  key: keyOf(plant),
  name: 'Admin',
  password,
  repeat: password,
  ...more,
});
const send = (plant: TestApp, form: Record<string, string>, peer = '10.0.0.9') =>
  plant.post('/setup', { body: new URLSearchParams(form), headers: ownPage }, peer);

test('the key of the file makes the first administrator, once, and signs in', async () => {
  await using plant = await createTestApp();
  const { keyFile } = plant.services.access.setUp;
  expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  const page = await plant.request('/setup', {}, '10.0.0.9');
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining(keyFile)]);
  const form = fields(plant);
  const made = await send(plant, form);
  expect([made.status, made.headers.get('location')]).toEqual([303, '/users']);
  const cookie = made.headers.get('set-cookie')?.split(';')[0] ?? '';
  expect((await plant.request('/users', { headers: { cookie } }, '10.0.0.9')).status).toBe(200);
  expect(existsSync(keyFile)).toBe(false);
  const second = await send(plant, { ...form, name: 'second' });
  expect(second.headers.get('location')).toBe('/login');
  expect((await plant.request('/setup')).headers.get('location')).toBe('/login');
  expect((await plant.services.access.users.list()).map(({ name }) => name)).toEqual(['admin']);
});

test('two concurrent uses of the key create one administrator', async () => {
  await using plant = await createTestApp();
  const forms = ['one', 'two'].map((name) => fields(plant, { name }));
  const both = await Promise.all(forms.map((form) => send(plant, form)));
  expect(both.filter((answer) => answer.headers.get('location') === '/users')).toHaveLength(1);
  expect(await plant.services.access.users.list()).toHaveLength(1);
});

test('the key is sent to nobody, not to a browser on this machine either', async () => {
  await using plant = await createTestApp();
  const key = keyOf(plant);
  for (const [headers, peer] of [
    [{}, '127.0.0.1'],
    [{}, '192.168.0.7'],
    [{ 'x-forwarded-for': '192.168.0.7' }, '127.0.0.1'],
  ] as const) {
    for (const path of ['/inspections', '/setup', '/setup?key=guessed', '/login', '/settings', '/health']) {
      const answer = await plant.request(path, { headers }, peer);
      expect(await answer.text(), path).not.toContain(key);
    }
  }
  const refused = await send(plant, fields(plant, { key: 'guessed' }), '127.0.0.1');
  expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('key is wrong')]);
  expect(await plant.services.access.users.list()).toEqual([]);
});

test('the log names the file, and the key only in a terminal', async () => {
  await using plant = await createTestApp();
  const lines: string[] = [];
  const log = createLog({
    level: 'warn',
    pretty: false,
    destination: { write: (line: string) => lines.push(line) },
  });
  const { users, recordUsers } = plant.services.access;
  const { keyFile } = plant.services.access.setUp;
  const setUp = createSetUp({ users, recordUsers, log, adminPasswordFile: '', keyFile });
  await setUp.announce('http://127.0.0.1:8080', { isTerminal: false });
  await setUp.announce('http://127.0.0.1:8080', { isTerminal: true });
  expect(lines[0]).toContain(`docker exec <container> cat ${keyFile}`);
  expect(lines[0]).not.toContain(keyOf(plant));
  expect(lines[1]).toContain(keyOf(plant));
});

test('a key that another process wrote is used, and goes when there is an account', async () => {
  await using plant = await createTestApp();
  const { users, recordUsers, log } = plant.services.access;
  const { keyFile } = plant.services.access.setUp;
  const other = createSetUp({ users, recordUsers, log, adminPasswordFile: '', keyFile });
  const key = keyOf(plant);
  await other.begin();
  expect([keyOf(plant), await other.isKey(key), await other.isKey('')]).toEqual([key, true, false]);
  await addUser(plant, 'kim', 'admin');
  await other.begin();
  expect([existsSync(keyFile), await other.isKey('')]).toEqual([false, false]);
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

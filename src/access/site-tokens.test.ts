import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Principal, speaksFor } from '../kernel/auth/principal.ts';
import { addUser, ownPage, signIn } from '../testing/people.ts';
import { createTestApp, type TestApp } from '../testing/test-app.ts';

const shared = mkdtempSync(join(tmpdir(), 'linesight-site-tokens-'));
let busan: TestApp;
let gary: TestApp;
let headers: Record<string, string>;

beforeAll(async () => {
  const env = { DB_PATH: join(shared, 'data.sqlite') };
  const images = ['S4/OR-3CT/OK-20250906-102000-1.jpg'];
  busan = await createTestApp({ env: { ...env, SITE: 'busan' }, images });
  gary = await createTestApp({ env: { ...env, SITE: 'gary' }, images });
  await busan.services.inspections.reads.folders.refresh();
  await addUser(busan, 'kim', 'admin');
  headers = { ...ownPage, cookie: await signIn(busan, 'kim') };
});

afterAll(async () => {
  await busan.close();
  await gary.close();
  rmSync(shared, { recursive: true });
});

/** Makes a token on the page of Busan; answers its secret. */
async function makeSecret(fields: Record<string, string>): Promise<string> {
  const made = await busan.post('/tokens', { body: new URLSearchParams(fields), headers });
  return /ls_[\w-]{43}/.exec(await made.text())?.[0] ?? '';
}

/** Makes a token; answers whom it speaks for at each site. */
async function makeToken(fields: Record<string, string>) {
  const secret = await makeSecret({ 'scope:ingest:events': '1', ...fields });
  const token = await busan.services.access.keys.findToken(secret);
  if (!token) throw new Error('No token was made');
  const principal: Principal = { kind: 'token', tokenId: token.id, ...token };
  const idOf = (plant: TestApp) => plant.services.inspections.reads.sites.own.id;
  return [busan, gary].map((plant) => speaksFor(principal, { siteId: idOf(plant), station: 'S4' }));
}

test('a token for a station speaks for that of the site chosen, or of the site it was made at', async () => {
  expect(await makeToken({ name: 'a', station: 'S4' })).toEqual([true, false]);
  expect(await makeToken({ name: 'b', station: 'S4', site: 'gary' })).toEqual([false, true]);
  expect(await makeToken({ name: 'c', site: 'gary' })).toEqual([false, true]);
  expect(await makeToken({ name: 'd' })).toEqual([true, true]);
  expect(await makeToken({ name: 'e', station: 'S9' })).toEqual([false, false]);
});

test('a token of one site changes nothing at another, and can read its pages', async () => {
  const scopes = { 'scope:admin': '1', 'scope:read': '1', 'scope:ingest:images': '1' };
  const secret = await makeSecret({ name: 'tied', site: 'gary', ...scopes });
  const withToken = { headers: { authorization: `Bearer ${secret}` } };
  const statusesOf = (plant: TestApp) =>
    Promise.all([
      plant.post('/upload/pair', withToken, '10.0.0.9'),
      plant.post('/api/v1/rescan', withToken, '10.0.0.9'),
      plant.post('/api/v1/retention/run?dryRun=1', withToken, '10.0.0.9'),
      plant.request('/api/v1/stations', withToken, '10.0.0.9'),
    ]).then((answers) => answers.map(({ status }) => status));
  expect(await statusesOf(busan)).toEqual([403, 403, 403, 200]);
  expect(await statusesOf(gary)).toEqual([400, 200, 200, 200]);
});

test('a token for a site that is not there is refused, and never becomes one for every site', async () => {
  const body = new URLSearchParams({ name: 'f', 'scope:ingest:events': '1', site: 'ulsan' });
  const answer = await busan.post('/tokens', { body, headers });
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain('There is no site of this name any more.');
  const names = (await busan.services.access.keys.listTokens()).map(({ name }) => name);
  expect(names).not.toContain('f');
});

test('the list of tokens and the audit log name the site', async () => {
  const page = await busan.text('/tokens', { headers });
  expect(page).toContain('site gary');
  expect(page).toMatch(/<select name="site">/);
  expect(await busan.text('/audit', { headers })).toContain('site gary');
});

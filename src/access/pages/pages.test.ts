import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { languages } from '../../kernel/i18n/languages.ts';
import { readHtml } from '../../testing/html.ts';
import { addToken, addUser, ownPage, password, signIn } from '../../testing/people.ts';
import { createTestApp, type TestApp } from '../../testing/test-app.ts';
import { findUntranslated } from '../../testing/untranslated.ts';

/** What a person may type anywhere. */
const odd = `<b onclick="x">S&4'`;
const doer = { actor: odd, address: '10.0.0.5' };

let plant: TestApp;
let cookie: string;
let operator: string;
beforeAll(async () => {
  plant = await createTestApp({ images: ['S9/OR-3CT/OK-20250906-102131-1.jpg'] });
  await addUser(plant, 'admin', 'admin');
  await addUser(plant, 'kim', 'operator');
  cookie = await signIn(plant, 'admin');
  operator = await signIn(plant, 'kim');
  const { keys } = plant.services.access;
  await keys.addToken(doer, {
    name: odd,
    siteId: null,
    scopes: ['ingest:events', 'read'],
    station: odd,
    device: odd,
  });
  await keys.revokeToken({ actor: '(this machine)', address: '' }, 1);
  await addToken(plant, ['admin']);
  await keys.addLink(doer, { name: odd, siteId: null, pages: ['/overview', '/stations/S9'] });
});
afterAll(() => plant.close());

const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = { cookie }) =>
  plant.post(path, { body: new URLSearchParams(fields), headers: { ...ownPage, ...headers } }, '10.0.0.9');
const texts = (lang: string): object =>
  JSON.parse(readFileSync(new URL(`../../../views/locales/${lang}.json`, import.meta.url), 'utf8'));

describe.each(languages)('in %s', (lang) => {
  const untranslated = findUntranslated(texts('en'), texts(lang));
  const faultsOf = (html: string) => {
    const { elements, faults } = readHtml(html);
    return [
      ...faults,
      ...(lang === 'en' ? [] : untranslated(elements)),
      ...(html.includes('<b onclick') ? ['what was typed is not escaped'] : []),
    ];
  };
  const pages = [
    '/login',
    '/account',
    '/users',
    '/users/2',
    '/tokens',
    '/kiosk-links',
    '/audit',
    '/audit?actor=x',
  ];

  test.each(pages)('%s is whole and translated, and shows the way out', async (path) => {
    const answer = await plant.request(path, { headers: { cookie: `${cookie}; lang=${lang}` } }, '10.0.0.9');
    expect([path, answer.status]).toEqual([path, 200]);
    const html = await answer.text();
    expect(faultsOf(html)).toEqual([]);
    expect(html).toContain('href="/account"');
  });

  test('the audit log names this machine in the language of the page, and finds it by that name', async () => {
    const { access } = texts(lang) as { access: { actors: { machine: string } } };
    const search = new URLSearchParams({ actor: access.actors.machine });
    const answer = await plant.request(
      `/audit?${search}`,
      { headers: { cookie: `${cookie}; lang=${lang}` } },
      '10.0.0.9',
    );
    expect(await answer.text()).toContain(`<th scope="row">${access.actors.machine}</th>`);
  });

  test.each([
    ['/login', { name: odd, password: 'x' }, 401],
    ['/users', { name: odd, password, role: 'viewer' }, 400],
    ['/users', { name: 'admin', password, role: 'viewer' }, 400],
    ['/users/1/role', { role: 'viewer' }, 400],
    ['/account/password', { current: 'x', password, repeat: password }, 400],
    ['/tokens', { name: odd }, 400],
    ['/tokens', { name: odd, 'scope:read': '1', station: odd }, 201],
    ['/kiosk-links', { name: '' }, 400],
    ['/kiosk-links', { name: odd, 'page:/overview': '1', 'page:/stations/S9': '1' }, 201],
    ['/inspections/rescan?as-nobody', {}, 401],
  ])('the answer of %s to %o is a page', async (path, fields, status) => {
    const who = path.includes('nobody') ? `lang=${lang}` : `${cookie}; lang=${lang}`;
    const answer = await post(path, fields as Record<string, string>, { cookie: who });
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([status, 'no-store']);
    expect(faultsOf(await answer.text())).toEqual([]);
  });
});

test('the navigation bar names the signed-in user, and shows administrators’ pages to administrators only', async () => {
  const bar = async (headers: Record<string, string>) => plant.text('/system', { headers });
  expect(await bar({})).toMatch(/href="\/login\?back=%2Fsystem"/);
  expect(await bar({ cookie: operator })).toMatch(/<span>kim<\/span>/);
  expect(await bar({ cookie: operator })).not.toContain('href="/users"');
  expect(await bar({ cookie })).toContain('href="/users"');
});

test('a page that needs a signed-in person shows the form, and opens afterwards', async () => {
  const refused = await plant.request('/tokens?x=1', { headers: { accept: 'text/html' } });
  const html = await refused.text();
  expect([refused.status, readHtml(html).faults]).toEqual([401, []]);
  expect(html).toMatch(/<form[^>]*action="\/login"/);
  expect(html).toContain('name="back" value="/tokens?x=1"');
});

test('a refused button leads to signing in and back to the page it stands on', async () => {
  const referer = 'http://plant.local/inspections?period=1d';
  const refused = await post('/inspections/rescan', {}, { referer, accept: 'text/html' });
  expect(await refused.text()).toContain('name="back" value="/inspections?period=1d"');
  const body = { name: 'kim', password, back: '/inspections?period=1d' };
  expect((await post('/login', body, {})).headers.get('location')).toBe('/inspections?period=1d');
});

test('signing in from the sign-in page does not lead back to it', async () => {
  for (const back of ['/login', '/login?back=%2Fsystem', '/setup?key=x', '/setup#form']) {
    const answer = await post('/login', { name: 'kim', password, back }, {});
    expect([back, answer.headers.get('location')]).toEqual([back, '/']);
  }
  const other = await post('/login', { name: 'kim', password, back: '/loginlog' }, {});
  expect(other.headers.get('location')).toBe('/loginlog');
});

test.each(languages)(
  'every page that a kiosk link can open is offered and listed under its name in %s',
  async (lang) => {
    const headers = { cookie: `${cookie}; lang=${lang}` };
    const nav = Object.entries((texts(lang) as { nav: Record<string, string> }).nav);
    const offered = await plant.text('/kiosk-links', { headers });
    const found = [...offered.matchAll(/name="page:\/([^"]*)"[^>]*>\s*<span>([^<]*)<\/span>/g)].map((m) => [
      m[1],
      m[2],
    ]);
    const wholePlant = found.filter(([page]) => !page?.startsWith('stations/'));
    expect(wholePlant.map(([page]) => page)).toEqual([
      'overview',
      'inspections',
      'live',
      'productivity/hours',
      'sources',
    ]);
    const tabs = wholePlant.map(([page, name]) => [page?.split('/').at(-1), name]);
    expect(nav).toEqual(expect.arrayContaining(tabs));
    expect(found.filter(([, name]) => !name)).toEqual([]);
    const made = await (
      await post('/kiosk-links', { name: 'hall', 'page:/live': '1', 'page:/overview': '1' }, headers)
    ).text();
    const [live, overview] = ['live', 'overview'].map((key) => Object.fromEntries(nav)[key]);
    expect(made).toMatch(new RegExp(`<td[^>]*>${overview}, ${live}</td>`));
  },
);

test('a token or kiosk link is shown once, when it is made', async () => {
  const made = await (
    await post('/tokens', { name: 'edge', 'scope:ingest:events': '1', device: 'e-7' })
  ).text();
  const secret = /ls_[\w-]{43}/.exec(made)?.[0] ?? '';
  expect(await plant.services.access.keys.findToken(secret)).toMatchObject({ name: 'edge', device: 'e-7' });
  expect(await plant.text('/tokens', { headers: { cookie } })).not.toContain('ls_');
  const link = await (await post('/kiosk-links', { name: 'tv', 'page:/stations/S9': '1' })).text();
  const url = /http:\/\/plant\.local(\/kiosk\/[\w-]{43})</.exec(link)?.[1] ?? '';
  expect((await plant.request(url)).headers.get('location')).toBe('/stations/S9?kiosk=1');
  expect(await plant.text('/kiosk-links', { headers: { cookie } })).not.toContain(url);
});

test('the audit log offers each subject once', async () => {
  const html = await plant.text('/audit', { headers: { cookie } });
  const select = /<select name="subject">[\s\S]+?<\/select>/.exec(html)?.[0] ?? '';
  const offered = Array.from(select.matchAll(/value="([^"]*)"/g), ([, value]) => value);
  expect(offered).toContain('retention');
  expect(offered).toEqual([...new Set(offered)]);
});

test('every change is in the audit log with its actor and the old value, newest first, page by page', async () => {
  await post('/users/2/role', { role: 'viewer' });
  await post('/inspections/rescan', {});
  const first = await plant.text('/audit', { headers: { cookie } });
  const rows = [...first.matchAll(/<tr>\s*<td[\s\S]*?<\/tr>/g)].map(([row]) => row.replace(/<[^>]*>/g, ' '));
  expect(rows[0]).toMatch(/admin\s+rescanned\s[\s\S]*10\.0\.0\.9/);
  expect(rows[1]).toMatch(
    /admin\s+changed the role of\s+kim\s+role Operator\s+→\s+role Viewer\s+10\.0\.0\.9/,
  );
  const { db, audit } = plant.services.access;
  for (let i = 0; i < 120; i++)
    await db.tx((q) => audit(q, doer, { action: 'demo.start', target: `t${i}.` }));
  const seen: string[] = [];
  for (let path = '/audit?subject=demo'; path; ) {
    const html = await plant.text(path, { headers: { cookie } });
    seen.push(...[...html.matchAll(/ (t\d+)\.</g)].map(([, target]) => target ?? ''));
    path = /href="(\/audit\?[^"]*before=\d+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
  }
  expect(seen).toEqual(Array.from({ length: 120 }, (_, i) => `t${119 - i}`));
});

test('no other web application may read with a cookie, and only those that were named may read at all', async () => {
  const mes = { origin: 'https://mes.plant.lan' };
  expect(
    (await plant.request('/api/meta', { headers: mes })).headers.get('access-control-allow-origin'),
  ).toBeNull();
  await using open = await createTestApp({ env: { CORS_ORIGINS: 'https://mes.plant.lan' } });
  const asked = await open.request('/api/v1/rescan', {
    method: 'OPTIONS',
    headers: {
      ...mes,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    },
  });
  expect(asked.status).toBe(204);
  expect(asked.headers.get('access-control-allow-origin')).toBe('https://mes.plant.lan');
  expect(asked.headers.get('access-control-allow-credentials')).toBeNull();
  const authorization = `Bearer ${await addToken(open, ['admin'])}`;
  const headers = { ...mes, 'sec-fetch-site': 'cross-site' };
  expect((await open.post('/api/v1/rescan', { headers: { ...headers, authorization } })).status).toBe(200);
  expect((await open.post('/api/v1/rescan', { headers })).status).toBe(401);
  const other = await open.request('/api/meta', { headers: { origin: 'https://evil.example' } });
  expect(other.headers.get('access-control-allow-origin')).toBeNull();
});

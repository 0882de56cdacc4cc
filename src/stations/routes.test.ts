import { afterAll, beforeAll, expect, test } from 'vitest';
import { addUser, ownPage, signIn } from '../testing/people.ts';
import { createTestApp, type TestApp } from '../testing/test-app.ts';

let plant: TestApp;
let admin: Record<string, string>;
beforeAll(async () => {
  plant = await createTestApp({
    env: { DEMO: '0' },
    images: ['S9/OR-3CT/OK-20250906-102131-1.jpg', 'S4/OR-3CT/NG-20250906-102132-1.jpg'],
  });
  await addUser(plant, 'admin', 'admin');
  admin = { ...ownPage, cookie: await signIn(plant, 'admin') };
});
afterAll(() => plant.close());

const rowOf = (name: string) => plant.services.inspections.reads.names.findStationId(name)!;
const post = (path: string, form: Record<string, string> = {}, headers = admin) =>
  plant.post(path, { headers, body: new URLSearchParams(form) }, '10.0.0.9');

test('the list of stations is a click away from the Sources page and leads to the page of each', async () => {
  expect(await plant.text('/sources')).toContain('href="/plant/stations"');
  expect(await plant.text('/plant/stations')).toContain(`href="/plant/stations/${rowOf('S9')}"`);
});

test('a renamed station is called so everywhere, old addresses lead to it, and the audit log has it', async () => {
  const id = rowOf('S9');
  const renamed = await post(`/plant/stations/${id}/rename`, { name: 'Press & <4>' });
  expect([renamed.status, renamed.headers.get('location')]).toEqual([
    303,
    `/plant/stations/${id}?done=rename`,
  ]);
  const address = '/stations/Press%20%26%20%3C4%3E';
  const old = await plant.request('/stations/S9?period=1d');
  expect([old.status, old.headers.get('location')]).toEqual([302, `${address}?period=1d`]);
  expect((await plant.request(address)).status).toBe(200);
  const wall = await plant.request('/stations/S9?kiosk=1');
  expect([wall.status, await wall.text()]).toEqual([200, expect.stringContaining('Press &amp; &lt;4&gt;')]);
  for (const page of ['/', '/overview', '/inspections?station=S9']) {
    const text = await plant.text(page);
    expect(text, page).toContain('Press &amp; &lt;4&gt;');
    expect(text, page).not.toMatch(/<option[^>]*value="S9"/);
  }
  expect(await plant.json('/api/meta')).toEqual({ stations: ['Press & <4>', 'S4'] });
  const audit = await plant.text('/audit', { headers: admin });
  expect(audit).toContain('renamed station');
  expect(audit).toContain('Press &amp; &lt;4&gt;');
  expect((await post(`/plant/stations/${id}/rename`, { name: 'S9' })).status).toBe(303);
});

test('a refused name stays in its field, with the reason', async () => {
  const asPage = { ...admin, accept: 'text/html' };
  const answer = await post(`/plant/stations/${rowOf('S9')}/rename`, { name: 'S4' }, asPage);
  const text = await answer.text();
  expect(answer.status).toBe(400);
  expect(text).toContain('value="S4"');
  expect(text).toContain('is or was the name of S4');
  const asProgram = { ...admin, accept: 'application/json' };
  const program = await post(`/plant/stations/${rowOf('S9')}/merge`, { into: 'x' }, asProgram);
  expect([program.status, await program.json()]).toMatchObject([400, { error: { code: 'invalid' } }]);
});

test('a hidden station leaves pages, walls and lists, and its own page says so', async () => {
  const id = rowOf('S4');
  await post(`/plant/stations/${id}/hide`);
  const pages = ['/', '/inspections?kiosk=1', '/overview', '/overview?kiosk=1', '/live'];
  for (const page of pages) expect(await plant.text(page), page).not.toContain('>S4<');
  expect(JSON.stringify(await plant.json('/api/v1/stations'))).not.toContain('"S4"');
  expect(await plant.text('/stations/S4')).toContain('hidden since');
  // The wire of ImgStats knows no hidden stations.
  const stats = (await (await plant.post('/api/stats?period=1h')).json()) as {
    stations: object;
    total_count: number;
  };
  expect([Object.keys(stats.stations).toSorted(), stats.total_count]).toEqual([['S4', 'S9'], 2]);
  expect(await plant.text('/inspections')).toContain('1 station hidden');
  await post(`/plant/stations/${id}/show`);
  expect(await plant.text('/overview')).toContain('>S4<');
  expect(await plant.text('/inspections')).not.toContain('station hidden');
});

test('merged stations are one card with the counts of both', async () => {
  const [s4, s9] = [rowOf('S4'), rowOf('S9')];
  await post(`/plant/stations/${s4}/merge`, { into: `${s9}` });
  const text = await plant.text('/');
  expect([text.includes('id="station-S9"'), text.includes('id="station-S4"')]).toEqual([true, false]);
  expect(text).toMatch(/2<\/b> records/);
  const old = await plant.request('/stations/S4');
  expect(old.headers.get('location')).toBe('/stations/S9');
  const stats = (await (await plant.post('/api/stats?period=1h')).json()) as { stations: object };
  expect(stats.stations).toMatchObject({ S9: { totals: { total: 2, ok: 1, ng: 1 } } });
  await post(`/plant/stations/${s4}/separate`);
  expect(await plant.text('/')).toContain('id="station-S4"');
});

test('only administrators change a station, and everybody else reads why there is no form', async () => {
  const id = rowOf('S9');
  await addUser(plant, 'op', 'operator');
  const operator = { ...ownPage, cookie: await signIn(plant, 'op') };
  expect((await post(`/plant/stations/${id}/hide`, {}, operator)).status).toBe(403);
  expect((await post(`/plant/stations/${id}/hide`, {}, { ...ownPage, cookie: '' })).status).toBe(401);
  const page = await (await plant.request(`/plant/stations/${id}`, { headers: operator }, '10.0.0.9')).text();
  expect(page).toContain('An administrator can rename');
  expect(page).not.toContain(`action="/plant/stations/${id}`);
  expect((await post('/plant/stations/999/hide')).status).toBe(404);
});

test('a kiosk link to a station still shows it under its new name', async () => {
  const doer = { actor: 'admin', address: '' };
  const link = { name: 'tv', siteId: null, pages: ['/stations/S4'] };
  const secret = await plant.services.access.keys.addLink(doer, link);
  await post(`/plant/stations/${rowOf('S4')}/rename`, { name: 'Oven' });
  const open = await plant.request(`/kiosk/${secret}`, {}, '10.0.0.9');
  expect(open.headers.get('location')).toBe('/stations/Oven?kiosk=1');
  const headers = { cookie: `linesight_kiosk=${secret}` };
  for (const page of ['/stations/S4?kiosk=1', '/stations/Oven?kiosk=1', '/station/summary?station=Oven'])
    expect((await plant.request(page, { headers }, '10.0.0.9')).status, page).toBe(200);
});

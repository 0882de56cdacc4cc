import { afterAll, beforeAll, expect, test, vi } from 'vitest';
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
  admin = { ...ownPage, accept: 'text/html', cookie: await signIn(plant, 'admin') };
});
afterAll(() => plant.close());

const peer = '10.0.0.9';
const post = (path: string, form: Record<string, string> = {}) =>
  plant.post(path, { headers: admin, body: new URLSearchParams(form) }, peer);
const put = async (path: string, body: unknown) => {
  const answer = await plant.request(
    path,
    { method: 'PUT', headers: admin, body: JSON.stringify(body) },
    peer,
  );
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};
const page = async (path: string) => (await plant.request(path, { headers: admin }, peer)).text();
const upload = async (path: string, fields: Record<string, string | File>) => {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return plant.post(path, { headers: admin, body }, peer);
};
const own = () => plant.services.sites.own.id;
const stationId = (name: string) => plant.services.inspections.reads.names.findStationId(name)!;

test('a line is added, renamed and removed; a name that is taken stays in its field', async () => {
  const { lines } = plant.services;
  expect((await post('/plant/lines', { name: 'Line <1>' })).headers.get('location')).toBe(
    '/plant/lines?done=add',
  );
  await post('/plant/lines', { name: 'Line 2' });
  const taken = await post(`/plant/lines/${lines.find(own(), 'Line 2')!.id}/rename`, { name: 'Line <1>' });
  expect(taken.status).toBe(400);
  expect(await taken.text()).toMatch(/value="Line &lt;1&gt;"[\s\S]*Another line has that name/);
  await post(`/plant/lines/${lines.find(own(), 'Line 2')!.id}/rename`, { name: 'Line 3' });
  await post(`/plant/stations/${stationId('S9')}/place`, {
    line: String(lines.find(own(), 'Line 3')!.id),
    type: 'press',
  });
  expect(await page('/plant/lines')).toMatch(/Line 3[\s\S]*data-label="Stations">\s*S9/);
  expect(await page('/plant/stations')).toContain('press');
  await post(`/plant/lines/${lines.find(own(), 'Line 3')!.id}/remove`);
  expect(lines.list(own()).map(({ name }) => name)).toEqual(['Line <1>']);
  expect(plant.services.inspections.reads.names.lineIdOf(stationId('S9'))).toBe(0);
  expect((await post('/plant/lines/999/remove')).status).toBe(404);
  const audit = await page('/audit');
  for (const words of ['added line', 'renamed line', 'removed line', 'placed station'])
    expect(audit).toContain(words);
});

test('stations are judged by the shifts of their lines, and pages of one show them', async () => {
  const images = ['S9', 'S4'].flatMap((station) =>
    Array.from({ length: 20 }, (_, i) => {
      const time = `10${15 + (i >> 1)}${i % 2 === 0 ? '00' : '30'}`;
      return `${station}/P1/OK-20250906-${time}-${i}.jpg`;
    }),
  );
  await using other = await createTestApp({ env: { DEMO: '0' }, images });
  const { lines, inspections, sites } = other.services;
  const save = (path: string, form: Record<string, string>) =>
    other.post(path, { headers: { accept: 'text/html' }, body: new URLSearchParams(form) });
  const plan = (name: string, start: string, end: string) => ({
    shownCycle: '7@2025-09-01',
    fromDate: '2025-09-01',
    cycleDays: '7',
    cycleFrom: '2025-09-01',
    'shift-0-name': name,
    'shift-0-start': start,
    'shift-0-end': end,
    'shift-0-day[]': '6',
    edited: '',
    changed: '',
  });
  await save('/plant/lines', { name: 'Line 1' });
  const lineId = String(lines.find(sites.own.id, 'Line 1')!.id);
  const s9 = inspections.reads.names.findStationId('S9')!;
  const s4 = inspections.reads.names.findStationId('S4')!;
  await save(`/plant/stations/${s9}/place`, { line: lineId, type: 'press' });
  const stateAt = async (local: string) => {
    other.clock.set(Date.parse(`2025-09-06T${local}:00+09:00`));
    const read = async (id: number) => (await inspections.reads.states.read(id)).state?.code ?? null;
    // The scanner has not been heard of since the clock was moved.
    await vi.waitFor(async () => expect(await read(s4)).not.toBe('sourceOffline'), { timeout: 10_000 });
    return [await read(s4), await read(s9)];
  };
  await save('/plant/shifts', plan('Day', '06:00', '18:00'));
  expect(await stateAt('10:59')).toEqual(['silent', 'silent']);
  expect(await other.text(`/plant/shifts?line=${lineId}`)).toContain('Line 1 has no plan of its own');
  const saved = await save('/plant/shifts', { ...plan('Short', '09:00', '10:50'), line: lineId });
  expect(saved.headers.get('location')).toBe(`/plant/shifts?line=${lineId}&done=set`);
  expect(await stateAt('11:00')).toEqual(['silent', 'notScheduled']);
  expect(await other.text(`/plant/shifts?line=${lineId}`)).toContain('Short 09:00–10:50');
  expect(await other.text('/plant/shifts')).toContain('Day 06:00–18:00');
  expect(await other.text('/stations/S9?period=shift')).toContain('09:00');
  expect(await other.text('/plant/shifts?line=999')).toContain('There is no such line');
  expect(await other.json('/api/v1/plant/shifts')).toMatchObject({
    plans: [{ line: null }, { line: 'Line 1' }],
  });
  await save('/plant/shifts/remove', { fromDate: '2025-09-01', line: lineId });
  expect(await stateAt('11:01')).toEqual(['silent', 'silent']);
});

test('a workstation of events is proposed for a station of a like name, linked, and its own again', async () => {
  const { workstations, oee } = plant.services.productivity;
  await workstations.put(own(), { code: 's-4', name: 'S4 Packaging', type: 'packaging' });
  const list = await page('/plant/stations');
  expect(list).toContain('Perhaps the same machine');
  const { stationId: id } = workstations.find(own(), 's-4')!;
  const names = () => oee.listStations(own()).map(({ name }) => name);
  expect(names()).toEqual(['S4', 'S4 Packaging', 'S9']);
  const linked = await post(`/plant/stations/${id}/merge`, { into: String(stationId('S4')), back: 'list' });
  expect(linked.headers.get('location')).toBe('/plant/stations?done=merge');
  expect(workstations.find(own(), 's-4')).toMatchObject({
    name: 'S4',
    isInspected: true,
    shownAs: stationId('S4'),
  });
  expect(names()).toEqual(['S4', 'S9']);
  expect(await page(`/plant/stations/${stationId('S4')}`)).toContain(
    `action="/plant/stations/${id}/separate"`,
  );
  await post(`/plant/stations/${id}/separate`);
  expect(workstations.find(own(), 's-4')).toMatchObject({ name: 'S4 Packaging', isInspected: false });
  await post(`/plant/stations/${id}/rename`, { name: 'S4' });
  expect(await page(`/plant/stations/${id}`)).toContain('Known by events alone');

  await post(`/plant/stations/${stationId('S9')}/events`, { code: 'brand new' });
  expect(workstations.find(own(), 'brand new')).toMatchObject({ name: 'S9', shownAs: stationId('S9') });
  const refused = await post(`/plant/stations/${stationId('S9')}/events`, { code: '' });
  expect([refused.status, (await refused.text()).includes('An id has 1 to 100 characters')]).toEqual([
    400,
    true,
  ]);
});

test('a worker is added, named and removed; who it was is in no page, export or audit line then', async () => {
  await post('/plant/workers', { code: 'W1', name: 'Alice <Johnson>' });
  expect(await page('/plant/workers')).toContain('value="Alice &lt;Johnson&gt;"');
  expect((await post('/plant/workers', { code: 'W1', name: 'Other' })).status).toBe(400);
  const { workers } = plant.services.productivity;
  const { id } = workers.find(own(), 'W1')!;
  await post(`/plant/workers/${id}/rename`, { name: 'Alice Brown' });
  expect(await page('/plant/workers?q=brown')).toContain('Alice Brown');
  expect(await page('/plant/workers?q=nobody')).toContain('No worker has that');
  await post(`/plant/workers/${id}/remove`);
  for (const path of ['/plant/workers', '/plant/file/workers.csv', '/api/v1/plant', '/audit'])
    expect(await page(path), path).not.toMatch(/Alice|Brown/);
  const rows = await plant.services.db.read.select().from(plant.services.db.tables.workers);
  expect(rows.find((row) => row.id === id)).toMatchObject({ name: '', removedAt: plant.clock.now() });
});

test('cycle times are set and taken back, and a model can come before its first image', async () => {
  const { cycles } = plant.services.productivity;
  const { names } = plant.services.inspections.reads;
  expect((await post('/plant/models', { model: 'B7' })).headers.get('location')).toBe(
    '/plant/models?done=add',
  );
  expect((await post('/plant/models', { model: 'B7' })).status).toBe(400);
  await post('/plant/models/cycle', { model: 'B7', station: String(stationId('S9')), seconds: '12,5' });
  const at = {
    siteId: own(),
    stationId: stationId('S9'),
    partId: names.findPartId('B7')!,
    at: plant.clock.now(),
  };
  expect(cycles.cycleOf(at)).toBe(12_500);
  const wrong = await post('/plant/models/cycle', { model: 'B8', station: '0', seconds: '1' });
  expect([wrong.status, (await wrong.text()).includes('There is no such model')]).toEqual([400, true]);
  const never = await post('/plant/models/cycle', { model: 'B7', station: '0', seconds: '0' });
  expect(await never.text()).toMatch(/value="0"[\s\S]*Give the seconds/);
  plant.clock.advance(1_000);
  await post('/plant/models/cycle', { model: 'B7', station: String(stationId('S9')), remove: '1' });
  expect(cycles.listInForce(plant.clock.now(), own())).toEqual([]);
});

test('a table is shown with what it would change and the rows it leaves out, and applied as shown', async () => {
  const csv = new File(['code,name\nW5,Emma\n,nobody\nW6,"Frank, Jr."\n'], 'workers.csv');
  const shown = await upload('/plant/file', { file: csv });
  const text = await shown.text();
  expect(shown.status).toBe(200);
  expect(text).toMatch(/Rows left out \(1\)[\s\S]*Line 3[\s\S]*code is empty/);
  expect(text).toMatch(/Changes \(2\)[\s\S]*W5[\s\S]*W6/);
  const { workers } = plant.services.productivity;
  expect(workers.find(own(), 'W5')).toBeUndefined();
  const json = /name="json" value="([^"]*)"/.exec(text)![1]!.replaceAll('&quot;', '"');
  const applied = await upload('/plant/file/apply', { json, replace: '0' });
  expect(applied.headers.get('location')).toBe('/plant/file?done=import&count=2');
  expect(workers.find(own(), 'W6')?.name).toBe('Frank, Jr.');

  const again = await upload('/plant/file', {
    file: new File([await page('/plant/file/plant.json')], 'plant.json'),
    replace: '1',
  });
  expect(await again.text()).toContain('nothing changes');
  const wrong = await upload('/plant/file', {
    file: new File(['{"version":1,"machines":[]}'], 'plant.json'),
  });
  expect([wrong.status, (await wrong.text()).includes('machines')]).toEqual([400, true]);
  const latin = await upload('/plant/file', { file: new File([new Uint8Array([0x63, 0xe9])], 'x.csv') });
  expect([latin.status, (await latin.text()).includes('at most 1 MB in UTF-8')]).toEqual([400, true]);
  const large = await upload('/plant/file', { file: new File(['x'.repeat(1_000_001)], 'x.csv') });
  expect(large.status).toBe(400);
  expect((await upload('/plant/file', { file: new File(['x'.repeat(5_000_000)], 'x.csv') })).status).toBe(
    413,
  );
});

test('programs read and change the plant; what is put back changes nothing', async () => {
  const file = await plant.json('/api/v1/plant');
  expect(await put('/api/v1/plant?replace=1', file)).toEqual({
    status: 200,
    body: { applied: true, changes: [] },
  });
  for (const section of ['lines', 'stations', 'workers', 'parts', 'shifts'])
    expect(
      await put(`/api/v1/plant/${section}`, await plant.json(`/api/v1/plant/${section}`)),
      section,
    ).toEqual({
      status: 200,
      body: { applied: true, changes: [] },
    });
  const dry = await put('/api/v1/plant/workers?dryRun=1', { workers: [{ code: 'W9' }] });
  expect(dry.body).toMatchObject({
    applied: false,
    changes: [{ section: 'workers', action: 'add', name: 'W9' }],
  });
  expect(plant.services.productivity.workers.find(own(), 'W9')).toBeUndefined();
  const refused = await put('/api/v1/plant/stations', { stations: [{ name: 'S9', line: 'Nowhere' }] });
  expect(refused).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid', details: { field: 'stations[0].line' } } },
  });
  expect((await put('/api/v1/plant/stations', { workers: [] })).status).toBe(400);
  expect((await put('/api/v1/plant/lines?replce=1', { lines: [] })).status).toBe(400);
  expect((await plant.request('/api/v1/plant', { method: 'PUT', body: '{}' }, peer)).status).toBe(401);
});

test('without names of people, pages and files have none and keep those that are there', async () => {
  await using other = await createTestApp({ env: { PERSON_DATA: 'codes', DEMO: '0' } });
  const { workers } = other.services.productivity;
  const siteId = other.services.sites.own.id;
  await workers.put(siteId, { code: 'W1', name: 'Alice' });
  for (const path of [
    '/plant/workers',
    '/plant/file/plant.json',
    '/plant/file/workers.csv',
    '/api/v1/plant/workers',
  ]) {
    const text = await other.text(path);
    expect(text, path).toContain('W1');
    expect(text, path).not.toContain('Alice');
  }
  await using hidden = await createTestApp({ env: { PERSON_DATA: 'off', DEMO: '0' } });
  await hidden.services.productivity.workers.put(hidden.services.sites.own.id, { code: 'W77' });
  expect(await hidden.text('/plant/workers')).toContain('shows no data of people');
  for (const path of ['/plant/workers', '/plant/file/plant.json', '/plant/file/workers.csv', '/api/v1/plant'])
    expect(await hidden.text(path), path).not.toContain('W77');
});

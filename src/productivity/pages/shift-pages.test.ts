import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addUser } from '../../testing/people.ts';
import { createTestApp, type TestApp } from '../../testing/test-app.ts';

let plant: TestApp;
beforeEach(async () => {
  plant = await createTestApp();
});
afterEach(() => plant.close());

const day = 'period=custom&start=2025-09-05T00:00&end=2025-09-06T00:00';
const page = async (path: string) =>
  (await plant.text(path)).replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
const submit = async (path: string, form: Record<string, string>) =>
  (await plant.post(path, { body: new URLSearchParams(form) })).status;
/** An image each minute of a working day but for the half hour from ten; the last of each hour is NG. */
const images = Array.from({ length: 540 }, (_, i) => 480 + i)
  .filter((minute) => minute < 600 || minute >= 630)
  .map((minute) => {
    const time = `${String(Math.floor(minute / 60)).padStart(2, '0')}${String(minute % 60).padStart(2, '0')}00`;
    return `S9/OR-3CT/${minute % 60 === 59 ? 'NG' : 'OK'}-20250905-${time}-${minute}.jpg`;
  });

test('three taps at the machine say why a station stood, and the reason is on every page of it', async () => {
  await plant.addImages(images);
  expect(await page(`/productivity/stops/report?${day}`)).toContain('No reasons are set up yet');
  expect(await submit('/productivity/stops/reasons', { usual: '1' })).toBe(303);
  const links = async (path: string) =>
    [...(await plant.text(path)).matchAll(/class="tap"[^>]* href="([^"]*)"/g)].map(([, href]) =>
      href!.replaceAll('&amp;', '&'),
    );
  const [stop] = await links(`/productivity/stops/report?${day}`);
  const [machine] = await links(`${stop}&${day}`);
  const reasons = await plant.text(`${machine}&${day}`);
  const [, jam] = /value="(\d+)"><b>Jam<\/b>/.exec(reasons) ?? [];
  const field = (name: string) => new RegExp(`name="${name}" value="(\\d+)"`).exec(reasons)?.[1] ?? '';
  const report = { station: field('station'), at: field('at'), reason: jam ?? '' };
  expect(await submit('/productivity/stops/report', report)).toBe(303);
  expect(await page(`/productivity/stops?${day}`)).toMatch(/Jam .* 31 min/);
  expect(await page(`/productivity/stops/report?${day}`)).toContain('Every stop of this period has a reason');
  expect(await page(`/productivity/hours?${day}`)).toContain('Stopped 30 min: Jam');
  expect(await submit('/productivity/stops/report', { ...report, reason: '999' })).toBe(400);
  expect(await plant.text(`/productivity/stops.csv?${day}`)).toContain(
    'S9,2025-09-05 09:59:00,2025-09-05 10:30:00,31,breakdown,0,Jam,,',
  );
});

test('the hour board compares each hour with the ideal cycle, and says nothing where none is set', async () => {
  await plant.addImages(images);
  expect(await page(`/productivity/hours?${day}`)).toContain('no target without an ideal cycle');
  expect(await submit('/productivity/oee/cycles', { seconds: '60' })).toBe(303);
  const board = await page(`/productivity/hours?${day}`);
  expect(board).toContain('510 of 540 due by now, 540 in the whole shift');
  expect(board).toMatch(/10:00–11:00 60 30 −30 Stopped 30 min: No reason given/);
  expect(await submit('/productivity/oee/cycles', { seconds: '-1' })).toBe(400);
  expect(await submit('/productivity/oee/cycles', { seconds: '5', station: '99' })).toBe(400);
});

test('a shift is handed over on one page, with its open questions until they are closed', async () => {
  await plant.addImages(images);
  await submit('/productivity/oee/cycles', { seconds: '60' });
  const handover = `/productivity/handover?${day}`;
  expect(await page(handover)).toMatch(/Output 510 of 540 by plan OEE 92\.8 %/);
  const shift = String(Date.parse('2025-09-05T08:00:00+09:00'));
  const note = { shift, text: 'Feeder 2 <b>jams</b>', open: '1' };
  expect(await submit('/productivity/handover/notes', note)).toBe(303);
  expect(await page(handover)).toContain('Open: Feeder 2 &lt;b&gt;jams&lt;/b&gt;');
  const monday = '/productivity/handover?period=custom&start=2025-09-08T00:00&end=2025-09-09T00:00';
  plant.clock.advance(3 * 86_400_000);
  expect(await page(monday)).toContain('Open questions of earlier shifts Open: Feeder 2');
  const [, id] = /name="close" value="(\d+)"/.exec(await plant.text(monday)) ?? [];
  expect(await submit('/productivity/handover/notes', { close: id ?? '' })).toBe(303);
  expect(await page(monday)).not.toContain('Feeder 2');
  expect(await submit('/productivity/handover/notes', { close: id ?? '' })).toBe(404);
  expect(await submit('/productivity/handover/notes', { shift: '12345', text: 'x' })).toBe(400);
  expect(await submit('/productivity/handover/notes', { shift, text: ' ' })).toBe(400);
});

test('shifts whose events retention has deleted are left out, and every page of them says so', async () => {
  const { workers, workstations, recorder, sites, policies } = plant.services.productivity;
  await workers.put(sites.own.id, { code: 'W1', name: 'Kim' });
  await workstations.put(sites.own.id, { code: 'S1' });
  const made = (day: string) =>
    Array.from({ length: 60 }, (_, minute) => ({
      timestamp: `${day}T09:${String(minute).padStart(2, '0')}:00+09:00`,
      worker_id: 'W1',
      workstation_id: 'S1',
      event_type: minute === 0 ? 'working' : 'product_count',
      ...(minute > 0 && { count: 1 }),
    }));
  await recorder.record([...made('2025-08-05'), ...made('2025-09-05')], 'http');
  const august = 'period=custom&start=2025-08-05T00:00&end=2025-08-06T00:00';
  const oee = async (window: string) =>
    ((await plant.json(`/api/v1/metrics/oee?${window}`)) as { stations: object[] }).stations;
  expect(await oee(august)).toEqual([expect.objectContaining({ isJudged: true, produced: 59 })]);
  for (const policy of policies) {
    const cut = { before: Date.parse('2025-08-20T00:00:00+09:00') };
    while (!(await policy.remove(cut)).isDone);
  }
  expect(await oee(august)).toEqual([expect.objectContaining({ isJudged: false, produced: 0 })]);
  expect(await oee(day)).toEqual([expect.objectContaining({ isJudged: true, produced: 59 })]);
  for (const path of ['stops', 'oee', 'hours', 'handover']) {
    expect(await page(`/productivity/${path}?${august}`), path).toContain(
      'Shifts that began before 20 Aug 2025 00:00 are left out',
    );
    expect(await page(`/productivity/${path}?${day}`), path).not.toContain('are left out');
  }
  expect(await page(`/productivity?${august}`)).toContain('nothing is known of single workers');
  expect(await page(`/productivity?${day}`)).not.toContain('nothing is known of single workers');
  const sent = await plant.post('/api/events', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...made('2025-08-01')[0], event_type: 'idle' }),
  });
  expect([sent.status, await sent.json()]).toEqual([200, { message: 'Event is already past retention' }]);
});

describe('while a shift runs', () => {
  const noon = '2025-09-05T12:00:00+09:00';
  beforeEach(async () => {
    await plant.addImages(images.filter((name) => Number(/-(\d+)\.jpg$/.exec(name)?.[1]) < 720));
    plant.clock.set(Date.parse(noon));
    await submit('/productivity/oee/cycles', { seconds: '60' });
  });

  test('the Overview and a tile compare output with the plan', async () => {
    expect(await page('/overview')).toContain('shift 210 of 240 by plan');
    const tile = await page('/productivity/tile?all=1');
    expect(tile).toMatch(/210 units made due by now 240 Difference −30/);
    expect(tile).toMatch(/11:00 60 \/ 60 10:00 30 \/ 60/);
    const { wallTileKinds } = plant.services;
    const kind = wallTileKinds.find(({ key }) => key === 'output');
    expect(kind?.list().map(({ name }) => name)).toEqual([expect.any(String), 'S9']);
    const [, station] = kind?.list() ?? [];
    expect(kind?.find(new URL(station!.href, 'http://plant').searchParams)).toEqual(station);
    expect(await page(station!.href)).toContain('S9 210 units made');
    expect(await page('/productivity/tile?station=999')).toContain('no longer');
    // A station without an ideal cycle: of all together nothing is due, here as on the hour board.
    await submit('/productivity/oee/cycles', { scope: '0:0', remove: '1' });
    const s9 = plant.services.inspections.reads.names.findStationId('S9')!;
    await submit('/productivity/oee/cycles', { seconds: '60', station: String(s9) });
    await plant.addImages(['S4/OR-3CT/OK-20250905-100000-1.jpg']);
    plant.clock.advance(60_000);
    expect(await page('/overview')).not.toContain('by plan');
    expect(await page('/productivity/tile?all=1')).toMatch(/211 units made (?!due)/);
    expect(await page('/productivity/hours?period=today')).toContain('no target without an ideal cycle');
    plant.clock.set(Date.parse('2025-09-05T20:00:00+09:00'));
    expect(await page('/productivity/tile?all=1')).toContain('No shift runs now');
    expect(await page('/overview')).not.toContain('by plan');
  });

  test('the page of a station shows what was done there, once its workstation is linked', async () => {
    const station = `/stations/S9?period=today`;
    expect(await plant.text(station)).not.toContain('station-work');
    const { workers, workstations, recorder, sites } = plant.services.productivity;
    await workers.put(sites.own.id, { code: 'W1', name: 'Kim' });
    await workstations.put(sites.own.id, { code: 'S9 Packaging' });
    await recorder.record(
      [
        {
          timestamp: '2025-09-05T09:00:00+09:00',
          worker_id: 'W1',
          workstation_id: 'S9 Packaging',
          event_type: 'working',
        },
      ],
      'http',
    );
    const inspected = plant.services.inspections.reads.names.findStationId('S9')!;
    expect(await submit(`/plant/stations/${inspected}/events`, { code: 'S9 Packaging' })).toBe(303);
    const panel = (await plant.text(station)).split('id="station-work"')[1] ?? '';
    expect(panel).toContain('Work at this station');
    expect(panel).toContain('Kim');

    // A link for a screen opens the page, but not what another feature says of people; its stream is one it may follow.
    await addUser(plant, 'admin', 'admin');
    const secret = await plant.services.access.keys.addLink(
      { actor: '(test)', address: '' },
      { name: 'tv', siteId: sites.own.id, pages: ['/stations/S9'] },
    );
    const headers = { cookie: `linesight_kiosk=${secret}` };
    const answer = await plant.request(station, { headers }, '10.0.0.9');
    const screen = await answer.text();
    expect([answer.status, screen.includes('station-work'), screen.includes('Kim')]).toEqual([
      200,
      false,
      false,
    ]);
    const stream = /hx-sse:connect="([^"]+)"/.exec(screen)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const snapshot = await plant.request(
      stream.replace('/stream?', '/stream/snapshot?'),
      { headers },
      '10.0.0.9',
    );
    expect(snapshot.status).toBe(200);
  });
});

test('a shift of which nothing is known says nothing, and not 0', async () => {
  expect(await page(`/productivity/handover?${day}`)).toMatch(/Output – .* Stops – /);
});

test('workers and workstations are found by name and by id', async () => {
  const { workers, workstations, sites } = plant.services.productivity;
  await workers.put(sites.own.id, { code: 'W17', name: 'Kim Min-ji' });
  await workstations.put(sites.own.id, { code: 'P4', name: 'Packaging' });
  expect(await plant.text('/search?q=kim')).toContain('href="/productivity/workers/W17"');
  expect(await plant.text('/search?q=W17')).toContain('href="/productivity/workers/W17"');
  expect(await plant.text('/search?q=pack')).toContain('href="/productivity/stations/P4"');
});

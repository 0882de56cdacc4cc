import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createServerDatabase, testDialect } from './databases.ts';
import { attribute, readHtml } from './html.ts';
import { addUser, ownPage, signIn } from './people.ts';
import { createTestApp, type TestApp } from './test-app.ts';

/** Two processes as they run, each with folders of its own, on one database. */
const shared = mkdtempSync(join(tmpdir(), 'linesight-sites-'));
let busan: TestApp;
let albany: TestApp;

beforeAll(async () => {
  const database: Record<string, string> =
    testDialect === 'sqlite'
      ? { DB_PATH: join(shared, 'data.sqlite') }
      : { DATABASE_URL: await createServerDatabase(testDialect) };
  busan = await createTestApp({
    env: { ...database, SITE: 'busan', SITE_NAME: 'Busan', SITE_TIME_ZONE: 'Asia/Seoul' },
    // Now is 10:30:15 in Seoul, 21:30:15 the day before in New York.
    images: ['S4/OR-3CT/OK-20250906-102000-1.jpg', 'S4/OR-3CT/NG-20250906-102500-2.jpg'],
  });
  albany = await createTestApp({
    env: { ...database, SITE: 'albany', SITE_TIME_ZONE: 'America/New_York' },
    images: [
      'S4/OR-3CT/OK-20250905-212000-1.jpg',
      'S4/OR-3CT/OK-20250905-212500-2.jpg',
      'S8/HX-1/NG-20250905-212900-1.jpg',
    ],
  });
  for (const plant of [busan, albany]) await plant.services.inspections.reads.folders.refresh();
});

afterAll(async () => {
  await busan.close();
  await albany.close();
  rmSync(shared, { recursive: true });
});

const cardsOf = async (plant: TestApp, search: string) => {
  const html = await plant.text(`/inspections${search}`);
  return Array.from(
    html.matchAll(/<h2 id="name-[^"]+">\s*<a href="([^"]+)">([^<]+)<\/a>(?:\s*<small[^>]*>([^<]*))?/g),
    (m) => m.slice(1, 4).map((text) => text?.replaceAll('&amp;', '&')),
  );
};

test('a search finds what all sites have, each with its site, and its times by the clock of its site', async () => {
  const hrefs = async (q: string) => {
    const html = await busan.text(`/search?${new URLSearchParams({ q })}`);
    return Array.from(html.matchAll(/href="(\/stations\/[^"]+)"/g), (m) =>
      m[1]!.replaceAll('&amp;', '&'),
    ).sort();
  };
  expect(await hrefs('S4')).toEqual(['/stations/S4', '/stations/S4?site=albany']);
  expect(await busan.text('/search?q=S8')).toMatch(/<span class="quiet">\s*albany\s*<\/span>/);
  // 21:29 is the time at Albany, and no image of Busan has it.
  const minute = 'period=custom&start=2025-09-05T21%3A29&end=2025-09-05T21%3A30';
  expect(await hrefs('S8 2025-09-05 21:29')).toEqual([
    '/stations/S8?site=albany',
    `/stations/S8?site=albany&${minute}`,
  ]);
  expect(await busan.text('/search?q=S8+2025-09-05+21:29')).toContain('NG-20250905-212900-1.jpg');
  expect((await busan.text('/search?q=S4+2')).match(/class="shot /g)).toHaveLength(2);
});

test('a page shows the stations of all sites side by side, each with its site, and the zone of its times', async () => {
  expect((await cardsOf(busan, '')).sort()).toEqual([
    ['/stations/S4', 'S4', 'Busan'],
    ['/stations/S4?site=albany', 'S4', 'albany'],
    ['/stations/S8?site=albany', 'S8', 'albany'],
  ]);
  const page = await busan.text('/inspections');
  expect(page).toContain('all sites');
  expect(page).toContain('times in Asia/Seoul');
  const ids = readHtml(page).elements.flatMap((element) => attribute(element, 'id') ?? []);
  expect(new Set(ids).size).toBe(ids.length);
});

test('the filter narrows a page to one site, in the zone of that site, and stays in its links', async () => {
  expect((await cardsOf(busan, '?site=albany')).sort()).toEqual([
    ['/stations/S4?site=albany', 'S4', undefined],
    ['/stations/S8?site=albany', 'S8', undefined],
  ]);
  const page = await busan.text('/inspections?site=albany');
  expect(page).toContain('times in America/New_York');
  expect(page).toMatch(/<option value="albany" selected>/);
  expect(page).toContain('value="2025-09-05T21:31"');
  expect(page).toContain('/inspections/export.csv?site=albany');
  expect(page).toContain('topics=%2Finspections%2Fcards%3Fsite%3Dalbany');
  const selects = readHtml(page).elements.filter(({ tagName }) => tagName === 'select');
  expect(selects.map((element) => attribute(element, 'name'))).toEqual(['site', 'station', 'part']);
  expect(await busan.text('/inspections?site=nowhere')).toContain('id="inspections-empty"');
});

test('one address of a station means the own site’s; the other site’s says so', async () => {
  const own = await busan.text('/stations/S4');
  const other = await busan.text('/stations/S4?site=albany');
  expect(own).toContain('NG-20250906-102500-2.jpg');
  expect(own).not.toContain('OK-20250905-212500-2.jpg');
  expect(other).toContain('OK-20250905-212500-2.jpg');
  expect(other).not.toContain('NG-20250906-102500-2.jpg');
  expect(own).toContain('<time>10:25:00</time>');
  expect(other).toContain('<time>21:25:00</time>');
  expect(other).toContain('<input type="hidden" name="site" value="albany">');
  expect((await busan.request('/stations/S8')).status).toBe(404);
  expect((await busan.request('/stations/S8?site=albany')).status).toBe(200);
  expect(await albany.text('/stations/S4')).toContain('OK-20250905-212500-2.jpg');
});

test('the overview shows all sites or one', async () => {
  const rows = async (search: string) =>
    (await busan.text(`/overview${search}`)).match(/class="row-link"/g)?.length;
  expect(await rows('')).toBe(3);
  expect(await rows('?site=busan')).toBe(1);
  expect(await rows('?site=albany')).toBe(2);
  expect(await busan.text('/overview?site=albany')).toContain('watched at that site');
});

test('a row of the overview leads to the live picture of a station, where it is one of this site', async () => {
  const links = async () =>
    Array.from(
      (await busan.text('/overview')).matchAll(/class="row-live" href="([^"]+)"/g),
      ([, href]) => href,
    );
  await expect.poll(links).toEqual(['/live/station/S4']);
  expect((await busan.request('/live/station/S4')).status).toBe(200);
  expect(await busan.text('/overview?site=albany')).not.toContain('row-live');
  expect(await busan.text('/overview?kiosk=1')).not.toContain('row-live');
});

test('programs ask for one site or all; the same instant is the same number everywhere', async () => {
  type Stations = { stations: { site: string; name: string; lastSeenAt: number }[] };
  const { stations } = (await busan.json('/api/v1/stations')) as Stations;
  const at = Date.parse('2025-09-06T10:25:00+09:00');
  expect(stations).toMatchObject([
    { site: 'busan', name: 'S4', lastSeenAt: at },
    { site: 'albany', name: 'S4', lastSeenAt: at },
    { site: 'albany', name: 'S8' },
  ]);
  const yieldOf = async (search: string) => {
    const { ok, ng } = (await busan.json(`/api/v1/yield${search}`)) as { ok: number; ng: number };
    return [ok, ng];
  };
  expect(await yieldOf('')).toEqual([3, 2]);
  expect(await yieldOf('?station=S4')).toEqual([1, 1]);
  expect(await yieldOf('?site=albany')).toEqual([2, 1]);
  expect(await yieldOf('?site=albany&station=S4')).toEqual([2, 0]);
  expect(await yieldOf('?site=nowhere')).toEqual([0, 0]);
  expect(await yieldOf('?site=albany&start=2025-09-05T21:25&end=2025-09-05T21:26')).toEqual([1, 0]);
  expect(await yieldOf('?site=busan&start=2025-09-05T21:25&end=2025-09-05T21:26')).toEqual([0, 0]);
  expect(await busan.json('/api/v1/sites')).toEqual({
    sites: [
      { name: 'albany', title: '', timeZone: 'America/New_York', isOwn: false },
      { name: 'busan', title: 'Busan', timeZone: 'Asia/Seoul', isOwn: true },
    ],
  });
});

test('a CSV says the site, and its times are those of the site shown', async () => {
  const csv = async (search: string) =>
    (await busan.text(`/inspections/export.csv${search}`)).replace('\uFEFF', '').trim().split(/\r?\n/);
  expect((await csv(''))[0]).toMatch(/^site,station,ok,ng/);
  expect((await csv('?table=images&site=albany&station=S4')).slice(1)).toEqual([
    expect.stringMatching(/^\d+,albany,S4,OR-3CT,2025-09-05 21:25:00,OK,2,.*,UTC-04:00,http/),
    expect.stringMatching(/^\d+,albany,S4,OR-3CT,2025-09-05 21:20:00,OK,1,.*,UTC-04:00,http/),
  ]);
  expect(await csv('?table=parts&site=busan')).toHaveLength(2);
});

test('clients of ImgStats know no sites and see only the own one', async () => {
  expect(await busan.json('/api/meta')).toEqual({ stations: ['S4'] });
  expect(await albany.json('/api/meta')).toEqual({ stations: ['S4', 'S8'] });
  const { stations, total_count } = (await (await busan.post('/api/stats')).json()) as {
    stations: Record<string, { totals: { ok: number; ng: number } }>;
    total_count: number;
  };
  expect(Object.keys(stations)).toEqual(['S4']);
  expect(stations.S4?.totals).toMatchObject({ ok: 1, ng: 1 });
  expect(total_count).toBe(2);
});

describe('images of another site', () => {
  const otherImage = async () => {
    type Page = { inspections: { id: number; images: { strip: string; original: string } }[] };
    const page = (await busan.json('/api/v1/inspections?site=albany&station=S4&limit=1')) as Page;
    return page.inspections[0]!;
  };

  test('are shown where this machine has that folder, and it is the very file', async () => {
    const { images } = await otherImage();
    const answer = await busan.request(images.strip);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/webp']);
    expect((await busan.request(images.original)).headers.get('content-type')).toBe('image/jpeg');
  });

  test('are never taken from a file that lies at the same path by chance', async () => {
    const { id, images } = await otherImage();
    const { inspections } = busan.services.db.tables;
    const set = (modifiedAt: number) =>
      busan.services.db.tx((q) => q.update(inspections).set({ modifiedAt }).where(eq(inspections.id, id)));
    const rows = await busan.services.db.read.select().from(inspections).where(eq(inspections.id, id));
    await set(1);
    const answer = await busan.request(images.original);
    expect(answer.headers.get('content-type')).toContain('image/svg+xml');
    expect(await answer.text()).toContain('albany');
    await set(rows[0]!.modifiedAt!);
  });

  test('that are kept on another machine are named as that, without a request for each', async () => {
    const { roots } = busan.services.db.tables;
    const { own } = albany.services.inspections.reads.sites;
    await busan.services.db.tx((q) =>
      q.update(roots).set({ path: '/nowhere/albany' }).where(eq(roots.siteId, own.id)),
    );
    const again = await createTestApp({ env: { ...envOf(busan), SITE: 'gary' } });
    const page = await again.text('/inspections?site=albany');
    expect(page).toContain('Kept at albany');
    expect(page).not.toContain('/strip.webp');
    const { id } = await otherImage();
    const one = await again.text(`/inspections/${id}`);
    expect(one).toContain('The images of this site are kept at albany');
    expect(one).toContain('/nowhere/albany/S4/OR-3CT/');
    expect(one).not.toContain('<img');
    await again.close();
    await busan.services.db.tx((q) =>
      q.update(roots).set({ path: albany.watchDir }).where(eq(roots.siteId, own.id)),
    );
  });
});

test('a kiosk of one site’s station does not open that of another', async () => {
  await addUser(busan, 'kim', 'admin');
  const cookie = await signIn(busan, 'kim');
  const body = new URLSearchParams({ name: 'tv', 'page:/stations/S4': '1' });
  const made = await busan.post('/kiosk-links', { body, headers: { ...ownPage, cookie } });
  const secret = /\/kiosk\/([\w-]{43})/.exec(await made.text())?.[1];
  const opened = async (plant: TestApp) => (await plant.request(`/kiosk/${secret}`)).headers.get('location');
  expect(await opened(busan)).toBe('/stations/S4?kiosk=1');
  expect(await opened(albany)).toBe('/stations/S4?site=busan&kiosk=1');
});

function envOf(plant: TestApp): Record<string, string> {
  const { databaseUrl, dbPath } = plant.services.config as { databaseUrl?: string; dbPath: string };
  return databaseUrl ? { DATABASE_URL: databaseUrl } : { DB_PATH: dbPath };
}

test('the wall shows the cameras and stations of the own site alone, though another has a station of the same name', async () => {
  await expect.poll(() => busan.services.live.current.latest('station/S4')?.name).toContain('-102500-2');
  await expect.poll(() => albany.services.live.current.latest('station/S8')).toBeDefined();
  busan.services.live.showStations(
    albany.services.inspections.reads.names.listStations().map(({ id }) => id),
  );
  await expect.poll(() => albany.services.live.current.latest('station/S4')?.name).toContain('-212500-2');
  const stationsOf = (plant: TestApp) =>
    plant.services.live.cameras().flatMap(({ origin, name }) => (origin === 'station' ? name : []));
  expect([stationsOf(busan), stationsOf(albany)]).toEqual([['S4'], ['S4', 'S8']]);
  expect(busan.services.live.current.latest('station/S4')?.name).toContain('-102500-2');
  expect(await busan.text('/live')).not.toContain('S8');
});

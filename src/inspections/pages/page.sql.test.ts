import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attribute, type Element, elementsOf, hasClass, readHtml, textOf } from '../../testing/html.ts';
import { createTestApp, type TestApp } from '../../testing/test-app.ts';

/** Now is 10:30:15 on 2025-09-06 in Seoul. Yields: S9 2/3, S4 none, S7 1, S1 0. */
const images = [
  'S9/OR-3CT/OK-20250906-100000-1.jpg',
  'S9/OR-3CT/NG-20250906-100100-2.jpg',
  'S9/OR-2CT/OK-20250906-103014-3.jpg',
  'S9/OR-2CT/OK-20250906-093059-4.jpg',
  { path: 'S4/OR-3CT/board.jpg', modifiedAt: Date.parse('2025-09-06T10:05:00+09:00') },
  'S7/OR-3CT/OK-20250906-100500-1.jpg',
  'S1/OR-3CT/NG-20250906-100500-1.jpg',
  'S3/OR-3CT/OK-20250906-093000-2.jpg',
  'S3/OR-3CT/OK-20250905-140000-1.jpg',
];

let plant: TestApp;
beforeAll(async () => {
  plant = await createTestApp({ images });
});
afterAll(() => plant.close());

const load = async (path: string, cookie = '') =>
  readHtml(await plant.text(path, { headers: { cookie } })).elements;
const withClass = (elements: Element[], name: string) =>
  elements.filter((element) => hasClass(element, name));
const named = (elements: Element[], name: string) =>
  elements.filter((element) => attribute(element, 'name') === name);
const textOfId = (elements: Element[], id: string) =>
  elements.filter((element) => attribute(element, 'id') === id).map(textOf)[0];

const stationsOf = (elements: Element[]) =>
  withClass(elements, 'card').map((card) =>
    textOf(elementsOf(card).filter(({ tagName }) => tagName === 'h2')[0]!),
  );

test('the first page covers the last hour, with the running minute in it', async () => {
  const page = await load('/');
  const chosen = named(page, 'period').filter((radio) => attribute(radio, 'checked') !== undefined);
  expect(named(page, 'period').map((radio) => attribute(radio, 'value'))).toEqual([
    'hour',
    '1h',
    'today',
    'yesterday',
    '1d',
    '1w',
    'custom',
  ]);
  expect(chosen.map((radio) => attribute(radio, 'value'))).toEqual(['1h']);
  expect(textOfId(page, 'inspections-covers')).toContain(
    'Last hour · 09:31–10:31 · all stations · 6 records',
  );
});

test('stations are sorted by yield, the worst first, those without one last', async () => {
  expect(stationsOf(await load('/'))).toEqual(['S1', 'S9', 'S7', 'S3', 'S4']);
});

test('a yield has one decimal and its counts, a station without judged images has a dash', async () => {
  const page = await load('/');
  const figures = (station: string) => textOfId(page, `figures-${station}`)?.replace(/ /g, '');
  expect(figures('S9')).toMatch(/^Yield66\.7%.*OK2NG1Unmatched0$/);
  expect(figures('S4')).toBe('Yield–OK0NG0Unmatched1');
});

test('paths are shown without the watched folder', async () => {
  const html = await plant.text('/');
  expect(html).toContain('title="S9/OR-2CT/OK-20250906-103014-3.jpg"');
  expect(html).not.toContain(plant.watchDir);
});

test('the filters narrow the page, and the address keeps them', async () => {
  const page = await load('/inspections?station=S9&part=OR-2CT&period=1d');
  expect(stationsOf(page)).toEqual(['S9']);
  expect(textOfId(page, 'inspections-covers')).toContain('S9 · OR-2CT · 2 records');
  const selected = page
    .filter(({ tagName }) => tagName === 'option')
    .filter((option) => attribute(option, 'selected') !== undefined);
  expect(selected.map(textOf)).toEqual(['S9', 'OR-2CT']);
});

test('a custom range is taken from the two time fields, which show it again', async () => {
  const page = await load('/?period=custom&start=2025-09-06T10:01&end=2025-09-06T10:05');
  expect(textOfId(page, 'inspections-covers')).toContain(
    'Custom range · 6 Sept 2025 10:01–10:05 · all stations · 1 record',
  );
  expect(attribute(named(page, 'start')[0]!, 'value')).toBe('2025-09-06T10:01');
  expect(attribute(named(page, 'end')[0]!, 'value')).toBe('2025-09-06T10:05');
});

test('a range that ends before it begins is shown as one minute, and the page says so in words', async () => {
  for (const path of ['/', '/stations/S9']) {
    const page = await load(`${path}?period=custom&start=2025-09-06T10:05&end=2025-09-06T10:01`);
    const said = page.filter((element) => attribute(element, 'role') === 'status').map(textOf);
    expect(said).toContain('The end is not after the start; shown is one minute from the start.');
    expect(attribute(named(page, 'end')[0]!, 'value')).toBe('2025-09-06T10:06');
  }
});

test('hours of several days are grouped by day, those of one day are not', async () => {
  const groups = async (period: string) =>
    withClass(await load(`/stations/S3?${period}`), 'group').map(textOf);
  expect(await groups('period=1d')).toEqual(['6 Sept 2025', '5 Sept 2025']);
  expect(await groups('period=custom&start=2025-09-05T13:00&end=2025-09-05T23:00')).toEqual([]);
});

test('the hours of a station stand in the order asked for, and all links and the stream of the page keep it', async () => {
  const path = '/stations/S9?period=1d&sort=hours-ng&dir=desc&hours=all';
  const html = await plant.text(path);
  const page = await load(path);
  const hours = page.find((element) => attribute(element, 'id') === 'station-hours')!;
  const cellsOf = (row: Element) =>
    elementsOf(row)
      .filter(({ tagName }) => /^t[hd]$/.test(tagName))
      .map(textOf);
  const rows = elementsOf(hours)
    .filter(({ tagName }) => tagName === 'tr')
    .map(cellsOf);
  expect(rows.map(([hour, , , ng]) => `${hour} ${ng}`)).toEqual([
    'Hour↕ NG↓',
    '10:00–11:00 1',
    '09:00–10:00 0',
  ]);
  const sorted = page.filter((element) => attribute(element, 'aria-sort') !== undefined);
  expect(sorted.map((element) => [textOf(element), attribute(element, 'aria-sort')])).toEqual([
    ['Yield↑', 'ascending'],
    ['NG↓', 'descending'],
  ]);
  expect(named(page, 'sort').map((field) => attribute(field, 'value'))).toEqual(['hours-ng', 'hours-ng']);
  const stream = /"(\/stream\?[^"]*)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const topics = new URL(stream, 'http://x').searchParams.getAll('topics');
  expect(topics).toContain('/station/hours?station=S9&period=1d&hours=all&sort=hours-ng&dir=desc');
});

test.each([
  ['/stations/S9?sort=hours-colour', 'The sort &quot;hours-colour&quot; is none of'],
  ['/stations/S9?sort=hours-ng&dir=up', 'The direction &quot;up&quot; is neither asc nor desc'],
  ['/stations/S9?hours=many', 'hours is &quot;many&quot;; it is &quot;all&quot; or left out'],
  ['/models?sort=ng', 'The sort &quot;ng&quot; is none of models-name'],
  [
    '/plant/stations?sort=stations-ng',
    'is none of stations-name, stations-line, stations-type, stations-seen',
  ],
  ['/live/performance?sort=ng', 'is none of cameras-camera'],
])('%s is refused with what is wrong', async (path, message) => {
  const answer = await plant.request(path);
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(message)]);
});

test('a range that cannot be read is a page that says which field is wrong', async () => {
  const answer = await plant.request('/?start=noon');
  expect([answer.status, await answer.text()]).toEqual([
    400,
    expect.stringContaining('The start &quot;noon&quot; is not a time'),
  ]);
});

describe('the rescan button', () => {
  test('returns to its own page, which shows the result once', async () => {
    await plant.writeImages(['S7/OR-3CT/OK-20250906-100600-2.jpg']);
    const body = new URLSearchParams({ back: '/inspections?station=S7' });
    const answer = await plant.post('/inspections/rescan', { body });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/inspections?station=S7']);
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    const next = await plant.request('/inspections?station=S7', { headers: { cookie } });
    expect(await next.text()).toContain('10 files seen, 1 new');
    expect(next.headers.get('set-cookie')).toMatch(/^rescan=;.*Max-Age=0/);
  });

  test('never leads to another server', async () => {
    for (const back of ['//elsewhere.example', 'https://elsewhere.example', '/\\elsewhere.example', 'x']) {
      const answer = await plant.post('/inspections/rescan', { body: new URLSearchParams({ back }) });
      expect([back, answer.headers.get('location')]).toEqual([back, '/inspections']);
    }
  });

  test('shows no forged result', async () => {
    for (const cookie of [
      'rescan=1',
      'rescan={"scanned":"<b>"}',
      'rescan=%7B',
      'rescan={"scanned":1,"added":2,"note":"<b>x"}',
    ]) {
      const answer = await plant.request('/', { headers: { cookie } });
      expect(answer.status).toBe(200);
      expect(await answer.text()).not.toContain('<b>x');
    }
  });
});

describe('language and theme', () => {
  test('are the browser’s own until they are chosen', async () => {
    const html = await plant.text('/', { headers: { 'accept-language': 'ko-KR,ko;q=0.9,en;q=0.8' } });
    expect(html).toMatch(/<html lang="ko" data-theme="system"/);
  });

  test('are kept in the browser once chosen', async () => {
    const body = new URLSearchParams({ theme: 'dark', lang: 'ko', back: '/overview' });
    const answer = await plant.post('/preferences', { body });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/overview']);
    const cookies = answer.headers.getSetCookie();
    expect(cookies).toHaveLength(2);
    for (const cookie of cookies) expect(cookie).toMatch(/Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax/);
    const cookie = cookies.map((text) => text.split(';')[0]).join('; ');
    expect(await plant.text('/', { headers: { cookie } })).toMatch(/<html lang="ko" data-theme="dark"/);
  });

  test('of unknown values change nothing', async () => {
    const answer = await plant.post('/preferences', {
      body: new URLSearchParams({ theme: 'pink', lang: 'xx' }),
    });
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await plant.text('/', { headers: { cookie: 'lang=xx; theme=pink"' } })).toMatch(
      /<html lang="en" data-theme="system"/,
    );
  });
});

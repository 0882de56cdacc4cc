import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { attribute, type Element, readHtml } from '../testing/html.ts';
import { drawJpeg } from '../testing/image-plant.ts';
import { createTestApp, type TestApp } from '../testing/test-app.ts';

/** Now is 10:30:15 on 2025-09-06 in Seoul. */
const images = [
  'S9/OR-3CT/OK-20250906-102131-1234.jpg',
  'S9/OR-3CT/NG-20250905-102131-1234.jpg',
  'S9/OR-2CT/OK-20250906-090000-77.jpg',
  'S90/OR-3CT/OK-20250906-102131-1234.jpg',
  'Line 2 weld/HX-1/OK-20250906-102145-5.jpg',
  { path: 'S9/OR-3CT/100%_검사.jpg', modifiedAt: Date.parse('2025-09-06T08:00:00+09:00') },
];
const odd = `<b onclick="x">&'"`;

let plant: TestApp;
beforeAll(async () => {
  const jpeg = await drawJpeg(64, 48);
  plant = await createTestApp({
    images,
    before: (folder) => {
      for (const camera of ['', 'Presse']) {
        const dir = join(folder, 'state', 'live', camera, camera === '' ? 'original' : '');
        mkdirSync(dir, { recursive: true });
        for (const coil of camera === '' ? [2891, 2892, 31] : [2893])
          writeFileSync(join(dir, `${coil}_1757120400000_original.jpg`), jpeg);
      }
    },
  });
  await plant.services.live.rescan();
  await vi.waitFor(() => expect(plant.services.live.current.latest('original')).toBeDefined(), 10_000);
});
afterAll(() => plant.close());

const hasId = (element: Element, start: string) => attribute(element, 'id')?.startsWith(start) ?? false;

/** The links of each section of the page, by its key: places by address, images by their path. */
async function search(q: string): Promise<Record<string, string[]>> {
  const answer = await plant.request(`/search?${new URLSearchParams({ q })}`);
  expect(answer.status).toBe(200);
  const html = await answer.text();
  expect(readHtml(html).faults).toEqual([]);
  const sections = html.split('<section ').slice(1);
  return Object.fromEntries(
    sections.flatMap((section) => {
      const key = /id="search-(\w+)"/.exec(section)?.[1];
      if (key === undefined) return [];
      const { elements } = readHtml(`<section ${section.split('</section>')[0]}</section>`);
      const links = elements.filter((element) => element.tagName === 'a');
      const found = links.map((link) =>
        hasId(link, `${key}-`) ? attribute(link, 'title')! : attribute(link, 'href')!,
      );
      return [[key, found]];
    }),
  );
}

const ofCount = [
  'S9/OR-3CT/OK-20250906-102131-1234.jpg',
  'S90/OR-3CT/OK-20250906-102131-1234.jpg',
  'S9/OR-3CT/NG-20250905-102131-1234.jpg',
];
const sorted = (found: string[] | undefined) => [...(found ?? [])].sort();

describe('a search finds', () => {
  test('a station before those whose names begin with its name, in any case', async () => {
    for (const q of ['S9', 's9', ' S9 '])
      expect((await search(q)).stations).toEqual(['/stations/S9', '/stations/S90']);
  });

  test('a station with spaces in its name, and by a part of it', async () => {
    expect((await search('line 2 WELD')).stations).toEqual(['/stations/Line%202%20weld']);
    expect((await search('weld')).stations).toEqual(['/stations/Line%202%20weld']);
  });

  test('a model', async () => {
    expect(await search('HX-1')).toEqual({ models: ['/inspections?part=HX-1'] });
    expect((await search('or-')).models).toEqual(['/inspections?part=OR-2CT', '/inspections?part=OR-3CT']);
  });

  test('a COUNT of the whole plant, newest first', async () => {
    for (const q of ['1234', '#1234']) {
      const { count = [] } = await search(q);
      expect(sorted(count)).toEqual(sorted(ofCount));
      expect(count.at(-1)).toBe(ofCount[2]);
    }
  });

  test('a COUNT of a station, of a model, and of both in either order', async () => {
    const [newest, , oldest] = ofCount;
    for (const q of ['S9 1234', '1234 S9', 's9 #1234', 'S9 OR-3CT 1234', 'OR-3CT S9 1234'])
      expect(await search(q), q).toMatchObject({ stations: ['/stations/S9'], count: [newest, oldest] });
    expect(sorted((await search('OR-3CT 1234')).count)).toEqual(sorted(ofCount));
    expect((await search('OR-2CT 77')).count).toEqual(['S9/OR-2CT/OK-20250906-090000-77.jpg']);
    expect((await search('Line 2 weld 5')).count).toEqual(['Line 2 weld/HX-1/OK-20250906-102145-5.jpg']);
  });

  test('a COUNT beside the beginning of a station', async () => {
    expect(await search('Line 5')).toMatchObject({ count: ['Line 2 weld/HX-1/OK-20250906-102145-5.jpg'] });
  });

  test('that a station has no such COUNT', async () => {
    expect(await search('S9 99')).toEqual({ stations: ['/stations/S9'], count: [] });
    expect(await plant.text('/search?q=S9+99')).toContain('No image');
  });

  test('a file name, its beginning, and its end of a pasted path', async () => {
    const [path] = ofCount;
    for (const q of ['OK-20250906-102131-1234.jpg', 'OK-20250906-1021'])
      expect((await search(q)).names).toContain(path);
    for (const q of [`/mnt/images/${ofCount[2]}`, `\\\\share\\images\\${ofCount[2]!.replaceAll('/', '\\')}`])
      expect((await search(q)).names).toEqual([ofCount[2]]);
    expect((await search('S9 OK-20250906')).names).toHaveLength(2);
  });

  test('a name with characters that mean something to SQL or HTML', async () => {
    expect((await search('100%_')).names).toEqual(['S9/OR-3CT/100%_검사.jpg']);
    expect((await search('100%_검사'.normalize('NFD'))).names).toEqual(['S9/OR-3CT/100%_검사.jpg']);
    for (const q of ['10_', '100_', '%', "' or 1=1 --", odd]) expect(await search(q)).toEqual({});
  });

  test('a time of the plant or of a station, with the page of that time', async () => {
    const minute = 'period=custom&start=2025-09-06T10%3A21&end=2025-09-06T10%3A22';
    const { moment = [] } = await search('10:21');
    expect(moment[0]).toBe(`/inspections?${minute}`);
    expect(moment).toHaveLength(1 + 3);
    for (const q of ['S9 10:21', '10:21 s9', 'S9 2025-09-06 10:21', 'S9 20250906-1021']) {
      const found = await search(q);
      expect(found.moment, q).toEqual([`/stations/S9?${minute}`, ofCount[0]]);
    }
    expect((await search('2025-09-05')).moment).toEqual([
      '/inspections?period=custom&start=2025-09-05T00%3A00&end=2025-09-06T00%3A00',
      ofCount[2],
    ]);
    expect((await search('10:21:45')).moment).toHaveLength(1 + 1);
  });

  test('a camera, at a time too, and coils by their beginning', async () => {
    expect((await search('presse')).cameras).toEqual(['/live/Presse']);
    expect((await search('Presse 2025-09-06 10:21')).cameras).toEqual([
      '/live/Presse?time=2025-09-06T10%3A21',
    ]);
    expect(sorted((await search('289')).coils)).toEqual([
      '/live/Presse?coil=2893',
      '/live/main?coil=2891',
      '/live/main?coil=2892',
    ]);
    expect((await search('2891')).coils).toEqual(['/live/main?coil=2891']);
    expect((await search('Presse 28')).coils).toEqual(['/live/Presse?coil=2893']);
  });
});

describe('a search without an answer', () => {
  test('says so and names what can be searched, with examples that find something', async () => {
    for (const path of ['/search', '/search?q=', '/search?q=%20', '/search?q=nowhere', '/search?q=%00']) {
      const html = await plant.text(path);
      expect(html.includes('Nothing found for “nowhere”')).toBe(path.endsWith('nowhere'));
      const examples = Array.from(html.matchAll(/<dd><a href="\/search\?q=([^"]+)"/g), (m) =>
        decodeURIComponent(m[1]!),
      );
      expect(examples).toHaveLength(7);
      for (const example of examples) expect(await search(example), example).not.toEqual({});
    }
  });

  test('is refused above the limit, whatever it holds', async () => {
    for (const [length, status] of [
      [300, 200],
      [301, 400],
      [5000, 400],
    ] as const) {
      const answer = await plant.request(`/search?q=${'x'.repeat(length)}`);
      expect([length, answer.status]).toEqual([length, status]);
      const text = await answer.text();
      expect(text.includes('at most 300 characters')).toBe(status === 400);
      expect(text).not.toContain('x'.repeat(301));
    }
    for (const q of ['%', '%ff', '%ed%a0%80', `${'a%20'.repeat(140)}`, '9'.repeat(200), '%0d%0a'])
      expect([q, (await plant.request(`/search?q=${q}`)).status]).toEqual([q, expect.toBeOneOf([200, 400])]);
  });

  test('in a plant without an image says that nothing is there yet', async () => {
    await using empty = await createTestApp();
    expect(await empty.text('/search?q=S9')).toMatch(/Nothing found for “S9”.*no image has been recorded/s);
  });
});

test('stations that are merged or hidden are found by their names, and a hidden one in no list', async () => {
  await using changed = await createTestApp({
    images: [
      'A1/P/OK-20250906-100000-1.jpg',
      'B1/P/OK-20250906-100100-1.jpg',
      'C1/P/OK-20250906-100200-1.jpg',
    ],
  });
  const { names } = changed.services.inspections.reads;
  const [a, b, c] = ['A1', 'B1', 'C1'].map((name) => names.findStationId(name)!) as [number, number, number];
  await changed.services.recordStations.merge(b, a);
  await changed.services.recordStations.setHidden(c, true);
  const hrefs = async (q: string) =>
    Array.from((await changed.text(`/search?q=${q}`)).matchAll(/href="(\/stations\/[^"]+)"/g), (m) => m[1]);
  expect(await hrefs('1')).not.toContain('/stations/C1');
  expect(await hrefs('1')).not.toContain('/stations/B1');
  expect(await hrefs('b1')).toEqual(['/stations/A1']);
  expect(await hrefs('C1')).toEqual(['/stations/C1']);
  const html = await changed.text('/search?q=B1+1');
  expect(html).toContain('A1/P/OK-20250906-100000-1.jpg');
  expect(html).toContain('B1/P/OK-20250906-100100-1.jpg');
  expect(html).not.toContain('C1/P');
});

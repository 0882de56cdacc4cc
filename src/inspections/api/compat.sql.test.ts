import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../../testing/test-app.ts';

/** Now is 10:30:15 on 2025-09-06 in Seoul. */
const images = [
  'S9/OR-3CT/OK-20250906-093000-1.jpg',
  'S9/OR-3CT/NG-20250906-100000-2.jpg',
  'S9/OR-3CT/NG-20250906-100100-3.jpg',
  'S9/OR-2CT/NG-20250906-100200-4.jpg',
  'S9/OR-2CT/NG-20250906-100300-5.jpg',
  'S9/OR-2CT/OK-20250906-102131-6.jpg',
  'S9/OR-2CT/OK-20250906-103000-7.jpg',
  'S9/OR-2CT/OK-20250906-103010-8.jpg',
  'S4/OR-3CT/OK-20250905-103000-1.jpg',
  'S4/OR-3CT/OK-20250905-102959-2.jpg',
  { path: 'S10/OR-3CT/board.jpg', modifiedAt: Date.parse('2025-09-06T10:05:00+09:00') },
  'OK-20250906-101500-1.jpg',
];

let plant: TestApp;
beforeAll(async () => {
  plant = await createTestApp({ images });
});
afterAll(() => plant.close());

type Shot = { path: string; ts: string };
type Stats = {
  stations: Record<
    string,
    {
      totals: { total: number; ok: number; ng: number; rate: number | null; latest_ts: string | null };
      last: Shot | null;
      last_ng: Shot | null;
      last_ngs: Shot[];
    }
  >;
  total_count: number;
  start: string;
  end: string;
};

async function stats(query = ''): Promise<Stats> {
  const answer = await plant.post(`/api/stats${query}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Stats;
}

async function refusal(query: string): Promise<string> {
  const answer = await plant.post(`/api/stats${query}`);
  expect(answer.status).toBe(400);
  const body = (await answer.json()) as { error: string };
  expect(Object.keys(body)).toEqual(['error']);
  return body.error;
}

const window = ({ start, end }: Stats) => [start, end];

test('/api/meta lists every station that ever had an image, sorted as text', async () => {
  expect(await plant.json('/api/meta')).toEqual({ stations: ['S10', 'S4', 'S9', 'Unknown'] });
});

describe('the statistics of each station', () => {
  test('count OK and NG, the newest image and the newest NG images', async () => {
    const shot = (path: string, time: string) => ({
      path: join(plant.watchDir, path),
      ts: `2025-09-06T${time}+09:00`,
    });
    expect(await stats('?period=1h')).toEqual({
      stations: {
        S9: {
          totals: { total: 6, ok: 2, ng: 4, rate: 1 / 3, latest_ts: '2025-09-06T10:21:31+09:00' },
          last: shot('S9/OR-2CT/OK-20250906-102131-6.jpg', '10:21:31'),
          last_ng: shot('S9/OR-2CT/NG-20250906-100300-5.jpg', '10:03:00'),
          last_ngs: [
            shot('S9/OR-2CT/NG-20250906-100300-5.jpg', '10:03:00'),
            shot('S9/OR-2CT/NG-20250906-100200-4.jpg', '10:02:00'),
            shot('S9/OR-3CT/NG-20250906-100100-3.jpg', '10:01:00'),
          ],
        },
        S10: {
          totals: { total: 1, ok: 0, ng: 0, rate: null, latest_ts: '2025-09-06T10:05:00+09:00' },
          last: shot('S10/OR-3CT/board.jpg', '10:05:00'),
          last_ng: null,
          last_ngs: [],
        },
        Unknown: {
          totals: { total: 1, ok: 1, ng: 0, rate: 1, latest_ts: '2025-09-06T10:15:00+09:00' },
          last: shot('OK-20250906-101500-1.jpg', '10:15:00'),
          last_ng: null,
          last_ngs: [],
        },
      },
      total_count: 8,
      start: '2025-09-06T09:30:00+09:00',
      end: '2025-09-06T10:30:00+09:00',
    });
  });

  test('are of one station when it is named', async () => {
    const { stations, total_count } = await stats('?station=S9&period=1h');
    expect(Object.keys(stations)).toEqual(['S9']);
    expect(total_count).toBe(6);
  });

  test('are zeros without a last image for a named station without images in the window', async () => {
    expect((await stats('?station=S4&period=1h')).stations).toEqual({
      S4: {
        totals: { total: 0, ok: 0, ng: 0, rate: null, latest_ts: null },
        last: null,
        last_ng: null,
        last_ngs: [],
      },
    });
  });

  test('are empty for an unknown station', async () => {
    expect(await stats('?station=S99')).toMatchObject({ stations: {}, total_count: 0 });
  });

  test('are of all stations if the station is empty', async () => {
    expect((await stats('?station=&period=1h')).total_count).toBe(8);
  });
});

describe('the window', () => {
  test.each([
    ['?period=1h', '2025-09-06T09:30:00+09:00'],
    ['?period=1d', '2025-09-05T10:30:00+09:00'],
    ['?period=1w', '2025-08-30T10:30:00+09:00'],
    ['', '2025-09-05T10:30:00+09:00'],
    ['?period=&start=&end=', '2025-09-05T10:30:00+09:00'],
  ])('of "%s" ends with the last full minute', async (query, start) => {
    expect(window(await stats(query))).toEqual([start, '2025-09-06T10:30:00+09:00']);
  });

  test('includes its first instant and excludes its last', async () => {
    const minute = await stats('?start=2025-09-06T10:30&end=2025-09-06T10:31');
    expect(minute.stations.S9?.totals.total).toBe(2);
    const before = await stats('?start=2025-09-06T10:29&end=2025-09-06T10:30');
    expect(before.total_count).toBe(0);
    const second = await stats('?start=2025-09-06T10:30:00&end=2025-09-06T10:30:10');
    expect(second.total_count).toBe(1);
    expect((await stats('?station=S4')).total_count).toBe(1);
  });

  test('starts 24 h before its end without a start, and ends now without an end', async () => {
    expect(window(await stats('?end=2025-09-06T09:00'))).toEqual([
      '2025-09-05T09:00:00+09:00',
      '2025-09-06T09:00:00+09:00',
    ]);
    expect(window(await stats('?start=2025-09-06T09:00'))).toEqual([
      '2025-09-06T09:00:00+09:00',
      '2025-09-06T10:30:00+09:00',
    ]);
  });

  test.each(['2025-09-06T09:00', '2025-09-06T08:00'])('that ends at %s becomes a minute', async (end) => {
    expect(window(await stats(`?start=2025-09-06T09:00&end=${end}`))).toEqual([
      '2025-09-06T09:00:00+09:00',
      '2025-09-06T09:01:00+09:00',
    ]);
  });

  test.each([
    '2025-09-06T10:00',
    '2025-09-06T10:00:00',
    '2025-09-06T01:00:00Z',
    '2025-09-06T01:00:00.000Z',
    '2025-09-06T03:00:00%2B02:00',
    '2025-09-06T03:00:00+02:00',
  ])('may begin at %s', async (start) => {
    expect((await stats(`?start=${start}`)).start).toBe('2025-09-06T10:00:00+09:00');
  });

  test('of a preset is not changed by start and end', async () => {
    const asked = await stats('?period=1h&start=2025-01-01T00:00&end=2025-01-02T00:00');
    expect(asked.start).toBe('2025-09-06T09:30:00+09:00');
  });

  test.each([
    ['?start=yesterday', 'start'],
    ['?end=2025-02-30T10:00', 'end'],
    ['?start=2025-09-06T25:00', 'start'],
    ['?end=1757121751000', 'end'],
    ['?period=2h', 'period'],
    ['?period=1h%00', 'period'],
  ])('%s is refused with the name of the field', async (query, field) => {
    expect(await refusal(query)).toContain(`${field} "`);
  });

  test('of ten thousand years gets a response', async () => {
    expect((await stats('?start=0001-01-01&end=9999-12-31')).total_count).toBe(images.length);
  });
});

test('clients parse the times as the same instants', async () => {
  const { stations } = await stats('?station=S9');
  expect(Date.parse(stations.S9?.last?.ts ?? '')).toBe(Date.parse('2025-09-06T10:21:31+09:00'));
});

test('the paths they name are shown by /img and /thumb', async () => {
  const { stations } = await stats('?station=S9');
  const path = encodeURIComponent(stations.S9?.last_ng?.path ?? '');
  for (const route of ['/img', '/thumb']) {
    const { status, headers } = await plant.request(`${route}?path=${path}`);
    expect([route, status, headers.get('content-type')]).toEqual([route, 200, 'image/jpeg']);
  }
});

test('the statistics accept only POST', async () => {
  const answer = await plant.request('/api/stats');
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
});

describe('a scan', () => {
  test('returns how many images there are and how many were new', async () => {
    const scan = async () => (await plant.post('/api/scan')).json();
    expect(await scan()).toEqual({ scanned: images.length, added: 0 });
    await plant.writeImages(['S9/OR-3CT/OK-20250101-000000-1.jpg', 'S9/OR-3CT/notes.jpg']);
    expect(await scan()).toEqual({ scanned: images.length + 2, added: 2 });
    expect(await scan()).toEqual({ scanned: images.length + 2, added: 0 });
  });

  test('of an offline folder says so, deletes nothing, and finds all images when it is back', async () => {
    const scan = async () => (await plant.post('/api/scan')).json();
    const before = await stats();
    renameSync(plant.watchDir, `${plant.watchDir}-away`);
    expect(await scan()).toEqual({
      scanned: 0,
      added: 0,
      note: `watch dir not found: ${plant.watchDir}`,
    });
    expect(await stats()).toEqual(before);
    mkdirSync(plant.watchDir);
    expect(await scan()).toMatchObject({
      scanned: 0,
      added: 0,
      note: expect.stringContaining('is empty although'),
    });
    rmSync(plant.watchDir, { recursive: true });
    renameSync(`${plant.watchDir}-away`, plant.watchDir);
    expect(await scan()).toEqual({ scanned: images.length + 2, added: 0 });
  });
});

test('NG_PREVIEW_COUNT sets how many NG images are listed', async () => {
  const other = await createTestApp({ images, env: { NG_PREVIEW_COUNT: '1' } });
  const answer = (await (await other.post('/api/stats?station=S9')).json()) as Stats;
  expect(answer.stations.S9?.last_ngs).toEqual([answer.stations.S9?.last_ng]);
  await other.close();
});

test('where a pattern tells views, units are counted beside the files', async () => {
  const viewed = await createTestApp({
    images: [
      'S9/M/OK-20250906-102001-1-top.jpg',
      'S9/M/NG-20250906-102001-1-side.jpg',
      'S9/M/OK-20250906-102002-2-top.jpg',
    ],
    env: {
      FILENAME_REGEX: String.raw`^(?<pass>OK|NG)-(?<date>\d{8})-(?<time>\d{6})-(?<count>\d+)-(?<view>\w+)\.jpg$`,
    },
  });
  const answer = (await (await viewed.post('/api/stats?period=1h')).json()) as Stats;
  expect(answer.stations.S9?.totals).toMatchObject({
    total: 3,
    ok: 2,
    ng: 1,
    rate: 2 / 3,
    units: 2,
    units_ng: 1,
    unit_rate: 0.5,
  });
  await viewed.close();
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../../testing/test-app.ts';

/** Now is 10:30:15 on 2025-09-06 in Seoul. Two stations have images of the very same second. */
const images = [
  'S9/OR-3CT/OK-20250906-100000-1.jpg',
  'S9/OR-3CT/NG-20250906-100000-2.jpg',
  'S9/OR-2CT/OK-20250906-100000-3.jpg',
  'S9/OR-2CT/OK-20250906-101000-4.jpg',
  'S4/OR-3CT/NG-20250906-100000-1.jpg',
  'S4/OR-3CT/OK-20250906-102000-2.jpg',
  'S4/OR-3CT/OK-20250801-000000-9.jpg',
  { path: 'S4/OR-3CT/board.jpg', modifiedAt: Date.parse('2025-09-06T10:05:00+09:00') },
];
const newestFirst = ['4/2', '9/4', '4/-', '9/3', '9/2', '9/1', '4/1', '4/9'];

let plant: TestApp;
beforeAll(async () => {
  plant = await createTestApp({ images });
});
afterAll(() => plant.close());

const at = (time: string) => Date.parse(`2025-09-06T${time}+09:00`);

type Item = { id: number; station: string; sequence: number | null };
type List = { inspections: Item[]; next: { before?: string; after?: string } | null };

const list = async (query: string) => (await plant.json(`/api/v1/inspections${query}`)) as List;
const labels = ({ inspections }: List) =>
  inspections.map(({ station, sequence }) => `${station.slice(1)}/${sequence ?? '-'}`);

async function follow(query: string): Promise<string[]> {
  const found: string[] = [];
  let page = await list(`?${query}`);
  for (let pages = 1; ; pages++) {
    found.push(...labels(page));
    if (page.next === null) return found;
    if (pages > 20) throw new Error('The pages never end');
    page = await list(`?${query}&${new URLSearchParams(page.next)}`);
  }
}

async function refusal(path: string, init: RequestInit = {}): Promise<{ status: number; error: unknown }> {
  const answer = await plant.request(path, init);
  expect(answer.headers.get('content-type')).toBe('application/json');
  const { error } = (await answer.json()) as { error: Record<string, unknown> };
  expect(error.message).toEqual(expect.stringMatching(/\S/));
  expect(error.requestId).toBe(answer.headers.get('x-request-id'));
  return { status: answer.status, error: [error.code, (error.details as { field?: string })?.field] };
}

test('stations have their state, the time they were last seen and their usual interval', async () => {
  const state = { state: 'notScheduled', stateSince: null, alsoWrong: [] };
  const pulse = {
    ...state,
    usualIntervalMs: null,
    silentAfterMs: null,
    ngBurstSince: null,
    belowUsual: null,
    hasHistory: false,
    usual: expect.any(Array),
  };
  expect(await plant.json('/api/v1/stations')).toEqual({
    stations: [
      { site: 'main', name: 'S4', lastSeenAt: at('10:20:00'), ...pulse },
      { site: 'main', name: 'S9', lastSeenAt: at('10:10:00'), ...pulse },
    ],
  });
});

test('parts are listed by name', async () => {
  expect(await plant.json('/api/v1/parts')).toEqual({ parts: [{ name: 'OR-2CT' }, { name: 'OR-3CT' }] });
});

describe('inspections', () => {
  test('are listed over all time, newest first', async () => {
    const all = await list('');
    expect(labels(all)).toEqual(expect.arrayContaining(newestFirst));
    expect(labels(all).slice(0, 3)).toEqual(newestFirst.slice(0, 3));
    expect(labels(all).at(-1)).toBe('4/9');
    expect(all.next).toBeNull();
  });

  test('have all facts of the image and its URLs', async () => {
    const { inspections } = await list('?station=S9&part=OR-2CT&limit=1');
    const { id } = inspections[0]!;
    expect(inspections).toEqual([
      {
        id,
        revision: 0,
        site: 'main',
        station: 'S9',
        part: 'OR-2CT',
        namedAt: null,
        verdict: 'OK',
        word: null,
        sequence: 4,
        view: null,
        unit: null,
        path: 'S9/OR-2CT/OK-20250906-101000-4.jpg',
        name: 'OK-20250906-101000-4.jpg',
        capturedAt: at('10:10:00'),
        foundAt: plant.clock.now(),
        sizeBytes: expect.any(Number),
        missingAt: null,
        clearedAt: null,
        rejudgedAt: null,
        previousVerdict: null,
        images: {
          strip: `/images/${id}/0/strip.webp`,
          card: `/images/${id}/0/card.webp`,
          original: `/images/${id}/0/original`,
        },
      },
    ]);
    expect(await plant.json(`/api/v1/inspections/${id}`)).toEqual(inspections[0]);
  });

  test.each([
    ['?station=S9', 4],
    ['?part=OR-3CT', 6],
    ['?station=S9&part=OR-3CT', 2],
    ['?verdict=NG', 2],
    ['?verdict=OK&station=S4', 2],
    ['?verdict=unmatched', 1],
    ['?verdict=&station=&limit=&before=', 8],
    ['?period=1h', 7],
    ['?period=1w', 7],
    ['?start=2025-09-06T10:00&end=2025-09-06T10:10', 5],
    ['?end=2025-09-06T10:00', 0],
    ['?start=2025-08-01&end=2025-08-02', 1],
    ['?count=2', 2],
    ['?count=2&station=S9', 1],
    ['?count=0', 0],
    ['?count=1&verdict=OK', 1],
    ['?name=OK-20250906-10', 4],
    ['?name=OK-20250906-10&station=S4', 1],
    ['?name=NG-20250906-100000-2.jpg', 1],
    ['?name=board', 1],
    ['?name=board&count=1', 0],
    ['?name=OK%25', 0],
    ['?name=ok-', 0],
    ['?count=&name=', 8],
    ['?station=S99', 0],
    ['?part=OR-9CT', 0],
    ['?station=%00', 0],
    [`?station=${'x'.repeat(4000)}`, 0],
    ["?station=S9'%20OR%201=1--", 0],
    ['?station=../../etc/passwd', 0],
    ['?start=0001-01-01&end=9999-12-31', 8],
  ])('%s finds %i', async (query, count) => {
    expect((await list(query)).inspections).toHaveLength(count);
  });

  test.each([1, 2, 3, 7, 8, 500])('pages of %i lead from the newest to the oldest', async (limit) => {
    const found = await follow(`limit=${limit}`);
    expect(found).toEqual(labels(await list('')));
    expect(new Set(found).size).toBe(images.length);
  });

  test.each([1, 2, 3, 8])('and pages of %i from the oldest to the newest', async (limit) => {
    const oldest = (await list('')).inspections.at(-1);
    const found = await follow(`limit=${limit}&after=0.0`);
    expect(found).toEqual(labels(await list('')).toReversed());
    expect(oldest?.sequence).toBe(9);
  });

  test('pages of a COUNT and of a name have them all', async () => {
    expect(await follow('limit=1&count=2')).toEqual(['4/2', '9/2']);
    const found = await follow('limit=2&name=OK-20250906');
    // Of the same second, the one recorded last comes first.
    expect(found).toEqual(['4/2', '9/4', ...['9/1', '9/3'].sort((a) => (a === found[2] ? -1 : 1))]);
    expect(await follow('limit=3&name=OK-20250906&after=0.0')).toEqual(found.toReversed());
  });

  test('pages keep their filters, and new images do not shift them', async () => {
    const all = labels(await list('?station=S9&verdict=OK'));
    const first = await list('?station=S9&verdict=OK&limit=2');
    await plant.addImages(['S9/OR-3CT/OK-20250906-102500-77.jpg']);
    const rest = await list(`?station=S9&verdict=OK&limit=2&before=${first.next?.before}`);
    expect([...labels(first), ...labels(rest)]).toEqual(all);
    expect(all).toHaveLength(3);
  });

  test.each([
    ['count=-1', 'count'],
    ['count=1.5', 'count'],
    ['count=one', 'count'],
    ['name=S9%2Fa.jpg', 'name'],
    ['name=a%00', 'name'],
    [`name=${'x'.repeat(256)}`, 'name'],
    ['statoin=S9', 'statoin'],
    ['limit=0', 'limit'],
    ['limit=501', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=2.5', 'limit'],
    ['limit=many', 'limit'],
    ['limit=1e999', 'limit'],
    ['verdict=ok', 'verdict'],
    ['verdict=NG%00', 'verdict'],
    ['before=yesterday', 'before'],
    ['before=1.2.3', 'before'],
    ['before=99999999999999999999.1', 'before'],
    ['after=1%27', 'after'],
    ['before=1.1&after=1.1', 'after'],
    ['period=2h', 'period'],
    ['start=2025-13-01', 'start'],
    ['end=soon', 'end'],
  ])('%s is refused, naming the field', async (query, field) => {
    expect(await refusal(`/api/v1/inspections?${query}`)).toEqual({ status: 400, error: ['invalid', field] });
  });
});

test.each([
  '0',
  '999999',
  '9007199254740993',
  '99999999999999999999999999',
  'abc',
  '-1',
  '1%00',
  '..%2f1',
  '1/',
])('there is no inspection %s', async (id) => {
  expect(await refusal(`/api/v1/inspections/${id}`)).toMatchObject({
    status: 404,
    error: ['not_found', undefined],
  });
});

type Yield = {
  startAt: number;
  endAt: number;
  bucketMs: number;
  ok: number;
  ng: number;
  unmatched: number;
  yieldRate: number | null;
  interval: { low: number; high: number } | null;
  buckets: { startAt: number; ok: number; ng: number; unmatched: number; yieldRate: number | null }[];
};
const readYield = async (query: string) => (await plant.json(`/api/v1/yield${query}`)) as Yield;

describe('the yield', () => {
  test('of a window comes from sums, with its Wilson interval, in buckets without gaps', async () => {
    const { buckets, ...whole } = await readYield('?start=2025-09-06T10:00&end=2025-09-06T10:12');
    expect(whole).toEqual({
      startAt: at('10:00:00'),
      endAt: at('10:12:00'),
      bucketMs: 60_000,
      ok: 3,
      ng: 2,
      unmatched: 1,
      undecided: 0,
      furtherOk: 0,
      furtherNg: 0,
      yieldRate: 0.6,
      interval: { low: expect.closeTo(0.2307, 4), high: expect.closeTo(0.8824, 4) },
    });
    expect(buckets.map(({ startAt }) => startAt)).toEqual(
      Array.from({ length: 12 }, (_, minute) => at('10:00:00') + minute * 60_000),
    );
    expect(buckets[0]).toMatchObject({ ok: 2, ng: 2, unmatched: 0, yieldRate: 0.5 });
    expect(buckets[5]).toMatchObject({ ok: 0, ng: 0, unmatched: 1, yieldRate: null });
    expect(buckets[10]).toMatchObject({ ok: 1, ng: 0, yieldRate: 1 });
  });

  test('has no value where nothing was judged', async () => {
    const empty = await readYield('?station=S9&start=2025-01-01&end=2025-01-02');
    expect(empty).toMatchObject({ ok: 0, ng: 0, yieldRate: null, interval: null });
    expect(empty.buckets.every(({ yieldRate }) => yieldRate === null)).toBe(true);
  });

  test.each(['1h', '1d', '1w'])('of the last %s has the counts of the list', async (period) => {
    const { ok, ng, unmatched, buckets } = await readYield(`?period=${period}`);
    expect(ok + ng + unmatched).toBe((await list(`?period=${period}`)).inspections.length);
    expect(buckets.reduce((sum, bucket) => sum + bucket.ok + bucket.ng + bucket.unmatched, 0)).toBe(
      ok + ng + unmatched,
    );
    expect(buckets.length).toBeLessThanOrEqual(62);
  });

  test('of ten thousand years has at most 62 buckets', async () => {
    const ages = await readYield('?start=0001-01-01&end=9999-12-31');
    expect(ages.buckets.length).toBeLessThanOrEqual(62);
    expect(ages.ok + ages.ng + ages.unmatched).toBe(images.length + 1);
  });

  test('of an unknown station is empty', async () => {
    expect(await readYield('?station=S99')).toMatchObject({ ok: 0, ng: 0, unmatched: 0, yieldRate: null });
  });

  test('is refused for a window that cannot be read', async () => {
    expect(await refusal('/api/v1/yield?start=now')).toEqual({ status: 400, error: ['invalid', 'start'] });
  });
});

test('sources have the state of each watched folder', async () => {
  expect(await plant.json('/api/v1/sources')).toEqual({
    sources: [
      {
        id: 1,
        path: plant.watchDir,
        state: 'online',
        reason: null,
        reasonCode: null,
        offlineSince: null,
        mode: 'poll',
        modeOrigin: 'setting',
        watchedBy: null,
        fileSystem: expect.any(String),
        directories: expect.any(Number),
        knownFiles: images.length + 1,
        incomplete: 0,
        unreadable: { count: 0, paths: [] },
        leftOut: [],
        sweepRunningSince: null,
        backfill: null,
        lag: null,
        lastSweep: expect.objectContaining({ filesSeen: images.length + 1, durationMs: expect.any(Number) }),
      },
    ],
  });
});

test('a rescan returns its result', async () => {
  const answer = await plant.post('/api/v1/rescan');
  expect(await answer.json()).toEqual({ scanned: images.length + 1, added: 0, note: null });
});

describe('a refusal is JSON with a code', () => {
  test.each([
    ['GET', '/api/v1/nothing', 404, 'not_found'],
    ['GET', '/api/v1/', 404, 'not_found'],
    ['DELETE', '/api/v1/inspections/1', 405, 'invalid'],
    ['POST', '/api/v1/stations', 405, 'invalid'],
    ['GET', '/api/v1/rescan', 405, 'invalid'],
    ['GET', `/api/v1/stations?x=${'x'.repeat(9000)}`, 413, 'too_large'],
    ['GET', '/api/v1/inspections/%E0%A4%A', 404, 'not_found'],
  ])('%s %s: %i %s', async (method, path, status, code) => {
    expect(await refusal(path, { method })).toEqual({ status, error: [code, undefined] });
  });

  test('a body of a megabyte', async () => {
    const asked = refusal('/api/v1/rescan', { method: 'POST', body: 'x'.repeat(1_000_000) });
    expect(await asked).toEqual({ status: 413, error: ['too_large', undefined] });
  });

  test('a change from another origin', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' };
    const asked = refusal('/api/v1/rescan', { method: 'POST', headers });
    expect(await asked).toEqual({ status: 403, error: ['forbidden', undefined] });
  });
});

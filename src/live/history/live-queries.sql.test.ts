import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDialect } from '../../testing/databases.ts';
import { liveStartsAt as at, type LiveStore, liveFile, openLiveStore } from '../../testing/live-store.ts';
import { seekPage } from './seek-page.ts';

const minuteMs = 60_000;
const imageCount = 3_000;

describe(`live images read from ${testDialect}`, () => {
  let store: LiveStore;
  const files = Array.from({ length: imageCount }, (_, i) =>
    // Two of each coil a minute apart, every tenth at the same time as the one before.
    liveFile(`${Math.floor(i / 100)}`, at + (i % 10 === 9 ? i - 1 : i) * minuteMs, 'original', {
      name: `${i}.jpg`,
    }),
  );
  const newestFirst = files.map(({ name }) => name).reverse();

  beforeAll(async () => {
    store = await openLiveStore(testDialect);
    for (let from = 0; from < files.length; from += 1000)
      await store.found('original', files.slice(from, from + 1000));
    await store.found('labeled', [liveFile('29', at + 2_990 * minuteMs, 'labeled', { name: 'l.jpg' })]);
    await store.missing('original', ['2999.jpg']);
    newestFirst.shift();
  });
  afterAll(() => store.db.close());

  test('the newest image is the one with the latest time whose file exists', async () => {
    expect(await store.queries.latest('original')).toMatchObject({
      name: '2998.jpg',
      coil: '29',
      channel: 'original',
    });
    expect(await store.queries.latest('original', '3')).toMatchObject({ name: '399.jpg' });
    expect(await store.queries.latest('original', 'none')).toBeUndefined();
    expect(await store.queries.latest('nothing')).toBeUndefined();
  });

  test('keyset pages list every image once, in both directions', async () => {
    const { queries } = store;
    for (const [direction, expected] of [
      ['older', newestFirst],
      ['newer', newestFirst.toReversed()],
    ] as const) {
      const names: string[] = [];
      let from: { capturedAt: number; id: number } | undefined;
      for (;;) {
        const page = await queries.list({ channels: ['original'] }, { limit: 333, direction, from });
        names.push(...page.map(({ name }) => name));
        from = page.at(-1);
        if (page.length < 333) break;
      }
      expect(names).toEqual(expected);
    }
  });

  test('pages by number, near and far, hold the same images as one long list, and the total', async () => {
    const { queries } = store;
    const windows = [
      {},
      { coil: '7' },
      { startAt: at + 90 * minuteMs, endAt: at + 2_600 * minuteMs },
      { startAt: at + 61 * minuteMs, endAt: at + 62 * minuteMs },
      { startAt: at + 7 * minuteMs },
      { endAt: at + 59 * minuteMs },
      { coil: '3', startAt: at + 330 * minuteMs, endAt: at + 371 * minuteMs },
    ];
    for (const window of windows) {
      const all = newestFirst.filter((name) => {
        const { coil, capturedAt } = files[Number.parseInt(name, 10)]!;
        const { startAt = 0, endAt = Number.POSITIVE_INFINITY } = window as {
          startAt?: number;
          endAt?: number;
        };
        return (!('coil' in window) || window.coil === coil) && capturedAt >= startAt && capturedAt < endAt;
      });
      for (const page of [1, 2, 5, 21, 22, 28, 29, 1000]) {
        const answer = await queries.page('original', { page, limit: 107, ...window });
        expect(answer.total).toBe(all.length);
        expect(answer.images.map(({ name }) => name)).toEqual(all.slice((page - 1) * 107, page * 107));
      }
    }
    expect(await queries.page('nothing', { page: 1, limit: 5 })).toEqual({ images: [], total: 0 });
  });

  test('neighbours, pair, coils and counts', async () => {
    const { queries } = store;
    const [image] = await queries.list({ channels: ['labeled'] }, { limit: 1 });
    expect(await queries.pairOf(image!)).toMatchObject({ name: '2990.jpg', channel: 'original' });
    const original = (await queries.pairOf(image!))!;
    expect(await queries.pairOf(original)).toMatchObject({ name: 'l.jpg' });
    const { older, newer } = await queries.neighbours(original);
    expect([older?.name, newer?.name]).toEqual(['2989.jpg', '2991.jpg']);
    expect(await queries.neighbours(image!)).toEqual({});
    const coils = await queries.coils({ channel: 'original', limit: 3 });
    expect(coils.map(({ coil, imageCount }) => [coil, imageCount])).toEqual([
      ['29', 99],
      ['28', 100],
      ['27', 100],
    ]);
    const further = await queries.coils({ channel: 'original', limit: 1, before: coils[2]!.lastAt });
    expect(further).toMatchObject([{ coil: '26' }]);
    const found = await queries.coils({ channel: 'original', startsWith: '1', limit: 50 });
    expect(found.map(({ coil }) => coil)).toEqual([
      '19',
      '18',
      '17',
      '16',
      '15',
      '14',
      '13',
      '12',
      '11',
      '10',
      '1',
    ]);
    expect(await queries.coils({ channel: 'original', startsWith: "1'%_", limit: 50 })).toEqual([]);
    expect(await queries.countOf('original')).toBe(2_999);
    expect(await queries.countOf('original', '29')).toBe(99);
    expect(await queries.countOf('original', 'x')).toBe(0);
  });
});

test('a far page is found by adding up hourly counts', () => {
  const hours = [5, 3, 4].map((count, i) => ({ startAt: -i, endAt: 1 - i, count }));
  const seek = (offset: number, limit: number) => {
    const found = seekPage(hours, offset, limit);
    return found && [found.first.startAt, found.last.startAt, found.skip];
  };
  expect(seek(0, 5)).toEqual([-0, -0, 0]);
  expect(seek(4, 2)).toEqual([-0, -1, 4]);
  expect(seek(5, 3)).toEqual([-1, -1, 0]);
  expect(seek(9, 100)).toEqual([-2, -2, 1]);
  expect(seek(12, 1)).toBeUndefined();
  expect(seekPage([], 0, 1)).toBeUndefined();
});

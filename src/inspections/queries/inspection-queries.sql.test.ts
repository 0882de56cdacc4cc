import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Direction, Keyset } from '../../kernel/db/keyset.ts';
import { createRandom } from '../../simulator/random.ts';
import { testDialect } from '../../testing/databases.ts';
import {
  storeStartsAt as at,
  type InspectionStore,
  imageFile,
  openInspectionStore,
  unmatchedFile,
} from '../../testing/inspection-store.ts';
import type { InspectionRef } from '../model.ts';
import type { ListFilter } from './inspection-queries.ts';

const second = 1000;

describe(`lists of images in ${testDialect}`, () => {
  let store: InspectionStore;
  beforeEach(async () => {
    store = await openInspectionStore(testDialect);
  });
  afterEach(() => store.db.close());

  /** Three parts at two stations within ten seconds, so that many images share a second. */
  async function recordCrowd(): Promise<void> {
    const random = createRandom('crowd');
    for (const path of ['S9/OR-3CT', 'S9/OR-2CT', 'S10/OR-3CT']) {
      const files = Array.from({ length: 120 }, (_, i) => {
        const capturedAt = at + random.integer(0, 9) * second;
        if (random.chance(0.1)) return unmatchedFile(`x${i}.png`, capturedAt);
        return imageFile(random.chance(0.9) ? 'OK' : 'NG', capturedAt, i);
      });
      await store.found(path, files);
    }
  }

  async function readAll(filter: ListFilter, direction: Direction, limit: number): Promise<InspectionRef[]> {
    const all: InspectionRef[] = [];
    let from: Keyset | undefined;
    for (let pages = 0; pages < 100; pages++) {
      const page = await store.reads.inspections.list(filter, { limit, direction, from });
      all.push(...page);
      from = page.at(-1);
      if (page.length < limit) return all;
    }
    throw new Error('the list has no end');
  }

  async function expectedIds(filter: ListFilter, direction: Direction): Promise<number[]> {
    const { stationId, partId, verdict, window } = filter;
    const rows = (await store.rows()).filter(
      (row) =>
        row.stationId === (stationId ?? row.stationId) &&
        row.partId === (partId ?? row.partId) &&
        (verdict === undefined || (row.verdict ?? 'unmatched') === verdict) &&
        row.capturedAt >= (window?.startAt ?? 0) &&
        row.capturedAt < (window?.endAt ?? Number.POSITIVE_INFINITY),
    );
    rows.sort((a, b) => a.capturedAt - b.capturedAt || a.id - b.id);
    if (direction === 'older') rows.reverse();
    return rows.map(({ id }) => id);
  }

  const window = { startAt: at + 2 * second, endAt: at + 7 * second };
  test.each<[string, (ids: { station: number; part: number }) => ListFilter]>([
    ['all stations', () => ({})],
    ['one station', ({ station }) => ({ stationId: station })],
    ['one part', ({ part }) => ({ partId: part })],
    ['a station and a part', ({ station, part }) => ({ stationId: station, partId: part })],
    ['NG of all stations', () => ({ verdict: 'NG' })],
    ['NG of one part', ({ part }) => ({ verdict: 'NG', partId: part })],
    ['OK of one station', ({ station }) => ({ verdict: 'OK', stationId: station })],
    ['unmatched images', () => ({ verdict: 'unmatched' })],
    ['unmatched images of one station', ({ station }) => ({ verdict: 'unmatched', stationId: station })],
    ['a window', () => ({ window })],
    ['NG in a window', ({ station }) => ({ verdict: 'NG', stationId: station, window })],
    ['a window without a start', () => ({ window: { endAt: window.endAt } })],
  ])('pages of %s lose and repeat nothing in either direction', async (_what, filterOf) => {
    await recordCrowd();
    const { names } = store.reads;
    const filter = filterOf({ station: names.findStationId('S9')!, part: names.findPartId('OR-3CT')! });
    for (const direction of ['older', 'newer'] as const) {
      const expected = await expectedIds(filter, direction);
      expect(expected.length).toBeGreaterThan(7);
      expect((await readAll(filter, direction, 7)).map(({ id }) => id)).toEqual(expected);
    }
  });

  test('an image recorded during paging shifts no row to another page', async () => {
    await recordCrowd();
    const { inspections } = store.reads;
    const first = await inspections.list({}, { limit: 50 });
    await store.found('S9/OR-3CT', [imageFile('NG', at + 20 * second, 900)]);
    const second50 = await inspections.list({}, { limit: 50, from: first.at(-1)! });
    const ids = [...first, ...second50].map(({ id }) => id);
    expect(ids).toEqual((await expectedIds({}, 'older')).slice(1, 101));
  });

  test('an image has its station, part, path and facts', async () => {
    await store.found('S9/OR-3CT/2026-11-21', [imageFile('NG', at, 7)]);
    const [image] = await store.reads.inspections.list({}, { limit: 1 });
    expect(image).toEqual({
      id: expect.any(Number),
      revision: 0,
      site: 'main',
      stationId: expect.any(Number),
      station: 'S9',
      part: 'OR-3CT',
      rootId: store.rootId,
      path: 'S9/OR-3CT/2026-11-21/NG-20261121-100000-7.jpg',
      name: 'NG-20261121-100000-7.jpg',
      capturedAt: at,
      verdict: 'NG',
      namedAt: null,
      word: null,
      sequence: 7,
      view: null,
      unit: null,
      sizeBytes: 1000,
      foundAt: at,
      missingAt: null,
      clearedAt: null,
      rejudgedAt: null,
      previousVerdict: null,
    });
    expect(await store.reads.inspections.find(image!.id)).toEqual(image);
    expect(await store.reads.inspections.find(999)).toBeUndefined();
    const folder = 'S9/OR-3CT/2026-11-21';
    const byFile = store.reads.inspections.findByFile;
    expect(await byFile(store.rootId, folder, image!.name)).toEqual(image);
    expect(await byFile(store.rootId, folder, 'other.jpg')).toBeUndefined();
    expect(await byFile(store.rootId + 1, folder, image!.name)).toBeUndefined();
  });

  test('a station was last seen when its newest image of any part was captured', async () => {
    await store.found('S9/OR-3CT', [imageFile('OK', at, 1)]);
    await store.found('S9/OR-2CT', [imageFile('OK', at + second, 2)]);
    const { names, inspections } = store.reads;
    const stationId = await names.ensureStation('S9');
    expect(await inspections.findLastSeenAt(stationId)).toBe(at + second);
    expect(await inspections.findLastSeenAt(await names.ensureStation('S1'))).toBeUndefined();
  });

  test('a list is never longer than its page, whatever limit is requested', async () => {
    const files = Array.from({ length: 600 }, (_, i) => imageFile('OK', at + i * second, i));
    await store.found('S9/OR-3CT', files);
    expect(await store.reads.inspections.list({}, { limit: 10_000 })).toHaveLength(500);
  });
});

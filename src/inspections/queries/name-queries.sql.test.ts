import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Direction, Keyset } from '../../kernel/db/keyset.ts';
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
import { maxNamesakes } from './name-queries.ts';

const second = 1000;
const dayMs = 24 * 3_600_000;

describe(`images found by COUNT and by name in ${testDialect}`, () => {
  let store: InspectionStore;
  beforeEach(async () => {
    store = await openInspectionStore(testDialect);
  });
  afterEach(() => store.db.close());

  /** Two stations whose COUNT starts again each day, one of them with two models. */
  async function recordDays(): Promise<void> {
    for (const [i, path] of ['S9/OR-3CT', 'S9/OR-2CT', 'S10/OR-3CT'].entries()) {
      const files = Array.from({ length: 60 }, (_, k) =>
        imageFile(
          k % 5 === 0 ? 'NG' : 'OK',
          at + Math.floor(k / 10) * dayMs + (k % 10) * second + (i === 1 ? 30 * second : 0),
          k % 10,
        ),
      );
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
    const { stationId, partId, verdict, window, sequence, name = '' } = filter;
    const rows = (await store.rows()).filter(
      (row) =>
        row.stationId === (stationId ?? row.stationId) &&
        row.partId === (partId ?? row.partId) &&
        row.verdict === (verdict ?? row.verdict) &&
        row.sequence === (sequence ?? row.sequence) &&
        row.name.startsWith(name) &&
        row.capturedAt >= (window?.startAt ?? 0) &&
        row.capturedAt < (window?.endAt ?? Number.POSITIVE_INFINITY),
    );
    rows.sort((a, b) => a.capturedAt - b.capturedAt || a.id - b.id);
    if (direction === 'older') rows.reverse();
    return rows.map(({ id }) => id);
  }

  const window = { startAt: at + dayMs, endAt: at + 4 * dayMs };
  test.each<[string, (ids: { station: number; part: number }) => ListFilter]>([
    ['one COUNT', () => ({ sequence: 3 })],
    ['COUNT 0', () => ({ sequence: 0 })],
    ['one COUNT of a station', ({ station }) => ({ sequence: 3, stationId: station })],
    ['one COUNT of a model', ({ part }) => ({ sequence: 3, partId: part })],
    ['one COUNT that is NG', () => ({ sequence: 5, verdict: 'NG' })],
    ['one COUNT in a window', () => ({ sequence: 3, window })],
    [
      'one COUNT of a station, model, verdict and window',
      (ids) => ({
        sequence: 3,
        stationId: ids.station,
        partId: ids.part,
        verdict: 'OK',
        window,
      }),
    ],
    ['names of one day', () => ({ name: 'OK-20261121-' })],
    ['names of one verdict', () => ({ name: 'NG-' })],
    ['names of a station', ({ station }) => ({ name: 'OK-2026112', stationId: station })],
    ['names of a model', ({ part }) => ({ name: 'OK-2026112', partId: part })],
    ['names of a verdict and a COUNT', () => ({ name: 'OK-', verdict: 'OK', sequence: 4 })],
    ['names in a window', () => ({ name: 'O', window })],
  ])('pages of %s lose and repeat nothing in either direction', async (_what, filterOf) => {
    await recordDays();
    const { names } = store.reads;
    const filter = filterOf({ station: names.findStationId('S9')!, part: names.findPartId('OR-3CT')! });
    for (const direction of ['older', 'newer'] as const) {
      const expected = await expectedIds(filter, direction);
      expect(expected.length).toBeGreaterThan(2);
      expect((await readAll(filter, direction, 2)).map(({ id }) => id)).toEqual(expected);
    }
  });

  const namesFound = async (name: string) =>
    (await store.reads.inspections.list({ name }, { limit: 50 })).map((image) => image.name).sort();

  test('no character of a name is a wildcard, and capitals are capitals', async () => {
    const names = ['a%b.jpg', 'a_b.jpg', 'axb.jpg', 'A%b.jpg', "a'b.jpg", 'a\\b.jpg', 'a.jpg', 'ab.jpg'];
    await store.found(
      'S9/OR-3CT',
      names.map((name, i) => unmatchedFile(name, at + i * second)),
    );
    expect(await namesFound('a%')).toEqual(['a%b.jpg']);
    expect(await namesFound('a_')).toEqual(['a_b.jpg']);
    expect(await namesFound("a'")).toEqual(["a'b.jpg"]);
    expect(await namesFound('a\\')).toEqual(['a\\b.jpg']);
    expect(await namesFound('A')).toEqual(['A%b.jpg']);
    expect(await namesFound('a.jpg')).toEqual(['a.jpg']);
    expect(await namesFound('b')).toEqual([]);
    expect(await namesFound('a')).toHaveLength(7);
  });

  test('a name is found in either spelling of its accents, whichever the disk has', async () => {
    const [composed, decomposed] = ['é1 검사.jpg', 'é2 검사.jpg'].map((name, i) =>
      name.normalize(i === 0 ? 'NFC' : 'NFD'),
    ) as [string, string];
    await store.found('S9/OR-3CT', [unmatchedFile(composed, at), unmatchedFile(decomposed, at)]);
    for (const form of ['NFC', 'NFD']) {
      expect(await namesFound('é1'.normalize(form))).toEqual([composed]);
      expect(await namesFound('é2 검'.normalize(form))).toEqual([decomposed]);
      expect(await namesFound('é'.normalize(form))).toHaveLength(2);
    }
    const { total, images } = await store.reads.inspections.findNamed('é', {}, 1);
    expect([total, images.length]).toEqual([2, 1]);
  });

  test('among thousands of folders a name is found by its time, also where that was not believed', async () => {
    const { directories } = store.db.tables;
    await store.found('S9/OR-3CT', [imageFile('OK', at, 1)]);
    const { stationId, partId } = store.reads.folders.find(store.rootId, 'S9/OR-3CT')!;
    const folders = Array.from({ length: 2_500 }, (_, i) => ({
      rootId: store.rootId,
      path: `S9/OR-3CT/${i}`,
      stationId,
      partId,
    }));
    for (let from = 0; from < folders.length; from += 500)
      await store.db.tx((q) => q.insert(directories).values(folders.slice(from, from + 500)));
    await store.reads.folders.refresh();
    await store.found('S9/OR-3CT/2400', [imageFile('OK', at, 1)]);
    await store.found('S9/OR-3CT/2300', [
      imageFile('OK', at, 1, { capturedAt: at - 3_600_000, namedAt: at }),
      unmatchedFile('board.jpg', at),
    ]);
    expect(await namesFound('OK-20261121-100000')).toHaveLength(3);
    expect(await namesFound('OK-20261121-10')).toHaveLength(3);
    expect(await namesFound('board')).toEqual(['board.jpg']);
    expect(await namesFound('board-20261121-100000')).toEqual([]);
  });

  test('more namesakes than can be sorted are counted no further, and a list of them is refused', async () => {
    const files = Array.from({ length: maxNamesakes + 5 }, (_, i) => imageFile('OK', at + i * second, i));
    for (let from = 0; from < files.length; from += 1000)
      await store.found('S9/OR-3CT', files.slice(from, from + 1000));
    const found = await store.reads.inspections.findNamed('OK-', {}, 5);
    expect(found).toEqual({ total: maxNamesakes + 1, images: [] });
    await expect(store.reads.inspections.list({ name: 'OK-' }, { limit: 5 })).rejects.toThrow(
      /More than 5000 file names begin with "OK-"\. Give more of the name\./,
    );
    const [newest] = files.slice(-1);
    expect(await namesFound(newest!.name)).toEqual([newest!.name]);
  });
});

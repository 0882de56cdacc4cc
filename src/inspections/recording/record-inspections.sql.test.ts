import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testDialect } from '../../testing/databases.ts';
import {
  storeStartsAt as at,
  type InspectionStore,
  imageFile,
  openInspectionStore,
  unmatchedFile,
} from '../../testing/inspection-store.ts';

describe(`inspections recorded in ${testDialect}`, () => {
  let store: InspectionStore;
  beforeEach(async () => {
    store = await openInspectionStore(testDialect);
  });
  afterEach(() => store.db.close());

  async function onlyRow() {
    const rows = await store.rows();
    expect(rows).toHaveLength(1);
    return rows[0]!;
  }

  test('a batch is recorded with every fact of its files, and counted', async () => {
    const recorded = await store.found('S9/OR-3CT', [
      imageFile('OK', at, 1),
      imageFile('NG', at + 1000, 2, { sizeBytes: null, modifiedAt: null }),
      unmatchedFile('snapshot.png', at + 2000),
    ]);
    expect(recorded).toMatchObject({ added: 3, rejudged: 0, reread: 0, oldestAt: at, newestAt: at + 2000 });
    expect(await store.total()).toEqual({ ok: 1, ng: 1, unmatched: 1 });
    const [ok, ng, unmatched] = await store.rows();
    expect(ok).toMatchObject({
      name: 'OK-20261121-100000-1.jpg',
      capturedAt: at,
      verdict: 'OK',
      sequence: 1,
      sizeBytes: 1000,
      modifiedAt: at,
      foundAt: at,
      missingAt: null,
      revision: 0,
    });
    expect(ng).toMatchObject({ verdict: 'NG', sizeBytes: null, modifiedAt: null });
    expect(unmatched).toMatchObject({ verdict: null, sequence: null, capturedAt: at + 2000 });
  });

  test('recording a batch again changes nothing and reports no station', async () => {
    const batch = [imageFile('OK', at, 1), imageFile('NG', at, 2), unmatchedFile('x.jpg', at)];
    await store.found('S9/OR-3CT', batch);
    const before = await store.rows();
    store.clock.advance(60_000);
    const again = await store.found('S9/OR-3CT', batch);
    expect(again).toMatchObject({ added: 0, rejudged: 0, reread: 0, stationIds: [] });
    expect(await store.rows()).toEqual(before);
    expect(await store.total()).toEqual({ ok: 1, ng: 1, unmatched: 1 });
  });

  test('of a thousand files, some of them known, each is counted once', async () => {
    const files = Array.from({ length: 1000 }, (_, i) => imageFile('OK', at + i * 1000, i));
    await store.found('S9/OR-3CT', files.slice(300, 700));
    expect(await store.found('S9/OR-3CT', files)).toMatchObject({ added: 600, reread: 0 });
    expect(await store.total()).toEqual({ ok: 1000, ng: 0, unmatched: 0 });
  });

  test('a file renamed from OK to NG is one rejudged unit', async () => {
    await store.found('S9/OR-3CT', [imageFile('OK', at, 7)]);
    store.clock.advance(5000);
    expect(await store.found('S9/OR-3CT', [imageFile('NG', at, 7)])).toMatchObject({ added: 0, rejudged: 1 });
    expect(await onlyRow()).toMatchObject({
      name: 'NG-20261121-100000-7.jpg',
      verdict: 'NG',
      previousVerdict: 'OK',
      rejudgedAt: at + 5000,
      revision: 1,
    });
    expect(await store.total()).toEqual({ ok: 0, ng: 1, unmatched: 0 });
  });

  test('a file renamed to NG and back counts as OK again', async () => {
    for (const verdict of ['OK', 'NG', 'OK'] as const) {
      await store.found('S9/OR-3CT', [imageFile(verdict, at, 7)]);
    }
    expect(await onlyRow()).toMatchObject({ verdict: 'OK', previousVerdict: 'NG', revision: 2 });
    expect(await store.total()).toEqual({ ok: 1, ng: 0, unmatched: 0 });
  });

  test('of two files of one unit the newer one counts, whichever is found first', async () => {
    const ok = imageFile('OK', at, 7, { modifiedAt: at + 1000 });
    const ng = imageFile('NG', at, 7, { modifiedAt: at + 2000 });
    for (const file of [ok, ng]) store.disk.set(`S9/OR-3CT/${file.name}`, file.modifiedAt!);
    await store.found('S9/OR-3CT', [ng]);
    expect(await store.found('S9/OR-3CT', [ok])).toMatchObject({ rejudged: 0, stationIds: [] });
    expect((await onlyRow()).verdict).toBe('NG');
    await store.found('S4/OR-3CT', [ok]);
    for (const file of [ok, ng]) store.disk.set(`S4/OR-3CT/${file.name}`, file.modifiedAt!);
    expect(await store.found('S4/OR-3CT', [ng])).toMatchObject({ rejudged: 1 });
    expect(await store.total()).toEqual({ ok: 0, ng: 2, unmatched: 0 });
  });

  test('a unit taken over several times at once moves its counts once', async () => {
    await store.found('S9/OR-3CT', [imageFile('OK', at, 7)]);
    const later = imageFile('NG', at, 7, { modifiedAt: at + 1000 });
    await Promise.all([1, 2, 3].map(() => store.found('S9/OR-3CT', [later])));
    expect(await store.total()).toEqual({ ok: 0, ng: 1, unmatched: 0 });
    expect((await onlyRow()).revision).toBe(1);
  });

  test('a file moved to another folder of its part keeps its row and verdict', async () => {
    await store.found('S9/OR-3CT/monday', [imageFile('OK', at, 7)]);
    expect(await store.found('S9/OR-3CT/tuesday', [imageFile('OK', at, 7)])).toMatchObject({
      added: 0,
      rejudged: 0,
      reread: 1,
    });
    expect((await onlyRow()).rejudgedAt).toBeNull();
    expect(await store.total()).toEqual({ ok: 1, ng: 0, unmatched: 0 });
  });

  test('an overwritten file gets new image addresses and keeps its counts', async () => {
    await store.found('S9/OR-3CT', [imageFile('OK', at, 7)]);
    const larger = imageFile('OK', at, 7, { sizeBytes: 2000, modifiedAt: at + 9000 });
    expect(await store.found('S9/OR-3CT', [larger])).toMatchObject({ reread: 1 });
    expect(await onlyRow()).toMatchObject({ revision: 1, sizeBytes: 2000, modifiedAt: at + 9000 });
    expect(await store.total()).toEqual({ ok: 1, ng: 0, unmatched: 0 });
  });

  test('an old image recorded by name alone is reread when it is overwritten', async () => {
    const byName = { sizeBytes: null, modifiedAt: null };
    await store.found('S9/OR-3CT', [imageFile('OK', at - 86_400_000, 7, byName)]);
    const now = imageFile('OK', at - 86_400_000, 7, { modifiedAt: at + 5000 });
    expect(await store.found('S9/OR-3CT', [now])).toMatchObject({ reread: 1 });
    expect(await onlyRow()).toMatchObject({ revision: 1, sizeBytes: 1000 });
  });

  test('the first look at an old image adds its size and keeps its address', async () => {
    const byName = { sizeBytes: null, modifiedAt: null };
    await store.found('S9/OR-3CT', [imageFile('OK', at - 86_400_000, 7, byName)]);
    const same = imageFile('OK', at - 86_400_000, 7);
    expect(await store.found('S9/OR-3CT', [same])).toMatchObject({ reread: 0, stationIds: [] });
    expect(await onlyRow()).toMatchObject({ revision: 0, sizeBytes: 1000, modifiedAt: at - 86_400_000 });
  });

  test('an overwritten unmatched file moves its counts to its new time', async () => {
    const day = 86_400_000;
    await store.found('S9/OR-3CT', [unmatchedFile('x.jpg', at)]);
    await store.found('S9/OR-3CT', [unmatchedFile('x.jpg', at + day)]);
    expect((await onlyRow()).capturedAt).toBe(at + day);
    const [count] = await store.reads.counts.countByPart({ startAt: at + day - 60_000, endAt: at + day + 1 });
    expect(count).toMatchObject({ unmatched: 1 });
    expect(await store.total()).toEqual({ ok: 0, ng: 0, unmatched: 1 });
  });

  test('a vanished file keeps its row and its counts, and is no longer missing when it returns', async () => {
    const file = imageFile('OK', at, 7);
    await store.found('S9/OR-3CT', [file]);
    store.clock.advance(9000);
    const gone = await store.missing('S9/OR-3CT', [file.name, 'never-there.jpg']);
    expect(gone).toMatchObject({ missing: 1, newestAt: at });
    expect(gone.stationIds).toHaveLength(1);
    expect(await onlyRow()).toMatchObject({ missingAt: at + 9000 });
    expect(await store.missing('S9/OR-3CT', [file.name])).toMatchObject({ missing: 0, stationIds: [] });
    expect(await store.found('S9/OR-3CT', [file])).toMatchObject({ added: 0, reread: 1 });
    expect(await onlyRow()).toMatchObject({ missingAt: null, revision: 0 });
    expect(await store.total()).toEqual({ ok: 1, ng: 0, unmatched: 0 });
  });

  test('a file that returned unopened keeps its size and gets a new address', async () => {
    const file = imageFile('OK', at, 7);
    await store.found('S9/OR-3CT', [file]);
    await store.missing('S9/OR-3CT', [file.name]);
    await store.found('S9/OR-3CT', [{ ...file, sizeBytes: null, modifiedAt: null }]);
    expect(await onlyRow()).toMatchObject({ missingAt: null, sizeBytes: 1000, modifiedAt: at, revision: 1 });
  });

  test('missing files of an unknown folder are skipped', async () => {
    expect(await store.missing('S1/none', ['x.jpg'])).toMatchObject({ missing: 0, stationIds: [] });
  });

  test('hostile names are stored unchanged', async () => {
    const names = [
      `'; drop table inspections; --.jpg`,
      '<img src=x onerror=alert(1)>.png',
      'line\r\nbreak\t.jpg',
      '‮gpj.exe.jpg',
      '검사-이미지.png',
      `${'가'.repeat(83)}.jpg`,
      '%2e%2e%2f.jpg',
    ];
    const files = names.map((name, i) => unmatchedFile(name, at + i));
    expect(await store.found(`S9"/'P`, files)).toMatchObject({ added: names.length });
    expect((await store.rows()).map(({ name }) => name)).toEqual(names);
    expect(await store.found(`S9"/'P`, files)).toMatchObject({ added: 0 });
    expect(store.reads.names.listStations().map(({ name }) => name)).toEqual(['S9"']);
  });

  test('a batch that cannot be counted is not recorded', async () => {
    await store.found('S9/OR-3CT', [imageFile('OK', at, 1)]);
    const before = await store.rows();
    const broken = { ...imageFile('OK', at + 1000, 2), capturedAt: Number.NaN };
    const failing = store.found('S9/OR-3CT', [imageFile('NG', at, 3), broken]);
    await expect(failing).rejects.toThrow();
    expect(await store.rows()).toEqual(before);
    expect(await store.total()).toEqual({ ok: 1, ng: 0, unmatched: 0 });
    await store.found('S9/OR-3CT', [imageFile('NG', at, 3)]);
    expect(await store.total()).toEqual({ ok: 1, ng: 1, unmatched: 0 });
  });
});

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

  test('a file renamed from OK to NG is one image judged again', async () => {
    await store.found('S9/OR-3CT', [imageFile('OK', at, 7, { inode: 70 })]);
    store.clock.advance(5000);
    const renamed = imageFile('NG', at, 7, { inode: 70 });
    expect(await store.found('S9/OR-3CT', [renamed])).toMatchObject({ added: 0, rejudged: 1 });
    expect(await onlyRow()).toMatchObject({
      name: 'NG-20261121-100000-7.jpg',
      verdict: 'NG',
      previousVerdict: 'OK',
      rejudgedAt: at + 5000,
      revision: 1,
    });
    expect(await store.total()).toEqual({ ok: 0, ng: 1, unmatched: 0 });
    expect(await store.missing('S9/OR-3CT', ['OK-20261121-100000-7.jpg'])).toMatchObject({ missing: 0 });
  });

  test('a file renamed to NG and back counts as OK again', async () => {
    for (const verdict of ['OK', 'NG', 'OK'] as const) {
      await store.found('S9/OR-3CT', [imageFile(verdict, at, 7, { inode: 70 })]);
    }
    expect(await onlyRow()).toMatchObject({ verdict: 'OK', previousVerdict: 'NG', revision: 2 });
    expect(await store.total()).toEqual({ ok: 1, ng: 0, unmatched: 0 });
  });

  test('a temporary name that is renamed into place is one image at the time of its last name', async () => {
    await store.found('S9/OR-3CT', [unmatchedFile('cam_7.jpg', at + 60_000, { inode: 70 })]);
    const named = imageFile('OK', at, 7, { inode: 70, modifiedAt: at + 60_000 });
    expect(await store.found('S9/OR-3CT', [named])).toMatchObject({ added: 0, rejudged: 0, reread: 1 });
    expect(await onlyRow()).toMatchObject({ capturedAt: at, verdict: 'OK', rejudgedAt: null });
    expect(await store.total()).toEqual({ ok: 1, ng: 0, unmatched: 0 });
  });

  test('a rename is recognised when the loss of the old name is noticed first, or after a restart', async () => {
    const old = imageFile('OK', at, 7, { inode: 70 });
    const renamed = imageFile('NG', at, 7, { inode: 70 });
    await store.found('S9/OR-3CT', [old]);
    await store.missing('S9/OR-3CT', [old.name]);
    expect(await store.found('S9/OR-3CT', [renamed])).toMatchObject({ added: 0, rejudged: 1 });

    await store.found('S4/OR-3CT', [old]);
    store.restart();
    expect(await store.found('S4/OR-3CT', [renamed])).toMatchObject({ added: 0, rejudged: 1 });
    expect(await store.missing('S4/OR-3CT', [old.name])).toMatchObject({ missing: 0 });
    expect(await store.rows()).toHaveLength(2);
    expect(await store.total()).toEqual({ ok: 0, ng: 2, unmatched: 0 });
  });

  test('without numbers on the disk, a new verdict of the same unit is a rename once its old file is gone', async () => {
    for (const sequence of [7, null]) {
      const folder = `S${sequence ?? 0}/OR-3CT`;
      const old = imageFile('OK', at, 7, { sequence });
      store.disk.add(`${folder}/${old.name}`);
      await store.found(folder, [old]);
      store.clock.advance(60_000);
      await store.found(folder, [imageFile('NG', at, 7, { sequence })]);
      store.disk.clear();
      expect(await store.missing(folder, [old.name])).toMatchObject({ missing: 0, rejudged: 1 });
    }
    expect(await store.total()).toEqual({ ok: 0, ng: 2, unmatched: 0 });
  });

  test('so it is where the names are ahead of the clock, and where the clock catches up meanwhile', async () => {
    const namedAt = at + 30_000;
    const old = imageFile('OK', at, 7, { namedAt });
    store.disk.add(`S9/OR-3CT/${old.name}`);
    await store.found('S9/OR-3CT', [old]);
    store.clock.advance(5_000);
    const renamed = imageFile('NG', at + 5_000, 7, { namedAt });
    store.disk.clear();
    store.disk.add(`S9/OR-3CT/${renamed.name}`);
    await store.found('S9/OR-3CT', [renamed]);
    expect(await store.missing('S9/OR-3CT', [old.name])).toMatchObject({ missing: 0, rejudged: 1 });
    expect(await store.rows()).toMatchObject([{ verdict: 'NG', capturedAt: at, namedAt }]);
    store.clock.advance(60_000);
    const back = imageFile('OK', namedAt, 7, {});
    store.disk.clear();
    await store.found('S9/OR-3CT', [back]);
    expect(await store.missing('S9/OR-3CT', [renamed.name])).toMatchObject({ missing: 0, rejudged: 1 });
    expect(await store.rows()).toMatchObject([{ verdict: 'OK', capturedAt: namedAt, namedAt: null }]);
    expect(await store.total()).toEqual({ ok: 1, ng: 0, unmatched: 0 });
  });

  test('two files are two images: of two cameras, endings, or equal second and COUNT', async () => {
    await store.found('S9/OR-3CT/cam1', [imageFile('NG', at, 7, { inode: 1 })]);
    await store.found('S9/OR-3CT/cam2', [imageFile('OK', at, 7, { inode: 2 })]);
    await store.found('S9/OR-3CT', [
      imageFile('OK', at, 7, { inode: 3 }),
      imageFile('OK', at, 7, { inode: 4, name: 'OK-20261121-100000-7.png' }),
      imageFile('OK', at, 7, { inode: 5, name: 'OK-20261121-100000-7.JPG' }),
    ]);
    expect(await store.total()).toEqual({ ok: 4, ng: 1, unmatched: 0 });
    store.clock.advance(60_000);
    // Deleting one of two is a loss, not a new verdict.
    const gone = await store.missing('S9/OR-3CT/cam1', ['NG-20261121-100000-7.jpg']);
    expect(gone).toMatchObject({ missing: 1, rejudged: 0 });
    expect(await store.total()).toEqual({ ok: 4, ng: 1, unmatched: 0 });
  });

  test('a file renamed and touched is still one image, because its name tells the same unit', async () => {
    await store.found('S9/OR-3CT', [imageFile('OK', at, 7, { inode: 70 })]);
    const touched = imageFile('NG', at, 7, { inode: 70, modifiedAt: at + 90_000 });
    expect(await store.found('S9/OR-3CT', [touched])).toMatchObject({ added: 0, rejudged: 1 });
    expect(await store.total()).toEqual({ ok: 0, ng: 1, unmatched: 0 });
  });

  test('an image found beside one that was deleted long ago is another image', async () => {
    const byName = { sizeBytes: null, modifiedAt: null };
    await store.found('S9/OR-3CT/cam1', [imageFile('OK', at, 7, byName)]);
    await store.missing('S9/OR-3CT/cam1', ['OK-20261121-100000-7.jpg']);
    await store.found('S9/OR-3CT/cam2', [imageFile('OK', at, 1, byName)]);
    store.restart();
    store.clock.advance(3_600_000);
    expect(await store.found('S9/OR-3CT/cam2', [imageFile('NG', at, 7, byName)])).toMatchObject({ added: 1 });
    expect(await store.total()).toEqual({ ok: 2, ng: 1, unmatched: 0 });
  });

  test('the number of a deleted file given to the next one does not join them', async () => {
    await store.found('S9/OR-3CT', [imageFile('OK', at, 7, { inode: 70 })]);
    await store.found('S9/OR-3CT', [imageFile('OK', at + 1000, 8, { inode: 70 })]);
    await store.missing('S9/OR-3CT', ['OK-20261121-100000-7.jpg']);
    expect(await store.total()).toEqual({ ok: 2, ng: 0, unmatched: 0 });
  });

  test('a second name of a file that is still there is a second image', async () => {
    store.disk.add('S9/OR-3CT/OK-20261121-100000-7.jpg');
    await store.found('S9/OR-3CT', [imageFile('OK', at, 7, { inode: 70 })]);
    await store.found('S9/OR-3CT', [imageFile('NG', at, 7, { inode: 70 })]);
    expect(await store.total()).toEqual({ ok: 1, ng: 1, unmatched: 0 });
  });

  test('a file renamed back while its other name was on the way is one image, under its first address', async () => {
    const name = 'OK-20261121-100000-7.jpg';
    store.disk.add(`S9/OR-3CT/${name}`);
    await store.found('S9/OR-3CT', [imageFile('OK', at, 7, { inode: 70 })]);
    const { id } = await onlyRow();
    const passing = imageFile('NG', at, 7, { inode: 70 });
    await store.found('S9/OR-3CT', [passing]);
    expect(await store.missing('S9/OR-3CT', [passing.name])).toMatchObject({ missing: 0 });
    expect(await onlyRow()).toMatchObject({ id, name, verdict: 'OK', missingAt: null });
    expect(await store.total()).toEqual({ ok: 1, ng: 0, unmatched: 0 });
  });

  test('a rename found several times at once moves its counts once', async () => {
    await store.found('S9/OR-3CT', [imageFile('OK', at, 7, { inode: 70 })]);
    const renamed = imageFile('NG', at, 7, { inode: 70 });
    await Promise.all([1, 2, 3].map(() => store.found('S9/OR-3CT', [renamed])));
    expect(await store.total()).toEqual({ ok: 0, ng: 1, unmatched: 0 });
    expect((await onlyRow()).revision).toBe(1);
  });

  test('a file moved to another folder of its station keeps its row and verdict', async () => {
    await store.found('S9/OR-3CT/monday', [imageFile('OK', at, 7, { inode: 70 })]);
    expect(await store.found('S9/OR-3CT/tuesday', [imageFile('OK', at, 7, { inode: 70 })])).toMatchObject({
      added: 0,
      rejudged: 0,
      reread: 1,
    });
    expect((await onlyRow()).rejudgedAt).toBeNull();
    expect(await store.total()).toEqual({ ok: 1, ng: 0, unmatched: 0 });
  });

  test('stations without models keep their images apart', async () => {
    await store.found('NM1', [imageFile('NG', at, 1), imageFile('OK', at + 5000, 2)]);
    await store.found('NM2', [imageFile('OK', at, 1), imageFile('OK', at + 5000, 2)]);
    await store.found('', [imageFile('OK', at, 9)]);
    const counts = await store.reads.counts.countByPart({ startAt: 0, endAt: at * 2 });
    const shown = counts.map(({ stationId, partId, ok, ng }) => [
      store.reads.names.stationName(stationId),
      store.reads.names.partName(partId),
      ok,
      ng,
    ]);
    expect(shown.sort()).toEqual([
      ['NM1', '–', 1, 1],
      ['NM2', '–', 2, 0],
      ['Unknown', 'Unknown', 1, 0],
    ]);
  });

  test('both Unicode forms of a name are one station, whose files keep their own names', async () => {
    await store.found('Prüfstand-é/검사'.normalize('NFD'), [imageFile('OK', at, 1)]);
    await store.found('Prüfstand-é/검사'.normalize('NFC'), [imageFile('OK', at, 2)]);
    const { names, folders } = store.reads;
    expect(names.listStations().map(({ name }) => name)).toEqual(['Prüfstand-é'.normalize('NFC')]);
    expect(names.findStationId('Prüfstand-é'.normalize('NFD'))).toBeDefined();
    expect(folders.list()).toHaveLength(2);
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

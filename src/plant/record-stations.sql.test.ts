import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hourMs } from '../kernel/time/durations.ts';
import { testDialect } from '../testing/databases.ts';
import {
  storeStartsAt as at,
  type InspectionStore,
  imageFile,
  openInspectionStore,
} from '../testing/inspection-store.ts';
import { createPlantNames } from './names.ts';
import { createRecordStations, type RecordStations } from './record-stations.ts';

describe(`changes of stations in ${testDialect}`, () => {
  let store: InspectionStore;
  let record: RecordStations;
  let changes: number;

  beforeEach(async () => {
    store = await openInspectionStore(testDialect);
    changes = 0;
    record = createRecordStations({
      db: store.db,
      clock: store.clock,
      siteId: store.reads.sites.own.id,
      names: store.reads.names,
      onChanged: () => {
        changes += 1;
      },
    });
    await store.found('S9/OR-3CT', [imageFile('OK', at - 50_000, 1), imageFile('NG', at - 40_000, 2)]);
    await store.found('S4/OR-3CT', [imageFile('OK', at - 30_000, 1)]);
    await store.found('S4/OR-2CT', [imageFile('NG', at - 20_000, 5)]);
  });
  afterEach(() => store.db.close());

  const idOf = (name: string) => store.reads.names.findStationId(name)!;
  const shown = () => store.reads.names.listStations().map(({ name }) => name);
  const countsOf = async (name: string) => {
    const window = { startAt: at - hourMs, endAt: at };
    const rows = await store.reads.counts.countByPart(window, { stationId: idOf(name) });
    return rows.map(({ stationId, ok, ng }) => [store.reads.names.stationName(stationId), ok, ng]);
  };
  /** Names as another process, or this one after a restart, reads them. */
  const afterRestart = () => createPlantNames(store.db, store.clock, store.reads.sites);

  test('a renamed folder renames its station, but not one that a person named, and never into another', async () => {
    const { names } = store.reads;
    const [s9, s4] = [idOf('S9'), idOf('S4')];
    expect(await names.moveSource(s9, { from: 'S9', to: 'Line 9' })).toBe(true);
    expect([shown(), names.findStationId('S9')]).toEqual([['Line 9', 'S4'], undefined]);
    await record.rename(s4, 'Press 4');
    expect(await names.moveSource(s4, { from: 'S4', to: 'S5' })).toBe(true);
    expect(shown()).toEqual(['Line 9', 'Press 4']);
    const again = await afterRestart();
    expect([again.findSource('S5'), again.findSource('S4')]).toEqual([s4, undefined]);
    for (const to of ['Press 4', 'S5'])
      expect(await names.moveSource(s9, { from: 'Line 9', to })).toBe(false);
    expect(await again.ensureStation('S9')).not.toBe(s9);
  });

  test('a renamed station keeps its folder, its counts and its old address', async () => {
    const id = idOf('S9');
    expect(await record.rename(id, '  Press 4 ')).toBeUndefined();
    expect(changes).toBe(1);
    expect(shown()).toEqual(['Press 4', 'S4']);
    expect([idOf('S9'), idOf('Press 4')]).toEqual([id, id]);
    await store.found('S9/OR-3CT', [imageFile('NG', at - 10_000, 3)]);
    expect(await countsOf('Press 4')).toEqual([['Press 4', 1, 2]]);
    const [newest] = await store.reads.inspections.list({ stationId: id }, { limit: 1 });
    expect([newest?.station, newest?.path.split('/')[0]]).toEqual(['Press 4', 'S9']);
    const names = await afterRestart();
    expect(await names.ensureStation('S9')).toBe(id);
    expect(names.stationName(id)).toBe('Press 4');
  });

  test('a station may be renamed again, and back', async () => {
    const id = idOf('S9');
    for (const name of ['A', 'B', 'S9', 'A']) expect(await record.rename(id, name)).toBeUndefined();
    expect(shown()).toEqual(['A', 'S4']);
    expect(['A', 'B', 'S9'].map(idOf)).toEqual([id, id, id]);
    expect((await afterRestart()).listStationRows()[0]?.aliases.toSorted()).toEqual(['A', 'B', 'S9']);
  });

  test.each(['', '   ', 'a/b', '..', '.', 'x'.repeat(101), 'a\nb'])(
    'the name %j is refused',
    async (name) => {
      expect(await record.rename(idOf('S9'), name)).toEqual({ key: 'badName' });
      expect(shown()).toEqual(['S4', 'S9']);
    },
  );

  test('a name that means another station is refused with that station, former names too', async () => {
    expect(await record.rename(idOf('S9'), 'S4')).toEqual({ key: 'taken', by: 'S4' });
    await record.rename(idOf('S4'), 'Press 4');
    expect(await record.rename(idOf('S9'), 'S4')).toEqual({ key: 'taken', by: 'Press 4' });
    expect(changes).toBe(1);
  });

  test('merged stations are one on every read, and each keeps its own facts', async () => {
    const [s9, s4] = [idOf('S9'), idOf('S4')];
    const before = await store.total();
    expect(await record.merge(s4, s9)).toBeUndefined();
    expect(shown()).toEqual(['S9']);
    expect(idOf('S4')).toBe(s9);
    expect((await countsOf('S4')).toSorted()).toEqual([
      ['S9', 0, 1],
      ['S9', 2, 1],
    ]);
    expect(await store.total()).toEqual(before);
    const list = await store.reads.inspections.list({ stationId: s9 }, { limit: 10 });
    expect(list.map(({ station, path }) => [station, path.split('/')[0]])).toEqual([
      ['S9', 'S4'],
      ['S9', 'S4'],
      ['S9', 'S9'],
      ['S9', 'S9'],
    ]);
    expect(await store.reads.inspections.findLastSeenAt(s9)).toBe(at - 20_000);
    expect((await store.reads.states.read(s9)).lastSeenAt).toBe(at - 20_000);
    const rows = await store.rows();
    expect(new Set(rows.map(({ stationId }) => stationId))).toEqual(new Set([s9, s4]));
    // Images that come later are still facts of their own station.
    await store.found('S4/OR-3CT', [imageFile('OK', at - 5_000, 9)]);
    expect((await store.rows()).at(-1)?.stationId).toBe(s4);
    expect((await store.reads.inspections.list({ stationId: s9 }, { limit: 1 }))[0]?.station).toBe('S9');
    expect(await record.separate(s4)).toBeUndefined();
    expect(shown()).toEqual(['S4', 'S9']);
    expect(await countsOf('S9')).toEqual([['S9', 1, 1]]);
  });

  test('a merge takes along what was merged before, and never goes in a circle', async () => {
    await store.found('S1/OR-3CT', [imageFile('OK', at - 1_000, 1)]);
    const [s1, s4, s9] = ['S1', 'S4', 'S9'].map(idOf) as [number, number, number];
    await record.merge(s4, s9);
    expect(await record.merge(s9, s4)).toEqual({ key: 'itself' });
    expect(await record.merge(s4, s1)).toEqual({ key: 'merged' });
    expect(await record.merge(s9, s9)).toEqual({ key: 'itself' });
    await record.merge(s9, s1);
    expect(store.reads.names.groupOf(s4).toSorted()).toEqual([s1, s4, s9].toSorted());
    expect(['S1', 'S4', 'S9'].map(idOf)).toEqual([s1, s1, s1]);
  });

  test('a hidden station is on no list, is counted as before, and can be shown again', async () => {
    const id = idOf('S4');
    await record.setHidden(id, true);
    expect(shown()).toEqual(['S9']);
    expect(await countsOf('S4')).toHaveLength(2);
    await store.found('S4/OR-3CT', [imageFile('OK', at - 5_000, 9)]);
    expect((await afterRestart()).listStations().map(({ name }) => name)).toEqual(['S9']);
    await record.setHidden(id, false);
    expect(shown()).toEqual(['S4', 'S9']);
  });

  test('a station that does not exist is not changed', async () => {
    const gone = { key: 'gone' };
    expect(await record.rename(999, 'X')).toEqual(gone);
    expect(await record.merge(999, idOf('S9'))).toEqual(gone);
    expect(await record.merge(idOf('S9'), Number.NaN)).toEqual({ key: 'noTarget' });
    expect(await record.separate(999)).toEqual(gone);
    expect(await record.setHidden(999, true)).toEqual(gone);
    expect(changes).toBe(0);
  });
});

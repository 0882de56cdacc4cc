import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '../schema/db.ts';
import { openTestDb, testDialect } from '../testing/databases.ts';
import { createTestClock } from '../testing/test-clock.ts';
import { createPlantNames } from './names.ts';
import { createSites } from './sites.ts';

const clock = createTestClock(0);
const busan = { name: 'busan', title: 'Busan plant', timeZone: 'Asia/Seoul' };
const gary = { name: 'gary', title: '', timeZone: 'America/Chicago' };

describe(`sites in ${testDialect}`, () => {
  let db: Db;
  beforeEach(async () => {
    db = await openTestDb(testDialect);
  });
  afterEach(() => db.close());

  test('processes of one site that start together share its row', async () => {
    const opened = await Promise.all([1, 2, 3].map(() => createSites(db, clock, busan)));
    expect(new Set(opened.map(({ own }) => own.id)).size).toBe(1);
    expect(opened[0]?.isSeveral()).toBe(false);
  });

  test('a site that starts later is known after the next look', async () => {
    const first = await createSites(db, clock, busan);
    const second = await createSites(db, clock, gary);
    expect(second.isSeveral()).toBe(true);
    expect(first.find('gary')).toBeUndefined();
    await first.refresh();
    expect(first.list().map(({ name }) => name)).toEqual(['busan', 'gary']);
    expect(first.wallClockOf(second.own.id).timeZone).toBe('America/Chicago');
    expect(first.wallClock.timeZone).toBe('Asia/Seoul');
  });

  test('a restart with another title or zone changes the row, and reports the zone before', async () => {
    await createSites(db, clock, busan);
    const again = await createSites(db, clock, { ...busan, title: 'Busan 2', timeZone: 'Asia/Tokyo' });
    expect(again.previousTimeZone).toBe('Asia/Seoul');
    expect(again.list()).toEqual([
      { id: again.own.id, name: 'busan', title: 'Busan 2', timeZone: 'Asia/Tokyo' },
    ]);
    expect(
      (await createSites(db, clock, { ...busan, timeZone: 'Asia/Tokyo' })).previousTimeZone,
    ).toBeUndefined();
  });

  test('stations of one name at two sites are two, and each process finds its own', async () => {
    const [a, b] = [await createSites(db, clock, busan), await createSites(db, clock, gary)];
    const namesA = await createPlantNames(db, clock, a);
    const namesB = await createPlantNames(db, clock, b);
    const [idA, idB] = [await namesA.ensureStation('S4'), await namesB.ensureStation('S4')];
    expect(idA).not.toBe(idB);
    await namesA.refresh();
    expect(namesA.findStationId('S4')).toBe(idA);
    expect(namesA.findStationId('S4', b.own.id)).toBe(idB);
    expect(namesA.siteIdOf(idB)).toBe(b.own.id);
    expect(namesA.listStations().map(({ id }) => id)).toEqual([idA, idB]);
    expect(namesA.listStations(b.own.id)).toEqual([{ id: idB, siteId: b.own.id, name: 'S4' }]);
  });

  test('a model is the same at every site', async () => {
    const namesA = await createPlantNames(db, clock, await createSites(db, clock, busan));
    const namesB = await createPlantNames(db, clock, await createSites(db, clock, gary));
    expect(await namesA.ensurePart('OR-3CT')).toBe(await namesB.ensurePart('OR-3CT'));
  });
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '../schema/db.ts';
import { openTestDb, testDialect } from '../testing/databases.ts';
import { openMainSite } from '../testing/main-site.ts';
import { createTestClock } from '../testing/test-clock.ts';
import { createPlantNames } from './names.ts';
import type { Sites } from './sites.ts';

const clock = createTestClock(0);

describe(`stations and models in ${testDialect}`, () => {
  let db: Db;
  let sites: Sites;
  beforeEach(async () => {
    db = await openTestDb(testDialect);
    sites = await openMainSite(db, clock);
  });
  afterEach(() => db.close());

  test('a name keeps its number, also when many ask at once and after a restart', async () => {
    const names = await createPlantNames(db, clock, sites);
    const ids = await Promise.all(['S9', 'S9', 'S4', 'S9'].map(names.ensureStation));
    expect(new Set([ids[0], ids[1], ids[3]]).size).toBe(1);
    expect(ids[2]).not.toBe(ids[0]);
    const again = await createPlantNames(db, clock, sites);
    expect(again.findStationId('S9')).toBe(ids[0]);
    expect(await again.ensureStation('S4')).toBe(ids[2]);
    expect(again.stationName(ids[0]!)).toBe('S9');
    expect(again.listStations()).toHaveLength(2);
  });

  test('a station and a model may have the same name', async () => {
    const names = await createPlantNames(db, clock, sites);
    await names.ensureStation('S9');
    expect(names.findPartId('S9')).toBeUndefined();
    const partId = await names.ensurePart('S9');
    expect(names.partName(partId)).toBe('S9');
    expect(names.listParts()).toEqual([{ id: partId, name: 'S9' }]);
  });

  test('names stand as people sort them', async () => {
    const names = await createPlantNames(db, clock, sites);
    for (const name of ['S10', 'Unknown', 'S9', 's7-D2', 'S2', '모델']) await names.ensureStation(name);
    const listed = names.listStations().map(({ name }) => name);
    expect(listed).toEqual(['S2', 's7-D2', 'S9', 'S10', 'Unknown', '모델']);
  });

  test('hostile names are kept to the letter', async () => {
    const names = await createPlantNames(db, clock, sites);
    const hostile = [`'; drop table stations; --`, '<b>', 'a\r\nb', 'x'.repeat(255), ' S9', 'S9'];
    for (const name of hostile) await names.ensureStation(name);
    const again = await createPlantNames(db, clock, sites);
    expect(new Set(again.listStations().map(({ name }) => name))).toEqual(new Set(hostile));
  });
});

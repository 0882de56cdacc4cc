import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '../../schema/db.ts';
import { openTestDb, testDialect } from '../../testing/databases.ts';
import { openMainSite } from '../../testing/main-site.ts';
import { createTestClock } from '../../testing/test-clock.ts';
import { createPlantNames } from '../names.ts';
import { createWorkers } from './workers.ts';
import { createWorkstations } from './workstations.ts';

const clock = createTestClock(0);

describe(`workers and workstations in ${testDialect}`, () => {
  let db: Db;
  let siteId: number;
  beforeEach(async () => {
    db = await openTestDb(testDialect);
    siteId = (await openMainSite(db, clock)).own.id;
  });
  afterEach(() => db.close());

  test('a workstation and the inspection station of the same name are two stations, and each keeps its name', async () => {
    const names = await createPlantNames(db, clock, await openMainSite(db, clock));
    const workstations = await createWorkstations(db, clock, () => {});
    const welding = await workstations.put(siteId, { code: 'S5', name: 'S4', type: 'welding' });
    const inspected = await names.ensureStation('S4');
    expect(inspected).not.toBe(welding.stationId);
    await names.refresh();
    expect(names.listStations().map(({ name }) => name)).toEqual(['S4']);
    expect(names.findStationId('S4')).toBe(inspected);
    expect(names.findStationId('S5')).toBeUndefined();
    expect(names.stationName(welding.stationId)).toBe('S4');
    expect(workstations.ofStation(welding.stationId)).toMatchObject({ code: 'S5', type: 'welding' });
  });

  test('two workstations of one name are told apart by their codes, and a code keeps its station', async () => {
    const workstations = await createWorkstations(db, clock, () => {});
    const first = await workstations.put(siteId, { code: 'S1', name: 'Assembly' });
    const second = await workstations.put(siteId, { code: 'S2', name: 'Assembly' });
    expect([first.name, second.name]).toEqual(['Assembly', 'Assembly (S2)']);
    const renamed = await workstations.put(siteId, { code: 'S1', name: 'Assembly 1' });
    expect(renamed).toMatchObject({ stationId: first.stationId, name: 'Assembly 1' });
    await workstations.put(siteId, { code: 'S10' });
    const again = await createWorkstations(db, clock, () => {});
    expect(again.list(siteId).map(({ code }) => code)).toEqual(['S1', 'S2', 'S10']);
  });

  test('a worker is added once, by whichever process, and renamed in place', async () => {
    let changes = 0;
    const workers = await createWorkers(db, clock, () => changes++);
    const other = await createWorkers(db, clock, () => {});
    const [alice] = await Promise.all([
      workers.put(siteId, { code: 'W1', name: 'Alice Johnson' }),
      other.put(siteId, { code: 'W1' }),
    ]);
    await workers.put(siteId, { code: 'W1' });
    expect(changes).toBe(1);
    await workers.put(siteId, { code: 'W1', name: 'Alice Brown' });
    await other.refresh();
    expect(other.list(siteId)).toEqual([{ id: alice.id, siteId, code: 'W1', name: 'Alice Brown' }]);
    expect(other.find(siteId + 1, 'W1')).toBeUndefined();
  });
});

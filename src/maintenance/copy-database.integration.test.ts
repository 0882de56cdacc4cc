import { afterAll, describe, expect, test } from 'vitest';
import { isMissing } from '../testing/database-servers.ts';
import { openTestDb } from '../testing/databases.ts';
import { imageFile, openInspectionStore, storeStartsAt } from '../testing/inspection-store.ts';
import { copyDatabase } from './copy-database.ts';

const files = Array.from({ length: 2500 }, (_, i) =>
  imageFile(i % 20 === 0 ? 'NG' : 'OK', storeStartsAt - i * 1000, i),
);

const servers = (['postgres', 'mariadb'] as const).filter((kind) => !isMissing(kind));

describe.each(servers)('from SQLite to %s', (server) => {
  const opened: { close(): Promise<void> }[] = [];
  afterAll(async () => {
    for (const db of opened) await db.close();
  });

  test('every row is copied and verified, and the next row gets a new id', async () => {
    const store = await openInspectionStore('sqlite');
    const target = await openTestDb(server);
    opened.push(store.db, target);
    await store.found('S4/검사 "모델"', files);
    const target98 = {
      siteId: 1,
      stationId: 0,
      partId: 0,
      fromAt: storeStartsAt,
      yield: 0.9815,
      setBy: '김',
    };
    await store.db.tx((q) => q.insert(store.db.tables.targets).values(target98));
    const copied = await copyDatabase(store.db, target, () => {});
    expect(copied.get('inspections')).toBe(2500);
    const { inspections, parts, stations, targets } = target.tables;
    expect(await target.read.select().from(inspections).orderBy(inspections.id)).toEqual(await store.rows());
    expect((await target.read.select().from(parts))[0]?.name).toBe('검사 "모델"');
    expect(await target.read.select().from(targets)).toMatchObject([target98]);
    await target.tx((q) => q.insert(stations).values({ siteId: 1, name: 'S99', createdAt: 0 }));
    const ids = (await target.read.select().from(stations)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    await expect(copyDatabase(store.db, target, () => {})).rejects.toMatchObject({ code: 'conflict' });
  });
});

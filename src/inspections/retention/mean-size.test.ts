import { expect, test } from 'vitest';
import type { Clock } from '../../kernel/time/clock.ts';
import { createSites } from '../../plant/sites.ts';
import type { Db } from '../../schema/db.ts';
import { openTestDb } from '../../testing/databases.ts';
import {
  type InspectionStore,
  imageFile,
  openStoreOn,
  storeStartsAt,
} from '../../testing/inspection-store.ts';
import { createMeanSize } from './mean-size.ts';

const openStore = (db: Db, name: string): Promise<InspectionStore> =>
  openStoreOn(db, (clock: Clock) => createSites(db, clock, { name, title: '', timeZone: 'UTC' }));

const meanSizeOf = ({ db, reads, rootId }: InspectionStore, from: Db = db) =>
  createMeanSize({
    db: from,
    folders: reads.folders,
    rootPath: (id) => (id === rootId ? '/data' : undefined),
  });

async function record(store: InspectionStore, count: number, sizeBytes: number, startAt = storeStartsAt) {
  const files = Array.from({ length: count }, (_, i) =>
    imageFile('OK', startAt + i * 1_000, i, { sizeBytes }),
  );
  await store.found('S9/OR-3CT', files);
}

test('images of another site on the same database do not count', async () => {
  const db = await openTestDb('sqlite');
  const busan = await openStore(db, 'busan');
  const albany = await openStore(db, 'albany');
  await record(busan, 5, 1_000);
  await record(albany, 5, 9_000_000);
  await record(busan, 5, 1_000, storeStartsAt + 3_600_000);
  expect(await meanSizeOf(busan)()).toBe(1_000);
  expect(await meanSizeOf(albany)()).toBe(9_000_000);
});

test('missing images do not count', async () => {
  const db = await openTestDb('sqlite');
  const store = await openStore(db, 'busan');
  await record(store, 600, 5_000);
  await db.tx((q) => q.update(db.tables.inspections).set({ missingAt: 1 }));
  await record(store, 60, 1_000, storeStartsAt + 86_400_000);
  expect(await meanSizeOf(store)()).toBe(1_000);
});

test('the size is measured again after a failure of the database', async () => {
  const db = await openTestDb('sqlite');
  const store = await openStore(db, 'busan');
  await record(store, 2, 1_000);
  let isAway = true;
  const away = {
    select: () => {
      throw new Error('The database is away');
    },
  };
  const meanSize = meanSizeOf(store, {
    ...db,
    get read() {
      return isAway ? (away as unknown as Db['read']) : db.read;
    },
  });
  await expect(meanSize()).rejects.toThrow('away');
  isAway = false;
  expect(await meanSize()).toBe(1_000);
});

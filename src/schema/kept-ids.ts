import { eq, max } from 'drizzle-orm';
import type { Queryable } from '../kernel/db/database.ts';
import { upsert } from '../kernel/db/write.ts';
import type { Db } from './db.ts';

/**
 * SQLite numbers a new row after the greatest that is there, so that the number of a removed last row would be given out
 * again. Browsers keep an image by its id for ever and walls name stations by theirs: there an old number must not come to
 * mean something new. Database servers never give a number out twice.
 */
export type KeptIds = 'inspectionIds' | 'liveImageIds' | 'stationIds';

function tableOf({ tables }: Db, name: KeptIds) {
  if (name === 'inspectionIds') return tables.inspections;
  return name === 'liveImageIds' ? tables.liveImages : tables.stations;
}

/** To be called in a transaction before rows are removed: notes the greatest id given out so far. */
export async function keepIds(db: Db, q: Queryable, siteId: number, name: KeptIds): Promise<void> {
  if (db.dialect !== 'sqlite') return;
  const { repairs } = db.tables;
  const table = tableOf(db, name);
  const [row] = await q.select({ id: max(table.id) }).from(table);
  const position = Math.max(row?.id ?? 0, (await lastKept(db, q, name)) ?? 0);
  await upsert(db.dialect, q, repairs, [{ siteId, name, position }], {
    target: [repairs.siteId, repairs.name],
    set: { position },
  });
}

/**
 * The id that the next row must get, for the transaction that inserts it; undefined where the database finds one by itself,
 * which is almost always: only the first row after a removal needs it.
 */
export async function nextKeptId(db: Db, q: Queryable, name: KeptIds): Promise<number | undefined> {
  if (db.dialect !== 'sqlite') return undefined;
  const kept = await lastKept(db, q, name);
  if (kept === undefined) return undefined;
  const table = tableOf(db, name);
  const [row] = await q.select({ id: max(table.id) }).from(table);
  return (row?.id ?? 0) < kept ? kept + 1 : undefined;
}

async function lastKept({ tables: { repairs } }: Db, q: Queryable, name: KeptIds) {
  const [row] = await q
    .select({ position: max(repairs.position) })
    .from(repairs)
    .where(eq(repairs.name, name));
  return row?.position ?? undefined;
}

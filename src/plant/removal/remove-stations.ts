import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import type { Db } from '../../schema/db.ts';
import { keepIds } from '../../schema/kept-ids.ts';

/** Tells a station that a removal took off the pages from one that a person hid. */
const hiddenByRemoval = 0;

/** Takes stations off the pages that are about to be removed. All of these functions run in a transaction of the caller's. */
export async function hideForRemoval(db: Db, q: Queryable, siteId: number, ids: readonly number[]) {
  const { stations } = db.tables;
  await keepIds(db, q, siteId, 'stationIds');
  const areShown = and(inArray(stations.id, [...ids]), isNull(stations.hiddenAt));
  if (ids.length > 0) await q.update(stations).set({ hiddenAt: hiddenByRemoval }).where(areShown);
}

/** Whether a removal took a station off the pages, because nothing else was found at it. */
export async function isHiddenForRemoval(
  { tables: { stations } }: Db,
  q: Queryable,
  id: number,
): Promise<boolean> {
  const [row] = await q.select({ hiddenAt: stations.hiddenAt }).from(stations).where(eq(stations.id, id));
  return row?.hiddenAt === hiddenByRemoval;
}

/** A station that was to be removed has something else, and is back on the pages. */
export async function showAfterRemoval({ tables: { stations } }: Db, q: Queryable, id: number) {
  const isOurs = and(eq(stations.id, id), eq(stations.hiddenAt, hiddenByRemoval));
  await q.update(stations).set({ hiddenAt: null }).where(isOurs);
}

/** Removes a station that no fact is left of, with its other names and its targets; those merged into it are separate again. */
export async function removeStation({ tables }: Db, q: Queryable, id: number): Promise<void> {
  const { stations, stationAliases, targets } = tables;
  await q.delete(stationAliases).where(eq(stationAliases.stationId, id));
  await q.delete(targets).where(eq(targets.stationId, id));
  await q.update(stations).set({ mergedInto: null }).where(eq(stations.mergedInto, id));
  await q.delete(stations).where(eq(stations.id, id));
}

/** Removes a model that no fact is left of, unless a person has set a target for it. */
export async function removePart({ tables }: Db, q: Queryable, id: number): Promise<void> {
  const { parts, targets } = tables;
  const [target] = await q
    .select({ partId: targets.partId })
    .from(targets)
    .where(eq(targets.partId, id))
    .limit(1);
  if (!target) await q.delete(parts).where(eq(parts.id, id));
}

import { eq } from 'drizzle-orm';
import type { Queryable } from '../kernel/db/database.ts';
import type { Db } from '../schema/db.ts';

/** Removes a station's alarms and the state of its tests, in a transaction of the caller's: a few hundred rows a week. */
export async function removeAlarms({ tables }: Db, q: Queryable, stationId: number): Promise<void> {
  const { alertEpisodes, stationTests, stationTestHours } = tables;
  await q.delete(alertEpisodes).where(eq(alertEpisodes.stationId, stationId));
  await q.delete(stationTests).where(eq(stationTests.stationId, stationId));
  await q.delete(stationTestHours).where(eq(stationTestHours.stationId, stationId));
}

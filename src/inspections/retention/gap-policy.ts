import { eq, inArray } from 'drizzle-orm';
import { createOldRowsPolicy } from '../../kernel/db/old-rows-policy.ts';
import type { RetentionPolicy } from '../../kernel/retention-policy.ts';
import type { Db } from '../../schema/db.ts';

/** Missing and repeated COUNT values of a site. Those of hours whose rows are deleted cannot be derived again. */
export function createGapPolicy(db: Db, siteId: number, days: number): RetentionPolicy {
  const { sequenceGaps, stations } = db.tables;
  const own = db.read.select({ id: stations.id }).from(stations).where(eq(stations.siteId, siteId));
  const where = inArray(sequenceGaps.stationId, own);
  return createOldRowsPolicy({ key: 'gaps', days, db, table: sequenceGaps, at: sequenceGaps.toAt, where });
}

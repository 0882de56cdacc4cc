import { eq, inArray } from 'drizzle-orm';
import { createOldRowsKind } from '../../kernel/db/old-rows.ts';
import type { RetentionKind } from '../../kernel/retention-kind.ts';
import type { Db } from '../../schema/db.ts';

/** Missing and repeated COUNT values of a site; those of hours whose inspections are gone are not worked out again. */
export function createGapKind(db: Db, siteId: number, days: number): RetentionKind {
  const { sequenceGaps, stations } = db.tables;
  const own = db.read.select({ id: stations.id }).from(stations).where(eq(stations.siteId, siteId));
  const where = inArray(sequenceGaps.stationId, own);
  return createOldRowsKind({ key: 'gaps', days, db, table: sequenceGaps, at: sequenceGaps.toAt, where });
}

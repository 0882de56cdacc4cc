import { type AnyColumn, eq, type Placeholder, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../schema/db.ts';

/**
 * The condition that a row's station belongs to a site; undefined without a site. The leading plus keeps the planner
 * from walking each station's whole history in an index of stations, so that the time window selects the rows.
 */
export function createSiteCondition(db: Db) {
  const { stations } = db.tables;
  return (stationId: AnyColumn, siteId: number | Placeholder | undefined): SQL | undefined => {
    if (siteId === undefined) return undefined;
    const ofSite = db.read.select({ id: stations.id }).from(stations).where(eq(stations.siteId, siteId));
    return sql`+${stationId} in ${ofSite}`;
  };
}

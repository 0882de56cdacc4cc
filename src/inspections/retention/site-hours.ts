import { and, asc, desc, eq, gte, inArray, lt, type SQL, sql } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import { type Placeholders, perDatabase, prepared } from '../../kernel/db/prepared.ts';
import { hourMs } from '../../kernel/time/durations.ts';
import type { Db } from '../../schema/db.ts';

/** Hours summed by one query: a few thousand rows, a millisecond. */
const hoursPerQuery = 720;

/** One row of the hour counts: an hour of one station and part. */
export type HourLane = { startAt: number; stationId: number; partId: number };

/** The hours in which a site has inspections, read from the roll-ups. */
export type SiteHours = {
  /** Start of the first one at or after `from`; undefined when there is none. */
  find(q: Queryable, from: number): Promise<number | undefined>;
  /** End of the last one; undefined when there is none. */
  findEnd(): Promise<number | undefined>;
  /** Inspections of the hours that start within `from` (inclusive) and `to` (exclusive). */
  count(from: number, to: number): Promise<number>;
  /** The stations and parts that have inspections in one hour. */
  listLanes(q: Queryable, startAt: number): Promise<HourLane[]>;
};

export function createSiteHours(db: Db, siteId: number): SiteHours {
  const { inspectionHours: hours, stations } = db.tables;
  const ownStations = db.read.select({ id: stations.id }).from(stations).where(eq(stations.siteId, siteId));
  const own = inArray(hours.stationId, ownStations);
  const selectEnd = perDatabase((q: Queryable) =>
    prepared(({ from }: Placeholders<{ from?: number }>, end: 'first' | 'last') =>
      q
        .select({ startAt: hours.startAt })
        .from(hours)
        .where(and(own, from && gte(hours.startAt, from)))
        .orderBy(end === 'first' ? asc(hours.startAt) : desc(hours.startAt))
        .limit(1),
    ),
  );
  const selectCount = prepared((value: Placeholders<{ from: number; to: number }>) =>
    db.read
      .select({
        images: sql`coalesce(sum(${hours.ok} + ${hours.ng} + ${hours.unmatched}), 0)`.mapWith(Number),
      })
      .from(hours)
      .where(and(own, gte(hours.startAt, value.from), lt(hours.startAt, value.to))),
  );
  const selectLanes = perDatabase((q: Queryable) =>
    prepared((value: Placeholders<{ startAt: number }>) =>
      q
        .select({ startAt: hours.startAt, stationId: hours.stationId, partId: hours.partId })
        .from(hours)
        .where(and(own, eq(hours.startAt, value.startAt))),
    ),
  );
  const find: SiteHours['find'] = async (q, from) => {
    const [row] = await selectEnd(q)({ from: Number.isFinite(from) ? from : undefined }, 'first');
    return row?.startAt;
  };
  return {
    find,
    findEnd: async () => {
      const [last] = await selectEnd(db.read)({}, 'last');
      return last && last.startAt + hourMs;
    },
    async count(from, to) {
      let total = 0;
      for (let at = await find(db.read, from); at !== undefined && at < to; ) {
        const endAt = Math.min(at + hoursPerQuery * hourMs, to);
        const [row] = await selectCount({ from: at, to: endAt });
        total += row?.images ?? 0;
        await new Promise(setImmediate);
        at = await find(db.read, endAt);
      }
      return total;
    },
    listLanes: (q, startAt) => selectLanes(q)({ startAt }),
  };
}

/** The condition for the inspections counted in one row of the hour counts. */
export function inHour(
  { inspections }: Db['tables'],
  { startAt, stationId, partId }: HourLane,
): SQL | undefined {
  return and(
    eq(inspections.stationId, stationId),
    eq(inspections.partId, partId),
    gte(inspections.capturedAt, startAt),
    lt(inspections.capturedAt, startAt + hourMs),
  );
}

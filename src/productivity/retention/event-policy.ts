import { and, asc, eq, inArray, lt } from 'drizzle-orm';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import type { Cut, RetentionPolicy } from '../../kernel/retention-policy.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { floorTo, hourMs } from '../../kernel/time/durations.ts';
import { createReadHorizons, setHorizon } from '../../plant/removal/horizons.ts';
import { lockSite } from '../../plant/resources/lock-site.ts';
import type { TimeWindow } from '../../plant/time-window.ts';
import type { Db } from '../../schema/db.ts';
import { maxAheadMs } from '../recording/parse-event.ts';

/** Deleting this many rows with their index entries takes a few milliseconds. */
const rowsPerStep = 500;

/**
 * Single events of a site, the oldest first. What was derived of them stays: states over time, and sums by the hour. The
 * horizon moves in the transaction of the first deletion, so that no late event before it is taken up again.
 */
export function createEventPolicy(options: {
  db: Db;
  siteId: number;
  days: number;
  /** Events in a window, from the sums. */
  countEvents: (window: TimeWindow) => Promise<number>;
  clock: Clock;
  onHorizon: () => Promise<void>;
}): RetentionPolicy {
  const { db, siteId, countEvents, clock } = options;
  const { activityEvents: events, stations } = db.tables;
  const readHorizons = createReadHorizons(db, siteId);
  const own = db.read.select({ id: stations.id }).from(stations).where(eq(stations.siteId, siteId));
  const selectOldest = prepared((value: Placeholders<{ limit: number }>) =>
    db.read
      .select({ at: events.at })
      .from(events)
      .where(inArray(events.stationId, own))
      .orderBy(asc(events.at))
      .limit(value.limit),
  );
  const countFrom = async (startAt: number, endAt: number) =>
    endAt > startAt ? countEvents({ startAt, endAt }) : 0;

  return {
    key: 'events',
    limits: { days: options.days, bytes: 0 },
    isEstimate: true,
    folders: () => [],
    hindrance: () => null,
    async read() {
      const [oldest] = await selectOldest({ limit: 1 });
      if (oldest === undefined) return { count: 0, bytes: null, oldestAt: null };
      return {
        count: await countFrom(floorTo(hourMs, oldest.at), clock.now() + maxAheadMs),
        bytes: null,
        oldestAt: oldest.at,
      };
    },
    async preview(cut) {
      const [oldest] = await selectOldest({ limit: 1 });
      const count = oldest === undefined ? 0 : await countFrom(floorTo(hourMs, oldest.at), limitOf(cut));
      return { count, bytes: null };
    },
    async remove(cut) {
      const limitAt = limitOf(cut);
      const { count, hasMoved } = await db.tx(async (q) => {
        await lockSite(db, q, siteId);
        const rows = await q
          .select({ id: events.id })
          .from(events)
          .where(and(inArray(events.stationId, own), lt(events.at, limitAt)))
          .orderBy(asc(events.at))
          .limit(rowsPerStep);
        const { events: since } = await readHorizons(q);
        const isFirst = rows.length > 0 && limitAt > since;
        if (isFirst) await setHorizon(db, q, { siteId, name: 'events', at: limitAt });
        if (rows.length > 0)
          await q.delete(events).where(
            inArray(
              events.id,
              rows.map(({ id }) => id),
            ),
          );
        return { count: rows.length, hasMoved: isFirst };
      });
      if (hasMoved) await options.onHorizon();
      return { count, bytes: 0, failed: 0, isDone: count < rowsPerStep };
    },
  };
}

/** Sums are by the hour, so a cut is as well. */
function limitOf(cut: Cut): number {
  return 'before' in cut ? floorTo(hourMs, cut.before) : Number.NEGATIVE_INFINITY;
}

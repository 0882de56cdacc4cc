import { and, eq, inArray, lt, lte, min, sql } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import { type Placeholders, prepared } from '../../kernel/db/prepared.ts';
import { preparedIn } from '../../kernel/db/prepared-in.ts';
import type { RetentionPolicy } from '../../kernel/retention-policy.ts';
import { dayMs, floorTo, hourMs } from '../../kernel/time/durations.ts';
import { createReadHorizons, setHorizon } from '../../plant/removal/horizons.ts';
import { lockSite } from '../../plant/resources/lock-site.ts';
import type { Db } from '../../schema/db.ts';
import { nobody } from '../model.ts';

/**
 * Who did what at a site, forgotten from the oldest day on: states and sums of single workers are deleted, and their events
 * name nobody any more. States, sums and output of stations stay.
 */
export function createPersonPolicy(options: {
  db: Db;
  siteId: number;
  days: number;
  onHorizon: () => Promise<void>;
}): RetentionPolicy {
  const { db, siteId } = options;
  const { activityEvents: events, activitySegments: segments, activityRollUps: rollUps, workers } = db.tables;
  const readHorizons = createReadHorizons(db, siteId);
  // Of removed workers as well: their rows of the past are theirs still.
  const own = db.read.select({ id: workers.id }).from(workers).where(eq(workers.siteId, siteId));
  const selectOwn = prepared(() =>
    db.read.select({ id: workers.id }).from(workers).where(eq(workers.siteId, siteId)),
  );
  type OfWorker = { workerId: number };
  const selectFirsts = [
    preparedIn((q, value: Placeholders<OfWorker>) =>
      q
        .select({ at: min(events.at) })
        .from(events)
        .where(eq(events.workerId, value.workerId)),
    ),
    preparedIn((q, value: Placeholders<OfWorker>) =>
      q
        .select({ at: min(segments.endAt) })
        .from(segments)
        .where(eq(segments.workerId, value.workerId)),
    ),
    preparedIn((q, value: Placeholders<OfWorker>) =>
      q
        .select({ at: min(rollUps.startAt) })
        .from(rollUps)
        .where(and(eq(rollUps.workerId, value.workerId), eq(rollUps.level, sql`0`))),
    ),
  ];
  /** The first instant of which something is known of a worker. */
  async function findFirst(q: Queryable, workerId: number): Promise<number> {
    const found: number[] = [];
    for (const selectFirst of selectFirsts) {
      const [row] = await selectFirst(q, { workerId });
      if (row?.at != null) found.push(Number(row.at));
    }
    return Math.min(...found);
  }
  /** Where the step before stopped, so that workers without anything old are looked at once. */
  let next = 0;
  const selectCount = prepared((value: Placeholders<{ before: number }>) =>
    db.read
      .select({ count: sql`count(*)`.mapWith(Number), oldestAt: min(segments.startAt) })
      .from(segments)
      .where(and(inArray(segments.workerId, own), lte(segments.endAt, value.before))),
  );
  const countBefore = async (before: number) => {
    const [row] = await selectCount({ before });
    return { count: row?.count ?? 0, oldestAt: row?.oldestAt == null ? null : Number(row.oldestAt) };
  };

  return {
    key: 'persons',
    limits: { days: options.days, bytes: 0 },
    isEstimate: false,
    folders: () => [],
    hindrance: () => null,
    read: async () => ({ ...(await countBefore(Number.MAX_SAFE_INTEGER)), bytes: null }),
    preview: async (cut) => ({
      count: 'before' in cut ? (await countBefore(floorTo(hourMs, cut.before))).count : 0,
      bytes: null,
    }),
    async remove(cut) {
      if (!('before' in cut)) return { count: 0, bytes: 0, failed: 0, isDone: true };
      const limitAt = floorTo(hourMs, cut.before);
      const ids = (await selectOwn()).map(({ id }) => id).sort((a, b) => a - b);
      const workerId = ids.find((id) => id >= next);
      if (workerId === undefined) {
        next = 0;
        return { count: 0, bytes: 0, failed: 0, isDone: true };
      }
      const { count, hasMoved } = await db.tx(async (q) => {
        await lockSite(db, q, siteId);
        const firstAt = await findFirst(q, workerId);
        if (firstAt >= limitAt) {
          next = workerId + 1;
          return { count: 0, hasMoved: false };
        }
        next = workerId;
        const { persons: since } = await readHorizons(q);
        if (limitAt > since) await setHorizon(db, q, { siteId, name: 'persons', at: limitAt });
        // One day of one worker: a thousand events or two.
        const untilAt = Math.min(limitAt, floorTo(hourMs, firstAt) + dayMs);
        const gone = and(eq(segments.workerId, workerId), lte(segments.endAt, untilAt));
        const [row] = await q
          .select({ count: sql`count(*)`.mapWith(Number) })
          .from(segments)
          .where(gone);
        await q.delete(segments).where(gone);
        // A day or a month that begins before the horizon is in no window that begins after it.
        await q.delete(rollUps).where(and(eq(rollUps.workerId, workerId), lt(rollUps.startAt, untilAt)));
        await q
          .update(events)
          .set({ workerId: nobody })
          .where(and(eq(events.workerId, workerId), lt(events.at, untilAt)));
        return { count: row?.count ?? 0, hasMoved: limitAt > since };
      });
      if (hasMoved) await options.onHorizon();
      return { count, bytes: 0, failed: 0, isDone: false };
    },
  };
}

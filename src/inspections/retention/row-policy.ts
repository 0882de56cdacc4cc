import { asc, inArray } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import type { Cut, Hindrance, RetentionPolicy } from '../../kernel/retention-policy.ts';
import { hourMs } from '../../kernel/time/durations.ts';
import { createReadHorizons, setHorizon } from '../../plant/removal/horizons.ts';
import type { Db } from '../../schema/db.ts';
import { createSiteHours, inHour, type SiteHours } from './site-hours.ts';

/** Deleting this many rows with their index entries takes a few milliseconds. */
const rowsPerStep = 300;
/** Most hours that one step examines. */
const hoursPerStep = 50;

/**
 * The rows of a site's inspections, deleted hour by hour from the oldest; the minute and hour counts stay. The horizon
 * moves to the end of an hour in the transaction that deletes its first row, so that no file of that hour is ever recorded
 * and counted a second time. An interrupted run resumes with the hour before the horizon.
 */
export function createRowPolicy(options: {
  db: Db;
  siteId: number;
  days: number;
  /** Why the horizon must not move now. */
  hindrance: () => Hindrance | null;
  /** Capture time from which rows are still needed to delete their files, now or (`isPlan`) after a run. */
  neededFrom: (isPlan: boolean) => Promise<number>;
  onHorizon: (at: number) => void;
}): RetentionPolicy {
  const { db, siteId, hindrance } = options;
  const readHorizons = createReadHorizons(db, siteId);
  const hours = createSiteHours(db, siteId);
  /** Where the previous step stopped, so that hours without rows are examined once. */
  let next: number | undefined;

  async function limitOf(cut: Cut, isPlan: boolean): Promise<number> {
    if (!('before' in cut)) return Number.NEGATIVE_INFINITY;
    return Math.floor(Math.min(cut.before, await options.neededFrom(isPlan)) / hourMs) * hourMs;
  }

  return {
    key: 'inspections',
    limits: { days: options.days, bytes: 0 },
    isEstimate: false,
    folders: () => [],
    hindrance,
    async read() {
      const { rows: since } = await readHorizons(db.read);
      const oldestAt = (await hours.find(db.read, since)) ?? null;
      const endAt = (await hours.findEnd()) ?? since;
      return { count: await hours.count(since, endAt), bytes: null, oldestAt };
    },
    async preview(cut) {
      const { rows: since } = await readHorizons(db.read);
      return { count: await hours.count(since, await limitOf(cut, true)), bytes: null };
    },
    async remove(cut) {
      const limitAt = await limitOf(cut, false);
      const { since, removed } = await db.tx(async (q) => {
        const { rows: since } = await readHorizons(q);
        const from = next ?? since - hourMs;
        const removed = await removeSome({ db, siteId, hours }, q, { since, from, limitAt });
        return { since, removed };
      });
      next = removed.next;
      if (removed.horizon > since) options.onHorizon(removed.horizon);
      return { count: removed.count, bytes: 0, failed: 0, isDone: removed.next === undefined };
    },
  };
}

type Parts = { db: Db; siteId: number; hours: SiteHours };

/** `next` is the hour to resume with; undefined when nothing is left before the limit. */
async function removeSome(
  { db, siteId, hours }: Parts,
  q: Queryable,
  { since, from, limitAt }: { since: number; from: number; limitAt: number },
): Promise<{ count: number; horizon: number; next: number | undefined }> {
  let horizon = since;
  let count = 0;
  let at = await hours.find(q, from);
  for (let looked = 0; at !== undefined && at < limitAt; looked++) {
    if (count >= rowsPerStep || looked >= hoursPerStep) return { count, horizon, next: at };
    const removed = await removeOfHour({ db, hours }, q, at, rowsPerStep - count);
    count += removed;
    if (removed > 0 && at + hourMs > horizon) {
      horizon = at + hourMs;
      await setHorizon(db, q, { siteId, name: 'rows', at: horizon });
    }
    if (count < rowsPerStep) at = await hours.find(q, at + hourMs);
  }
  return { count, horizon, next: undefined };
}

/** Deletes at most `limit` rows of one hour, with their unreadable-image entries; returns how many. */
async function removeOfHour(
  { db, hours }: Pick<Parts, 'db' | 'hours'>,
  q: Queryable,
  startAt: number,
  limit: number,
): Promise<number> {
  const { inspections, badImages } = db.tables;
  let count = 0;
  for (const lane of await hours.listLanes(q, startAt)) {
    if (count >= limit) break;
    const rows = await q
      .select({ id: inspections.id })
      .from(inspections)
      .where(inHour(db.tables, lane))
      .orderBy(asc(inspections.capturedAt))
      .limit(limit - count);
    if (rows.length === 0) continue;
    const ids = rows.map(({ id }) => id);
    await q.delete(badImages).where(inArray(badImages.inspectionId, ids));
    await q.delete(inspections).where(inArray(inspections.id, ids));
    count += ids.length;
  }
  return count;
}

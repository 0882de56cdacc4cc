import { and, asc, eq, gt, inArray, isNull, lte, or } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import { type Placeholders, perDatabase, prepared } from '../../kernel/db/prepared.ts';
import { upsert } from '../../kernel/db/write.ts';
import { minuteMs } from '../../kernel/time/durations.ts';
import { createSiteCondition } from '../../plant/site-condition.ts';
import type { Db } from '../../schema/db.ts';

/** The outcome of reading an image. */
export type ImageOutcome = {
  inspectionId: number;
  stationId: number;
  /** When it was read, epoch ms UTC. */
  at: number;
  /** Why it could not be read; null when it could. */
  reason: string | null;
  /** Size and time of a file that was recorded by its name alone. */
  facts?: { sizeBytes: number; modifiedAt: number };
  /** Viewers have a placeholder under the image's address: it needs a new address for them to load it again. */
  reload?: boolean;
};

/**
 * Records outcomes in one transaction: unreadable images are listed with the reason and the number of attempts, readable
 * ones are removed from the list. Returns whether anything that pages show has changed.
 */
export async function recordOutcomes(db: Db, outcomes: readonly ImageOutcome[]): Promise<boolean> {
  const latest = new Map(outcomes.map((outcome) => [outcome.inspectionId, outcome]));
  const listed = await selectBad(db)({ ids: [...latest.keys()] });
  const attempts = new Map(listed.map((row) => [row.inspectionId, row.attempts]));
  const isShown = ({ inspectionId, reason, reload }: ImageOutcome) =>
    reason !== null || reload === true || attempts.has(inspectionId);
  const changes = [...latest.values()].filter((outcome) => outcome.facts || isShown(outcome));
  if (changes.length === 0) return false;
  await db.tx(async (q) => {
    for (const outcome of changes) {
      const { inspectionId, reason } = outcome;
      if (reason === null) await recordReadable(db, q, outcome);
      else {
        const failures = outcomes.filter((one) => one.inspectionId === inspectionId && one.reason !== null);
        const before = attempts.get(inspectionId) ?? 0;
        await recordBad(db, q, { ...outcome, reason }, before + failures.length);
      }
    }
  });
  return changes.some(isShown);
}

const selectBad = perDatabase(({ read, tables: { badImages } }: Db) =>
  prepared(({ ids }: Placeholders<{ ids: readonly number[] }>) =>
    read.select().from(badImages).where(inArray(badImages.inspectionId, ids)),
  ),
);

async function recordBad(
  db: Db,
  q: Queryable,
  { inspectionId, stationId, at, reason }: ImageOutcome & { reason: string },
  attempts: number,
): Promise<void> {
  const { badImages } = db.tables;
  const row = { reason, failedAt: at, attempts };
  await upsert(db.dialect, q, badImages, [{ inspectionId, stationId, ...row }], {
    target: [badImages.inspectionId, badImages.stationId],
    set: row,
  });
}

async function recordReadable(db: Db, q: Queryable, outcome: ImageOutcome): Promise<void> {
  const { badImages, inspections } = db.tables;
  const { inspectionId, facts, reload } = outcome;
  await q.delete(badImages).where(eq(badImages.inspectionId, inspectionId));
  if (facts) {
    const unknown = and(eq(inspections.id, inspectionId), isNull(inspections.sizeBytes));
    await q.update(inspections).set(facts).where(unknown);
  }
  if (!reload) return;
  const [row] = await q
    .select({ revision: inspections.revision })
    .from(inspections)
    .where(eq(inspections.id, inspectionId));
  if (row)
    await q
      .update(inspections)
      .set({ revision: row.revision + 1 })
      .where(eq(inspections.id, inspectionId));
}

/** Least time between two attempts to read an unreadable image; each pause applies up to `attempts` failures. */
const pauses = [
  { attempts: 3, ms: minuteMs },
  { attempts: 12, ms: 60 * minuteMs },
  { attempts: Number.MAX_SAFE_INTEGER, ms: 24 * 60 * minuteMs },
] as const;

/**
 * Ids of unreadable images due for a retry, in order from `afterId` (exclusive). Paging by id reaches every image, even
 * behind many that stay undecided because their folder is offline.
 */
export async function listDueBadImages(
  db: Db,
  page: { now: number; afterId: number; limit: number; siteId?: number },
): Promise<number[]> {
  const { badImages } = db.tables;
  const isDue = or(
    ...pauses.map(({ attempts, ms }) =>
      and(lte(badImages.attempts, attempts), lte(badImages.failedAt, page.now - ms)),
    ),
  );
  const { inspections } = db.tables;
  const ofSite = createSiteCondition(db)(inspections.stationId, page.siteId);
  const rows = await db.read
    .select({ id: badImages.inspectionId })
    .from(badImages)
    .innerJoin(inspections, eq(inspections.id, badImages.inspectionId))
    .where(and(gt(badImages.inspectionId, page.afterId), isDue, ofSite))
    .orderBy(asc(badImages.inspectionId))
    .limit(page.limit);
  return rows.map((row) => row.id);
}

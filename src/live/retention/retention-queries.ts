import { and, asc, avg, desc, eq, gt, inArray, isNull, lt, or, sql, sum } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import type { Keyset } from '../../kernel/db/keyset.ts';
import { type Placeholders, perDatabase, prepared } from '../../kernel/db/prepared.ts';
import type { Amount, Holdings } from '../../kernel/retention-policy.ts';
import { hourMs } from '../../kernel/time/durations.ts';
import type { Db } from '../../schema/db.ts';
import type { LiveChannel } from '../model.ts';
import { applyToLiveRollUps } from '../recording/live-roll-ups.ts';
import type { LiveRow } from '../recording/record-live-images.ts';

/** Newest images of a channel whose mean size estimates all. */
const sizeSamples = 200;

/** Number, estimated bytes and oldest time of the images of some channels: counts, and a sample of sizes. */
export async function readHoldings(db: Db, channels: readonly LiveChannel[]): Promise<Holdings> {
  const { selectCount, selectOldest } = queriesOf(db);
  const total: Holdings = { count: 0, bytes: 0, oldestAt: null };
  for (const { id } of channels) {
    const [row] = await selectCount({ id });
    const count = row?.count ?? 0;
    if (count === 0) continue;
    const [oldest] = await selectOldest({ id });
    total.count += count;
    total.bytes = (total.bytes ?? 0) + Math.round(count * (await meanSize(db, id)));
    total.oldestAt = Math.min(
      total.oldestAt ?? Number.POSITIVE_INFINITY,
      oldest?.at ?? Number.POSITIVE_INFINITY,
    );
  }
  return { ...total, oldestAt: total.oldestAt === Number.POSITIVE_INFINITY ? null : total.oldestAt };
}

/** Images captured in whole hours before an instant, and their estimated bytes. */
export async function countBefore(
  db: Db,
  channels: readonly LiveChannel[],
  before: number,
): Promise<{ count: number; bytes: number }> {
  const { sumBefore } = queriesOf(db);
  const beforeHour = Math.floor(before / hourMs) * hourMs;
  const total = { count: 0, bytes: 0 };
  for (const { id } of channels) {
    const [row] = await sumBefore({ id, beforeHour });
    const count = row?.count ?? 0;
    if (count === 0) continue;
    total.count += count;
    total.bytes += Math.round(count * (await meanSize(db, id)));
  }
  return total;
}

async function meanSize(db: Db, channelId: number): Promise<number> {
  const [row] = await queriesOf(db).selectMeanSize({ id: channelId });
  return row?.mean ?? 0;
}

/** Reads of one channel, by its `id`. */
const queriesOf = perDatabase(({ read, tables: { liveChannels, liveImages, liveHours } }: Db) => ({
  selectCount: prepared(({ id }: Placeholders<{ id: number }>) =>
    read.select({ count: liveChannels.imageCount }).from(liveChannels).where(eq(liveChannels.id, id)),
  ),
  selectOldest: prepared(({ id }: Placeholders<{ id: number }>) =>
    read
      .select({ at: liveImages.capturedAt })
      .from(liveImages)
      .where(and(eq(liveImages.channelId, id), isNull(liveImages.missingAt)))
      .orderBy(asc(liveImages.capturedAt))
      .limit(1),
  ),
  sumBefore: prepared(({ id, beforeHour }: Placeholders<{ id: number; beforeHour: number }>) =>
    read
      .select({ count: sum(liveHours.imageCount).mapWith(Number) })
      .from(liveHours)
      .where(and(eq(liveHours.channelId, id), lt(liveHours.startAt, beforeHour))),
  ),
  selectMeanSize: prepared(({ id }: Placeholders<{ id: number }>) => {
    const newest = read
      .select({ size: sql<number>`${liveImages.sizeBytes}`.as('size') })
      .from(liveImages)
      .where(eq(liveImages.channelId, id))
      .orderBy(desc(liveImages.capturedAt))
      .limit(sizeSamples)
      .as('newest');
    return read.select({ mean: avg(newest.size).mapWith(Number) }).from(newest);
  }),
}));

/** The oldest rows of some channels after a keyset and before an instant. */
export async function readOldest(
  db: Db,
  channels: readonly LiveChannel[],
  { after, before, limit }: { after: Keyset | undefined; before: number; limit: number },
): Promise<LiveRow[]> {
  const { liveImages } = db.tables;
  const { capturedAt, id } = liveImages;
  const lists: LiveRow[][] = [];
  for (const channel of channels)
    lists.push(
      await db.read
        .select()
        .from(liveImages)
        .where(
          and(
            eq(liveImages.channelId, channel.id),
            lt(capturedAt, before),
            after &&
              or(gt(capturedAt, after.capturedAt), and(eq(capturedAt, after.capturedAt), gt(id, after.id))),
          ),
        )
        .orderBy(asc(capturedAt), asc(id))
        .limit(limit),
    );
  return lists
    .flat()
    .sort((a, b) => a.capturedAt - b.capturedAt || a.id - b.id)
    .slice(0, limit);
}

/** Deletes images of one channel with their defects and their counts. */
export async function forgetRows(db: Db, q: Queryable, rows: readonly LiveRow[]): Promise<void> {
  const { liveImages, liveDefects } = db.tables;
  const [first] = rows;
  if (!first) return;
  const { channelId } = first;
  const times = rows.map(({ capturedAt }) => capturedAt);
  const ids = rows.map(({ id }) => id);
  const coils = rows.map(({ coil }) => coil);
  await q
    .delete(liveDefects)
    .where(
      and(
        eq(liveDefects.channelId, channelId),
        inArray(liveDefects.coil, coils),
        inArray(liveDefects.capturedAt, times),
      ),
    );
  await q.delete(liveImages).where(inArray(liveImages.id, ids));
  const counted = rows.filter(({ missingAt }) => missingAt === null);
  const changes = counted.map(({ coil, capturedAt }) => ({ coil, capturedAt, by: -1 as const }));
  await applyToLiveRollUps(db, q, channelId, changes);
}

/** The share of an amount that frees so many bytes. */
export function shareOf({ count, bytes }: { count: number; bytes: number }, freeBytes: number): Amount {
  if (bytes <= freeBytes || bytes === 0) return { count, bytes };
  const share = Math.ceil((count * freeBytes) / bytes);
  return { count: share, bytes: Math.round((bytes * share) / count) };
}

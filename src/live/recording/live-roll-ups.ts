import { and, eq, inArray, isNull, max, min, sql } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import { excluded, upsert } from '../../kernel/db/write.ts';
import { hourMs } from '../../kernel/time/durations.ts';
import type { Db } from '../../schema/db.ts';

/** One image entering (+1) or leaving (−1) the counts of a channel. */
export type LiveChange = { coil: string; capturedAt: number; by: 1 | -1 };

/** Updates the counts of channel, coil and hour, in the transaction that writes the images themselves. */
export async function applyToLiveRollUps(
  db: Db,
  q: Queryable,
  channelId: number,
  changes: readonly LiveChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const { liveChannels } = db.tables;
  const by = changes.reduce((sum, change) => sum + change.by, 0);
  await q
    .update(liveChannels)
    .set({ imageCount: sql`${liveChannels.imageCount} + ${by}` })
    .where(eq(liveChannels.id, channelId));
  await countHours(db, q, channelId, changes);
  await countCoils(db, q, channelId, changes);
  const left = changes.filter((change) => change.by < 0).map(({ coil }) => coil);
  if (left.length > 0) await settleCoils(db, q, channelId, [...new Set(left)]);
}

async function countHours(db: Db, q: Queryable, channelId: number, changes: readonly LiveChange[]) {
  const { liveHours } = db.tables;
  const rows = new Map<string, { channelId: number; startAt: number; coil: string; imageCount: number }>();
  for (const { coil, capturedAt, by } of changes) {
    const startAt = Math.floor(capturedAt / hourMs) * hourMs;
    const key = `${startAt}:${coil}`;
    const row = rows.get(key) ?? { channelId, startAt, coil, imageCount: 0 };
    rows.set(key, row);
    row.imageCount += by;
  }
  await upsert(db.dialect, q, liveHours, ordered([...rows.values()]), {
    target: [liveHours.channelId, liveHours.startAt, liveHours.coil],
    set: { imageCount: sql`${liveHours.imageCount} + ${excluded(db.dialect, liveHours.imageCount)}` },
  });
}

async function countCoils(db: Db, q: Queryable, channelId: number, changes: readonly LiveChange[]) {
  const { liveCoils } = db.tables;
  const rows = new Map<
    string,
    { channelId: number; coil: string; imageCount: number; firstAt: number; lastAt: number; startAt: number }
  >();
  for (const { coil, capturedAt: at, by } of changes) {
    const row = rows.get(coil) ?? { channelId, coil, imageCount: 0, firstAt: at, lastAt: at, startAt: 0 };
    rows.set(coil, row);
    row.imageCount += by;
    row.firstAt = Math.min(row.firstAt, at);
    row.lastAt = Math.max(row.lastAt, at);
  }
  const values = ordered([...rows.values()]).map(({ startAt: _, ...row }) => row);
  const first = excluded(db.dialect, liveCoils.firstAt);
  const last = excluded(db.dialect, liveCoils.lastAt);
  await upsert(db.dialect, q, liveCoils, values, {
    target: [liveCoils.channelId, liveCoils.coil],
    set: {
      imageCount: sql`${liveCoils.imageCount} + ${excluded(db.dialect, liveCoils.imageCount)}`,
      firstAt: sql`case when ${first} < ${liveCoils.firstAt} then ${first} else ${liveCoils.firstAt} end`,
      lastAt: sql`case when ${last} > ${liveCoils.lastAt} then ${last} else ${liveCoils.lastAt} end`,
    },
  });
}

/** In a fixed order, so that two processes cannot deadlock. */
function ordered<T extends { startAt: number; coil: string }>(rows: T[]): T[] {
  return rows.sort((a, b) => a.startAt - b.startAt || (a.coil < b.coil ? -1 : 1));
}

/** After images have left: deletes coils without any, and sets first and last image of the others. */
async function settleCoils(db: Db, q: Queryable, channelId: number, coils: readonly string[]) {
  const { liveCoils, liveHours, liveImages } = db.tables;
  const ofCoils = and(eq(liveCoils.channelId, channelId), inArray(liveCoils.coil, [...coils]));
  await q.delete(liveCoils).where(and(ofCoils, sql`${liveCoils.imageCount} <= 0`));
  await q
    .delete(liveHours)
    .where(
      and(
        eq(liveHours.channelId, channelId),
        inArray(liveHours.coil, [...coils]),
        sql`${liveHours.imageCount} <= 0`,
      ),
    );
  const kept = await q.select({ coil: liveCoils.coil }).from(liveCoils).where(ofCoils);
  for (const { coil } of kept) {
    const there = and(
      eq(liveImages.channelId, channelId),
      eq(liveImages.coil, coil),
      isNull(liveImages.missingAt),
    );
    const [span] = await q
      .select({ firstAt: min(liveImages.capturedAt), lastAt: max(liveImages.capturedAt) })
      .from(liveImages)
      .where(there);
    if (span?.firstAt == null || span.lastAt === null) continue;
    await q
      .update(liveCoils)
      .set({ firstAt: span.firstAt, lastAt: span.lastAt })
      .where(and(eq(liveCoils.channelId, channelId), eq(liveCoils.coil, coil)));
  }
}

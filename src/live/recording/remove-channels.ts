import { and, asc, eq, inArray } from 'drizzle-orm';
import { isWithin } from '../../kernel/storage/is-within.ts';
import type { Db } from '../../schema/db.ts';
import { keepIds } from '../../schema/kept-ids.ts';
import type { LiveChannel } from '../model.ts';
import type { LiveRow } from './record-live-images.ts';

/** Images deleted in one transaction: a few milliseconds. */
const imagesPerStep = 500;

/** The channels of a site whose folders lie at or below a path, watched or not. */
export async function listChannelsWithin(db: Db, siteId: number, path: string): Promise<LiveChannel[]> {
  const { liveChannels } = db.tables;
  const rows = await db.read.select().from(liveChannels).where(eq(liveChannels.siteId, siteId));
  return rows.filter((channel) => isWithin(path, channel.path));
}

/**
 * Deletes a channel with its images and what is counted of them, in short transactions and the channel last: after an
 * interruption the same call goes on. Nobody may record images of it meanwhile. False when the signal ended it first.
 */
export async function removeChannel(
  db: Db,
  { id: channelId }: Pick<LiveChannel, 'id'>,
  options: {
    signal: AbortSignal;
    /** Deletes what was drawn of images whose rows go next. */
    eraseThumbnails: (images: readonly LiveRow[]) => Promise<void>;
  },
): Promise<boolean> {
  const { liveChannels, liveImages, liveCoils, liveHours, liveDefects } = db.tables;
  const [channel] = await db.read
    .select({ siteId: liveChannels.siteId })
    .from(liveChannels)
    .where(eq(liveChannels.id, channelId));
  if (!channel) return true;
  await db.tx((q) => keepIds(db, q, channel.siteId, 'liveImageIds'));
  for (let count = imagesPerStep; count === imagesPerStep; ) {
    if (options.signal.aborted) return false;
    const rows = await db.read
      .select()
      .from(liveImages)
      .where(eq(liveImages.channelId, channelId))
      .orderBy(asc(liveImages.capturedAt))
      .limit(imagesPerStep);
    await options.eraseThumbnails(rows);
    const ids = rows.map(({ id }) => id);
    const these = and(eq(liveImages.channelId, channelId), inArray(liveImages.id, ids));
    if (ids.length > 0) await db.tx((q) => q.delete(liveImages).where(these));
    count = rows.length;
    await new Promise(setImmediate);
  }
  // A few rows an hour.
  for (const table of [liveCoils, liveHours, liveDefects])
    await db.tx((q) => q.delete(table).where(eq(table.channelId, channelId)));
  await db.tx((q) => q.delete(liveChannels).where(eq(liveChannels.id, channelId)));
  return true;
}

import { and, asc, eq, gt, isNull } from 'drizzle-orm';
import type { ServerNameQueries } from '../../schema/known-names.ts';

/** The names of a channel's images, as a scanner thread reads them from a database server; its root is the channel. */
export const channelNameQueries: ServerNameQueries = {
  ownerId: async (_read, _tables, { rootId }) => rootId,
  names: (read, { liveImages }, { id, last, limit }) =>
    read
      .select({ name: liveImages.name })
      .from(liveImages)
      .where(
        and(
          eq(liveImages.channelId, id),
          isNull(liveImages.missingAt),
          last === undefined ? undefined : gt(liveImages.name, last),
        ),
      )
      .orderBy(asc(liveImages.name))
      .limit(limit),
};

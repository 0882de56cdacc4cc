import type { Kit } from '../kernel/db/kit.ts';

/** Tables owned by `live/`: channels of live images, the images, and what is counted of them. */
export function defineLiveTables(kit: Kit) {
  /**
   * One folder of images of a site. `modifiedAt`, `listedAt` and `fileCount` are what its last complete listing saw, so that a
   * sweep passes over what has not changed since; `imageCount` is how many rows have a file.
   */
  const liveChannels = kit.table(
    'live_channels',
    {
      id: kit.key('id'),
      siteId: kit.ref('site_id').notNull(),
      key: kit.text('key', 200).notNull(),
      camera: kit.text('camera', 200).notNull(),
      role: kit.enumText('role', ['original', 'labeled']).notNull(),
      path: kit.text('path', 700).notNull(),
      createdAt: kit.ms('created_at').notNull(),
      staleAfterSec: kit.int('stale_after_sec'),
      modifiedAt: kit.ms('modified_at'),
      listedAt: kit.ms('listed_at'),
      fileCount: kit.int('file_count').notNull().default(0),
      imageCount: kit.int('image_count').notNull().default(0),
    },
    (t) => [
      kit.uniqueIndex('live_channels_key', [t.siteId, t.key]),
      kit.uniqueIndex('live_channels_path', [t.siteId, t.path]),
    ],
  );
  /** One row a file; idempotent by (channel, name). `coil` is '' if the name has none. */
  const liveImages = kit.table(
    'live_images',
    {
      id: kit.factId('id'),
      channelId: kit.ref('channel_id').notNull(),
      name: kit.text('name', 255).notNull(),
      capturedAt: kit.ms('captured_at').notNull(),
      coil: kit.text('coil', 100).notNull(),
      sizeBytes: kit.int('size_bytes'),
      modifiedAt: kit.ms('modified_at'),
      foundAt: kit.ms('found_at').notNull(),
      missingAt: kit.ms('missing_at'),
      revision: kit.int('revision').notNull().default(0),
    },
    (t) => [
      ...kit.factKey(t.id, t.channelId),
      kit.uniqueIndex('live_images_file', [t.channelId, t.name]),
      kit.index('live_images_time', [t.channelId, t.capturedAt]),
      kit.index('live_images_coil', [t.channelId, t.coil, t.capturedAt]),
    ],
  );
  return { liveChannels, liveImages, ...defineLiveRollUps(kit) };
}

function defineLiveRollUps(kit: Kit) {
  /** Images on the disk by coil, written with the fact. */
  const liveCoils = kit.table(
    'live_coils',
    {
      channelId: kit.ref('channel_id').notNull(),
      coil: kit.text('coil', 100).notNull(),
      imageCount: kit.int('image_count').notNull(),
      firstAt: kit.ms('first_at').notNull(),
      lastAt: kit.ms('last_at').notNull(),
    },
    (t) => [kit.primaryKey([t.channelId, t.coil]), kit.index('live_coils_last', [t.channelId, t.lastAt])],
  );
  /** The same by hour of UTC, so that a page of a list is found without counting rows. */
  const liveHours = kit.table(
    'live_hours',
    {
      channelId: kit.ref('channel_id').notNull(),
      startAt: kit.ms('start_at').notNull(),
      coil: kit.text('coil', 100).notNull(),
      imageCount: kit.int('image_count').notNull(),
    },
    (t) => [kit.primaryKey([t.channelId, t.startAt, t.coil])],
  );
  /** What the sender of an uploaded pair said of its defects, with the original's channel: any JSON of at most 64 KB. */
  const liveDefects = kit.table(
    'live_defects',
    {
      channelId: kit.ref('channel_id').notNull(),
      coil: kit.text('coil', 100).notNull(),
      capturedAt: kit.ms('captured_at').notNull(),
      data: kit.json<unknown>('data').notNull(),
    },
    (t) => [kit.primaryKey([t.channelId, t.coil, t.capturedAt])],
  );
  return { liveCoils, liveHours, liveDefects };
}

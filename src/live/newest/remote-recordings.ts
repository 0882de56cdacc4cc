import { inArray } from 'drizzle-orm';
import type { LiveBatch } from '../../events.ts';
import { startLoop } from '../../kernel/jobs/loop.ts';
import type { Log } from '../../kernel/log.ts';
import type { Db } from '../../schema/db.ts';
import type { LiveChannel } from '../model.ts';
import type { LiveChannels } from '../recording/channels.ts';
import type { LiveRow, RecordedRows } from '../recording/record-live-images.ts';
import type { NewestPublisher } from './newest-publisher.ts';

/** How often to refresh all channels even if no message was lost; more often where no messages can arrive. */
const refreshEveryMs = { withMessages: 30_000, withoutMessages: 5_000 };
const retryMs = 1_000;

/** Brings what other processes of the site record to the viewers of this one. */
export type RemoteRecordings = {
  /** Takes in rows that another process wrote; undefined when anything may have changed. Returns at once. */
  take(batch: LiveBatch | undefined): void;
  /** Loads channels that other processes have added. Returns at once. */
  discoverChannels(): void;
  stop(): Promise<void>;
};

/** A batch of recorded images, as broadcast to the other processes. */
export function recordedEvent(siteId: number, { channelId, rows, gone }: RecordedRows): LiveBatch {
  const idsOf = (list: readonly { id: number }[]) => list.map(({ id }) => id);
  return { siteId, channels: [{ id: channelId, rows: idsOf(rows), gone: idsOf(gone) }] };
}

/** `hasMessages`: whether other processes can reach this one. Without messages all channels are polled. */
export function createRemoteRecordings(options: {
  db: Db;
  siteId: number;
  hasMessages: boolean;
  channels: LiveChannels;
  publisher: Pick<NewestPublisher, 'publish' | 'refresh'>;
  drawAhead: (channel: LiveChannel, row: LiveRow) => void;
  log: Log;
}): RemoteRecordings {
  const { db, siteId, channels, publisher, log } = options;
  const { liveImages } = db.tables;
  let queue: Promise<void> = Promise.resolve();
  let retry: NodeJS.Timeout | undefined;

  async function refreshAll(): Promise<void> {
    try {
      await channels.refresh();
      for (const channel of channels.list()) await publisher.refresh(channel);
    } catch (err) {
      log.warn({ err }, 'Live images recorded by other processes cannot be read yet');
      clearTimeout(retry);
      retry = setTimeout(() => void loop?.trigger(), retryMs);
    }
  }

  async function takeChannel({ id, rows: ids, gone }: LiveBatch['channels'][number]): Promise<void> {
    const channel = channels.byId(id);
    if (!channel) return refreshNew();
    const rows = ids.length === 0 ? [] : await readRows(ids);
    // Viewers ask this process for a single new picture within a moment.
    if (rows.length <= 1) for (const row of rows) options.drawAhead(channel, row);
    await publisher.publish({
      channelId: id,
      added: rows.length,
      rows,
      gone: gone.map((one) => ({ id: one })),
    });
  }

  async function refreshNew(): Promise<void> {
    const known = new Set(channels.list().map(({ id }) => id));
    await channels.refresh();
    for (const channel of channels.list()) if (!known.has(channel.id)) await publisher.refresh(channel);
  }

  const readRows = (ids: readonly number[]) =>
    db.read
      .select()
      .from(liveImages)
      .where(inArray(liveImages.id, [...ids]));

  /** With SQLite there are no other processes. */
  const loop =
    db.dialect === 'sqlite'
      ? undefined
      : startLoop({
          name: 'live images of other processes',
          intervalMs: options.hasMessages ? refreshEveryMs.withMessages : refreshEveryMs.withoutMessages,
          run: refreshAll,
          log,
        });

  const enqueue = (work: () => Promise<void>) => {
    queue = queue.then(work).catch((err) => {
      log.warn({ err }, 'Live images of another process cannot be read; all channels are refreshed');
      void loop?.trigger();
    });
  };

  return {
    take: (batch) => {
      if (batch === undefined) void loop?.trigger();
      else if (batch.siteId === siteId)
        enqueue(async () => {
          for (const channel of batch.channels) await takeChannel(channel);
        });
    },
    discoverChannels: () => enqueue(refreshNew),
    stop: async () => {
      clearTimeout(retry);
      await loop?.stop();
      clearTimeout(retry);
      await queue;
    },
  };
}

import { inArray } from 'drizzle-orm';
import type { LiveNews } from '../../events.ts';
import { startLoop } from '../../kernel/jobs/loop.ts';
import type { Log } from '../../kernel/log.ts';
import type { Db } from '../../schema/db.ts';
import type { LiveImages } from '../images/live-images.ts';
import type { LiveChannels } from '../recording/channels.ts';
import type { LiveTelling } from '../recording/record-live-images.ts';
import type { LiveIntake } from './intake.ts';

/** What other processes recorded is read again this often even if no message was missed, and where none can come. */
const lookEveryMs = { told: 30_000, untold: 5_000 };
const retryMs = 1_000;

/** What other processes of the site record, brought to the viewers of this one. */
export type Follow = {
  /** Rows that another process wrote; undefined when anything may have changed. Returns at once. */
  hear(news: LiveNews | undefined): void;
  /** Learns of channels that others have added. Returns at once. */
  lookForChannels(): void;
  stop(): Promise<void>;
};

/** What was recorded, as other processes are told of it. */
export function newsOf(siteId: number, { channelId, rows, gone }: LiveTelling): LiveNews {
  const idsOf = (list: readonly { id: number }[]) => list.map(({ id }) => id);
  return { siteId, channels: [{ id: channelId, rows: idsOf(rows), gone: idsOf(gone) }] };
}

export function createFollow(options: {
  db: Db;
  siteId: number;
  /** Whether others tell what they do; without it all is read again every few seconds. */
  areTold: boolean;
  channels: LiveChannels;
  intake: LiveIntake;
  images: Pick<LiveImages, 'drawAhead'>;
  log: Log;
}): Follow {
  const { db, siteId, channels, intake, images, log } = options;
  const { liveImages } = db.tables;
  let taking: Promise<void> = Promise.resolve();
  let retry: NodeJS.Timeout | undefined;

  async function readAll(): Promise<void> {
    try {
      await channels.refresh();
      for (const channel of channels.list()) await intake.refresh(channel);
    } catch (err) {
      log.warn({ err }, 'What other processes recorded of live images cannot be read yet');
      clearTimeout(retry);
      retry = setTimeout(() => void loop?.trigger(), retryMs);
    }
  }

  async function take({ id, rows: ids, gone }: LiveNews['channels'][number]): Promise<void> {
    const channel = channels.byId(id);
    if (!channel) return meet();
    const rows = ids.length === 0 ? [] : await readRows(ids);
    // Viewers ask this process for the picture in a moment.
    if (rows.length <= 1) for (const row of rows) images.drawAhead(channel, row);
    await intake.tell({
      channelId: id,
      added: rows.length,
      rows,
      gone: gone.map((one) => ({ id: one })),
    });
  }

  async function meet(): Promise<void> {
    const known = new Set(channels.list().map(({ id }) => id));
    await channels.refresh();
    for (const channel of channels.list()) if (!known.has(channel.id)) await intake.refresh(channel);
  }

  const readRows = (ids: readonly number[]) =>
    db.read
      .select()
      .from(liveImages)
      .where(inArray(liveImages.id, [...ids]));

  /** A process on a database file is alone. */
  const loop =
    db.dialect === 'sqlite'
      ? undefined
      : startLoop({
          name: 'live images of other processes',
          intervalMs: options.areTold ? lookEveryMs.told : lookEveryMs.untold,
          run: readAll,
          log,
        });

  const inTurn = (work: () => Promise<void>) => {
    taking = taking.then(work).catch((err) => {
      log.warn({ err }, 'Live images of another process cannot be read; all are read anew');
      void loop?.trigger();
    });
  };

  return {
    hear: (news) => {
      if (news === undefined) void loop?.trigger();
      else if (news.siteId === siteId)
        inTurn(async () => {
          for (const channel of news.channels) await take(channel);
        });
    },
    lookForChannels: () => inTurn(meet),
    stop: async () => {
      clearTimeout(retry);
      await loop?.stop();
      clearTimeout(retry);
      await taking;
    },
  };
}

import type { Queryable } from '../../kernel/db/database.ts';
import type { Keyset } from '../../kernel/db/keyset.ts';
import type { Cut, Removed, RetentionPolicy } from '../../kernel/retention-policy.ts';
import { deleteFiles } from '../../kernel/storage/delete-files.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import { dayMs } from '../../kernel/time/durations.ts';
import type { Db } from '../../schema/db.ts';
import type { LiveChannel } from '../model.ts';
import type { LiveRow } from '../recording/record-live-images.ts';
import { countBefore, forgetRows, readHoldings, readOldest, shareOf } from './retention-queries.ts';

/** Each row may have a file to delete. */
const rowsPerStep = 50;
/** Pause before the next attempt on a folder in which nothing can be deleted. */
const readonlyPauseMs = 3_600_000;

/** The live images that the policy looks after. */
export type RetainedImages = {
  /** Channels that are watched and whose folders can be read. */
  watched(): LiveChannel[];
  /** Deletes images of a channel through `write`, and publishes the newest images that are gone by it. */
  forget(
    channel: LiveChannel,
    images: readonly { id: number; name: string }[],
    write: (q: Queryable) => Promise<void>,
  ): Promise<void>;
};

/**
 * Retention of live images and their rows: the oldest of all cameras first, never those of the last day. Files are deleted
 * in folders that `mayDelete`; elsewhere only rows whose file is missing. A file is deleted before its row, so that a
 * process that dies in between leaves a row that the next sweep marks as missing.
 */
export function createLivePolicy(options: {
  db: Db;
  clock: Clock;
  live: RetainedImages;
  mayDelete: (path: string) => boolean;
  days: number;
  bytes: number;
  /** Whether a full disk alone is a reason to delete. */
  freesDisks: boolean;
}): RetentionPolicy {
  const { db, clock, live, days, bytes } = options;
  const deletable = () => live.watched().filter(({ path }) => options.mayDelete(path));
  const limitOf = (cut: Cut) =>
    Math.min('before' in cut ? cut.before : Number.POSITIVE_INFINITY, clock.now() - dayMs);
  const isRecent = (modifiedAt: number) => modifiedAt > clock.now() - dayMs;
  /** Where the last step ended; the next one continues there. */
  let from: Keyset | undefined;
  let readonlyUntil = Number.NEGATIVE_INFINITY;

  /** Keeps the rows of a folder that is away or read-only. */
  async function removeOf(channel: LiveChannel, rows: readonly LiveRow[]): Promise<Omit<Removed, 'isDone'>> {
    const missing = rows.filter(({ missingAt }) => missingAt !== null);
    const files = options.mayDelete(channel.path) ? rows.filter(({ missingAt }) => missingAt === null) : [];
    const deletion = await deleteFiles(channel.path, '', files, isRecent);
    if (!deletion.ok && deletion.reason === 'readonly') readonlyUntil = clock.now() + readonlyPauseMs;
    const outcomes = deletion.ok ? deletion.files : [];
    const isDeleted = ({ outcome }: { outcome: string }) => outcome === 'deleted';
    const gone = new Set(
      outcomes.filter((one) => isDeleted(one) || one.outcome === 'gone').map((one) => one.name),
    );
    const forgotten = [...missing, ...files.filter(({ name }) => gone.has(name))];
    await live.forget(channel, forgotten, (q) => forgetRows(db, q, forgotten));
    return {
      count: forgotten.length,
      bytes: outcomes.filter(isDeleted).reduce((total, file) => total + file.bytes, 0),
      failed: outcomes.length - gone.size,
    };
  }

  async function remove(cut: Cut): Promise<Removed> {
    const total = { count: 0, bytes: 0, failed: 0 };
    const channels = new Map(live.watched().map((channel) => [channel.id, channel]));
    const asked = { after: from, before: limitOf(cut), limit: rowsPerStep };
    const rows = await readOldest(db, [...channels.values()], asked);
    for (const [id, some] of Map.groupBy(rows, ({ channelId }) => channelId)) {
      const removed = await removeOf(channels.get(id)!, some);
      total.count += removed.count;
      total.bytes += removed.bytes;
      total.failed += removed.failed;
    }
    const last = rows.at(-1);
    const isDone = rows.length < rowsPerStep || ('freeBytes' in cut && total.bytes >= cut.freeBytes);
    from = isDone || !last ? undefined : { capturedAt: last.capturedAt, id: last.id };
    return { ...total, isDone };
  }

  return {
    key: 'live',
    limits: { days, bytes },
    isEstimate: true,
    folders: () => (options.freesDisks ? deletable().map(({ path }) => path) : []),
    hindrance: () => {
      if (days === 0 && live.watched().length > 0 && deletable().length === 0) return 'off';
      return clock.now() < readonlyUntil ? 'readonly' : null;
    },
    read: () => readHoldings(db, live.watched()),
    preview: async (cut) => {
      const amount = await countBefore(db, deletable(), limitOf(cut));
      return 'freeBytes' in cut ? shareOf(amount, cut.freeBytes) : amount;
    },
    remove,
  };
}

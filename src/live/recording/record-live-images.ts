import { and, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import { insertMissing } from '../../kernel/db/write.ts';
import { believedAheadMs, type Clock } from '../../kernel/time/clock.ts';
import type { Db } from '../../schema/db.ts';
import { nextKeptId } from '../../schema/kept-ids.ts';
import { applyToLiveRollUps, type LiveChange } from './live-roll-ups.ts';

/** One complete file of a channel. Size and time of change are unknown for old files that were taken by their name alone. */
export type LiveFile = {
  name: string;
  capturedAt: number;
  /** Empty where the name has none. */
  coil: string;
  sizeBytes: number | null;
  modifiedAt: number | null;
};

export type LiveRow = Db['tables']['liveImages']['$inferSelect'];

/** The result of recording a batch. */
export type LiveRecorded = {
  channelId: number;
  added: number;
  /** Overwritten, or back after they were missing. */
  reread: number;
  missing: number;
  /** New and changed rows as they are now; of many new ones only the newest of each of the newest coils. */
  rows: LiveRow[];
  /** Rows whose file is gone. */
  gone: LiveRow[];
};

/** The rows that viewers are notified of. Deleted rows are known by their ids only. */
export type RecordedRows = Pick<LiveRecorded, 'channelId' | 'added' | 'rows'> & {
  gone: readonly Pick<LiveRow, 'id'>[];
};

export type RecordLiveImages = {
  /** Records complete files with their counts; recording the same batch twice changes nothing. */
  recordFound(channelId: number, files: readonly LiveFile[]): Promise<LiveRecorded>;
  /** Marks images whose file is gone; skips unknown names and images that are marked already. */
  recordMissing(channelId: number, names: readonly string[]): Promise<LiveRecorded>;
  /**
   * Dates images of an earlier version, whose times lie ahead of now and of when they were found, by when they were found.
   */
  settleFuture(channelId: number): Promise<void>;
  /** Stores the defects that came with a pair, under the channel of the original. Later data replaces earlier. */
  recordDefects(of: { channelId: number; coil: string; capturedAt: number }, data: unknown): Promise<void>;
};

/** Coils of a large batch whose newest image viewers are notified of. */
const maxNotifiedCoils = 50;
/** Rows dated anew in one transaction. */
const maxSettledAtOnce = 200;

/** The write side of live images: all their rows and counts are written here, or by functions called from here. */
export function createRecordLiveImages(db: Db, clock: Clock): RecordLiveImages {
  const { liveImages, liveDefects } = db.tables;
  const named = (channelId: number, names: readonly string[]) =>
    and(eq(liveImages.channelId, channelId), inArray(liveImages.name, [...names]));

  async function insertNew(q: Queryable, channelId: number, files: readonly LiveFile[]): Promise<LiveRow[]> {
    const foundAt = clock.now();
    const id = files.length === 0 ? undefined : await nextKeptId(db, q, 'liveImageIds');
    const rows = files.map((file, i) => ({ ...file, channelId, foundAt, ...(i === 0 && id ? { id } : {}) }));
    await insertMissing(db.dialect, q, liveImages, rows);
    const newest = newestByCoil(files).map(({ name }) => name);
    return newest.length === 0 ? [] : q.select().from(liveImages).where(named(channelId, newest));
  }

  return {
    recordFound: (channelId, files) =>
      db.tx(async (q) => {
        const unique = new Map(files.map((file) => [file.name, file]));
        const known = await q
          .select()
          .from(liveImages)
          .where(named(channelId, [...unique.keys()]));
        const changes: LiveChange[] = [];
        const rows: LiveRow[] = [];
        for (const row of known) {
          const now = rereadRow(row, unique.get(row.name)!);
          unique.delete(row.name);
          if (!now) continue;
          await q.update(liveImages).set(now).where(eq(liveImages.id, row.id));
          if (row.missingAt === null) changes.push({ ...row, by: -1 });
          changes.push({ ...now, by: 1 });
          if (now.revision !== row.revision || row.missingAt !== null) rows.push(now);
        }
        const reread = rows.length;
        const fresh = [...unique.values()];
        rows.push(...(await insertNew(q, channelId, fresh)));
        for (const { coil, capturedAt } of fresh) changes.push({ coil, capturedAt, by: 1 });
        await applyToLiveRollUps(db, q, channelId, changes);
        return { channelId, added: fresh.length, reread, missing: 0, rows, gone: [] };
      }),

    recordMissing: (channelId, names) =>
      db.tx(async (q) => {
        const there = and(named(channelId, names), isNull(liveImages.missingAt));
        const gone = names.length === 0 ? [] : await q.select().from(liveImages).where(there);
        if (gone.length > 0) await q.update(liveImages).set({ missingAt: clock.now() }).where(there);
        await applyToLiveRollUps(
          db,
          q,
          channelId,
          gone.map(({ coil, capturedAt }) => ({ coil, capturedAt, by: -1 })),
        );
        return { channelId, added: 0, reread: 0, missing: gone.length, rows: [], gone };
      }),

    async settleFuture(channelId) {
      const isAhead = and(
        eq(liveImages.channelId, channelId),
        gt(liveImages.capturedAt, clock.now() + believedAheadMs),
        gt(liveImages.capturedAt, sql`${liveImages.foundAt} + ${believedAheadMs}`),
      );
      for (let settled = maxSettledAtOnce; settled === maxSettledAtOnce; ) {
        settled = await db.tx(async (q) => {
          const rows = await q.select().from(liveImages).where(isAhead).limit(maxSettledAtOnce);
          const changes: LiveChange[] = [];
          for (const { id, coil, capturedAt, foundAt, missingAt } of rows) {
            await q.update(liveImages).set({ capturedAt: foundAt }).where(eq(liveImages.id, id));
            if (missingAt !== null) continue;
            changes.push({ coil, capturedAt, by: -1 }, { coil, capturedAt: foundAt, by: 1 });
          }
          await applyToLiveRollUps(db, q, channelId, changes);
          return rows.length;
        });
      }
    },

    async recordDefects({ channelId, coil, capturedAt }, data) {
      const same = and(
        eq(liveDefects.channelId, channelId),
        eq(liveDefects.coil, coil),
        eq(liveDefects.capturedAt, capturedAt),
      );
      await db.tx(async (q) => {
        await q.delete(liveDefects).where(same);
        await q.insert(liveDefects).values({ channelId, coil, capturedAt, data });
      });
    },
  };
}

/**
 * The row after another read of its file; undefined when nothing has changed. A row taken by its name alone has no size
 * yet: if the file has not changed since it was found, it is the same file. A file that came back may be another one.
 */
function rereadRow(row: LiveRow, file: LiveFile): LiveRow | undefined {
  const isBack = row.missingAt !== null;
  const isUnseen = file.sizeBytes === null || file.modifiedAt === null;
  const hasNewContent = isUnseen
    ? isBack
    : row.sizeBytes === null
      ? (file.modifiedAt ?? 0) > row.foundAt
      : file.sizeBytes !== row.sizeBytes || file.modifiedAt !== row.modifiedAt;
  if (!isBack && !hasNewContent && (row.sizeBytes !== null || isUnseen)) return undefined;
  return {
    ...row,
    // Without a time in its name, an image has the time of its content.
    capturedAt: hasNewContent ? file.capturedAt : row.capturedAt,
    sizeBytes: file.sizeBytes ?? row.sizeBytes,
    modifiedAt: file.modifiedAt ?? row.modifiedAt,
    missingAt: null,
    revision: hasNewContent ? row.revision + 1 : row.revision,
  };
}

/** The newest file of each of the newest coils; viewers are shown nothing else of a batch. */
function newestByCoil(files: readonly LiveFile[]): LiveFile[] {
  const newest = new Map<string, LiveFile>();
  for (const file of files) {
    const before = newest.get(file.coil);
    if (!before || file.capturedAt >= before.capturedAt) newest.set(file.coil, file);
  }
  return [...newest.values()].sort((a, b) => b.capturedAt - a.capturedAt).slice(0, maxNotifiedCoils);
}

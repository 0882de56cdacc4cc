import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import { insertMissing } from '../../kernel/db/write.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Db } from '../../schema/db.ts';
import { applyToLiveRollUps, type LiveChange } from './live-roll-ups.ts';

/** One complete file of a channel. Size and time are unknown for old files that were taken by their name alone. */
export type LiveFile = {
  name: string;
  capturedAt: number;
  /** The empty text where the name tells none. */
  coil: string;
  sizeBytes: number | null;
  modifiedAt: number | null;
};

export type LiveRow = Db['tables']['liveImages']['$inferSelect'];

/** What became of a batch. */
export type LiveRecorded = {
  channelId: number;
  added: number;
  /** Written over, or back after they were gone. */
  reread: number;
  missing: number;
  /** Rows that are new or changed, as they are now; of many new ones the newest of each of the newest coils. */
  rows: LiveRow[];
  /** Rows whose file is gone. */
  gone: LiveRow[];
};

/** The part of it that viewers are told of; of rows that are no more only the numbers are left. */
export type LiveTelling = Pick<LiveRecorded, 'channelId' | 'added' | 'rows'> & {
  gone: readonly Pick<LiveRow, 'id'>[];
};

export type RecordLiveImages = {
  /** Takes complete files into the database with their counts; the same batch twice changes nothing. */
  recordFound(channelId: number, files: readonly LiveFile[]): Promise<LiveRecorded>;
  /** Marks images whose file is gone; unknown names and those marked already are passed over. */
  recordMissing(channelId: number, names: readonly string[]): Promise<LiveRecorded>;
  /** Keeps what the sender of a pair said of its defects, under the channel of the original; told again, the last word counts. */
  recordDefects(of: { channelId: number; coil: string; capturedAt: number }, data: unknown): Promise<void>;
};

/** As many newest coils of a large batch as anybody could be shown. */
const maxRowsTold = 50;

/** The write side of live images: every row and every count of them is written here and in what is called from here. */
export function createRecordLiveImages(db: Db, clock: Clock): RecordLiveImages {
  const { liveImages, liveDefects } = db.tables;
  const named = (channelId: number, names: readonly string[]) =>
    and(eq(liveImages.channelId, channelId), inArray(liveImages.name, [...names]));

  async function insertNew(q: Queryable, channelId: number, files: readonly LiveFile[]): Promise<LiveRow[]> {
    const foundAt = clock.now();
    const rows = files.map((file) => ({ ...file, channelId, foundAt }));
    await insertMissing(db.dialect, q, liveImages, rows);
    const told = newestByCoil(files).map(({ name }) => name);
    return told.length === 0 ? [] : q.select().from(liveImages).where(named(channelId, told));
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
 * The row as a new look at its file has it, or undefined when nothing is new. A row taken by its name alone has no size
 * yet: a file not changed since it was found is the one that was found. A file that came back may be any.
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
    // A name without a time has that of its content.
    capturedAt: hasNewContent ? file.capturedAt : row.capturedAt,
    sizeBytes: file.sizeBytes ?? row.sizeBytes,
    modifiedAt: file.modifiedAt ?? row.modifiedAt,
    missingAt: null,
    revision: hasNewContent ? row.revision + 1 : row.revision,
  };
}

/** The newest file of each coil, of the newest coils: nobody is shown anything else of a batch. */
function newestByCoil(files: readonly LiveFile[]): LiveFile[] {
  const newest = new Map<string, LiveFile>();
  for (const file of files) {
    const before = newest.get(file.coil);
    if (!before || file.capturedAt >= before.capturedAt) newest.set(file.coil, file);
  }
  return [...newest.values()].sort((a, b) => b.capturedAt - a.capturedAt).slice(0, maxRowsTold);
}

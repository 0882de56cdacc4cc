import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Clock } from '../kernel/clock.ts';
import type { Queryable } from '../kernel/db/database.ts';
import type { Db } from '../schema/db.ts';
import type { Folders, KnownFolder } from './folders.ts';
import type { FoundBatch, FoundFile } from './found-files.ts';
import { createInsertInspections } from './insert-inspections.ts';
import { applyToRollUps, type CountChange } from './roll-ups.ts';

/** What became of a batch. `stationIds` and the time span tell readers whether they are concerned. */
export type Recorded = {
  added: number;
  rejudged: number;
  reread: number;
  stationIds: number[];
  oldestAt: number;
  newestAt: number;
};

export type RecordInspections = {
  /** Takes complete files into the database with their counts; the same batch twice changes nothing. */
  recordFound(batch: FoundBatch): Promise<Recorded>;
  /** Marks images whose file is gone; row and counts stay. Answers how many were marked. */
  recordMissing(folder: { rootId: number; path: string }, names: readonly string[]): Promise<number>;
};

/** Asks the disk whether a file is (still) there, and since when its content is what it is. */
export type StatFile = (folder: KnownFolder, name: string) => Promise<{ modifiedAt: number } | undefined>;

type Options = { db: Db; folders: Folders; clock: Clock; statFile: StatFile };

/** The write side of inspections: every row and every count of them is written here. */
export function createRecordInspections({ db, folders, clock, statFile }: Options): RecordInspections {
  const { inspections } = db.tables;
  const insert = createInsertInspections(db);

  return {
    async recordFound({ folder: ref, files }) {
      const folder = await folders.ensure(ref);
      const foundAt = clock.now();
      const known: FoundFile[] = [];
      const added: FoundFile[] = [];
      await db.tx(async (q) => {
        known.length = 0;
        added.length = 0;
        const isNew = await insert(q, folder, files, foundAt);
        files.forEach((file, i) => void (isNew[i] ? added : known).push(file));
        await applyToRollUps(
          db,
          q,
          added.map((file) => ({ ...unitOf(folder, file), by: 1 })),
        );
      });
      let rejudged = 0;
      let reread = 0;
      for (const file of known) {
        const outcome = await settleKnown({ db, folders, clock, statFile }, folder, file);
        if (outcome === 'rejudged') rejudged++;
        if (outcome === 'reread') reread++;
      }
      const times = files.map((file) => file.capturedAt);
      return {
        added: added.length,
        rejudged,
        reread,
        stationIds: added.length + rejudged + reread > 0 ? [folder.stationId] : [],
        oldestAt: Math.min(...times),
        newestAt: Math.max(...times),
      };
    },

    async recordMissing({ rootId, path }, names) {
      const folder = folders.find(rootId, path);
      if (!folder || names.length === 0) return 0;
      return db.tx(async (q) => {
        const there = and(
          eq(inspections.directoryId, folder.id),
          inArray(inspections.name, [...names]),
          isNull(inspections.missingAt),
        );
        const rows = await q.select({ id: inspections.id }).from(inspections).where(there);
        const ids = rows.map((row) => row.id);
        if (ids.length > 0) {
          await q.update(inspections).set({ missingAt: clock.now() }).where(inArray(inspections.id, ids));
        }
        return ids.length;
      });
    },
  };
}

function unitOf({ stationId, partId }: KnownFolder, { capturedAt, verdict }: FoundFile) {
  return { stationId, partId, capturedAt, verdict };
}

/**
 * A file whose row was there already: the very same file (nothing to do), the same name with new content
 * (read again), a file that came back, or the same unit under another name (judged anew).
 */
async function settleKnown(
  { db, folders, clock, statFile }: Options,
  folder: KnownFolder,
  file: FoundFile,
): Promise<'same' | 'reread' | 'rejudged'> {
  const { inspections } = db.tables;
  const [same] = await db.read
    .select()
    .from(inspections)
    .where(and(eq(inspections.directoryId, folder.id), eq(inspections.name, file.name)));
  if (same) {
    if (same.missingAt === null && !hasNewContent(same, file)) return 'same';
    await db.tx((q) => rereadRow(db, q, same, file));
    return 'reread';
  }
  const sequence =
    file.sequence === null ? isNull(inspections.sequence) : eq(inspections.sequence, file.sequence);
  const [unit] = await db.read
    .select()
    .from(inspections)
    .where(
      and(
        eq(inspections.stationId, folder.stationId),
        eq(inspections.partId, folder.partId),
        eq(inspections.capturedAt, file.capturedAt),
        sequence,
      ),
    );
  if (!unit) return 'same';
  const before = await statFile(folders.get(unit.directoryId), unit.name);
  const after = file.modifiedAt ?? (await statFile(folder, file.name))?.modifiedAt;
  if (after === undefined || (before && before.modifiedAt >= after)) return 'same';

  await db.tx(async (q) => {
    const rejudged = unit.verdict !== file.verdict;
    await q
      .update(inspections)
      .set({
        directoryId: folder.id,
        name: file.name,
        verdict: file.verdict,
        sizeBytes: file.sizeBytes,
        modifiedAt: file.modifiedAt,
        missingAt: null,
        revision: unit.revision + 1,
        ...(rejudged ? { previousVerdict: unit.verdict, rejudgedAt: clock.now() } : {}),
      })
      .where(eq(inspections.id, unit.id));
    const changes: CountChange[] = [
      { ...unit, by: -1 },
      { ...unitOf(folder, file), by: 1 },
    ];
    if (rejudged) await applyToRollUps(db, q, changes);
  });
  return 'rejudged';
}

type Row = Db['tables']['inspections']['$inferSelect'];

function hasNewContent(row: Row, file: FoundFile): boolean {
  if (file.sizeBytes === null || row.sizeBytes === null) return false;
  return file.sizeBytes !== row.sizeBytes || file.modifiedAt !== row.modifiedAt;
}

/** An unmatched file has no time of its own but its modification time, so that new content moves its counts too. */
async function rereadRow(db: Db, q: Queryable, row: Row, file: FoundFile): Promise<void> {
  const { inspections } = db.tables;
  const moved = row.verdict === null && row.capturedAt !== file.capturedAt;
  await q
    .update(inspections)
    .set({
      sizeBytes: file.sizeBytes,
      modifiedAt: file.modifiedAt,
      missingAt: null,
      revision: hasNewContent(row, file) ? row.revision + 1 : row.revision,
      ...(moved ? { capturedAt: file.capturedAt } : {}),
    })
    .where(eq(inspections.id, row.id));
  if (!moved) return;
  await applyToRollUps(db, q, [
    { ...row, by: -1 },
    { ...row, capturedAt: file.capturedAt, by: 1 },
  ]);
}

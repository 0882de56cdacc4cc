import { and, eq, inArray } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import type { Db } from '../../schema/db.ts';
import type { KnownFolder } from './folders.ts';
import type { FoundImage } from './found-images.ts';
import { applyToRollUps } from './roll-ups.ts';

export type InspectionRow = Db['tables']['inspections']['$inferSelect'];

/**
 * Settles files whose row existed already: the same file (nothing to do), new content under the same name, or a file that
 * returned. Returns how many were read again. Idempotent.
 */
export async function settleKnown(
  db: Db,
  folder: KnownFolder,
  files: readonly FoundImage[],
): Promise<number> {
  if (files.length === 0) return 0;
  return db.tx((q) => settleSameNames(db, q, folder, files));
}

async function settleSameNames(
  db: Db,
  q: Queryable,
  folder: KnownFolder,
  files: readonly FoundImage[],
): Promise<number> {
  const { inspections } = db.tables;
  const names = files.map(({ name }) => name);
  const sameNames = and(eq(inspections.directoryId, folder.id), inArray(inspections.name, names));
  const rows = await q.select().from(inspections).where(sameNames);
  const byName = new Map(rows.map((row) => [row.name, row]));
  let reread = 0;
  for (const file of files) {
    const row = byName.get(file.name);
    if (!row) continue;
    const now = rereadRow(row, file);
    await saveReread(db, q, row, now);
    byName.set(file.name, now);
    if (now.revision !== row.revision || now.missingAt !== row.missingAt) reread++;
  }
  return reread;
}

/**
 * Whether a known file has new content. A row recorded by name alone has no size yet; its file is the same unless it was
 * modified after it was found. A file that returned and was not opened may have any content.
 */
function hasNewContent(row: InspectionRow, file: FoundImage): boolean {
  if (file.sizeBytes === null || file.modifiedAt === null) return row.missingAt !== null;
  if (row.sizeBytes === null) return file.modifiedAt > row.foundAt;
  return file.sizeBytes !== row.sizeBytes || file.modifiedAt !== row.modifiedAt;
}

/** Whether the time of an image is its file's, because neither its name nor a pattern tells one. */
function hasFileTime({ verdict, word }: Pick<InspectionRow, 'verdict' | 'word'>): boolean {
  return verdict === null && word === null;
}

/** The row with the facts of the file. The time of an unmatched file is its modification time, so new content moves it. */
function rereadRow(row: InspectionRow, file: FoundImage): InspectionRow {
  const isNew = hasNewContent(row, file);
  return {
    ...row,
    capturedAt: hasFileTime(row) && isNew ? file.capturedAt : row.capturedAt,
    sizeBytes: file.sizeBytes ?? row.sizeBytes,
    modifiedAt: file.modifiedAt ?? row.modifiedAt,
    inode: file.inode ?? row.inode,
    missingAt: null,
    clearedAt: row.missingAt === null ? row.clearedAt : null,
    revision: isNew ? row.revision + 1 : row.revision,
  };
}

async function saveReread(db: Db, q: Queryable, before: InspectionRow, now: InspectionRow): Promise<void> {
  const isSame =
    before.revision === now.revision &&
    before.missingAt === now.missingAt &&
    before.sizeBytes === now.sizeBytes &&
    before.modifiedAt === now.modifiedAt &&
    before.inode === now.inode;
  if (isSame) return;
  const { inspections } = db.tables;
  const { capturedAt, sizeBytes, modifiedAt, inode, missingAt, clearedAt, revision } = now;
  await q
    .update(inspections)
    .set({ capturedAt, sizeBytes, modifiedAt, inode, missingAt, clearedAt, revision })
    .where(eq(inspections.id, now.id));
  if (now.capturedAt === before.capturedAt) return;
  await applyToRollUps(db, q, [{ before, after: now }]);
}

import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Db } from '../../schema/db.ts';
import type { Folders, KnownFolder } from './folders.ts';
import type { FoundImage } from './found-images.ts';
import { applyToRollUps, type CountChange } from './roll-ups.ts';

/** Modification time of a file, epoch ms; undefined when it is gone. */
export type StatFile = (folder: KnownFolder, name: string) => Promise<{ modifiedAt: number } | undefined>;

export type SettleParts = { db: Db; folders: Folders; clock: Clock; statFile: StatFile };

/** How many files changed their verdict and how many their content; the others are unchanged. */
export type Settled = { rejudged: number; reread: number };

type Row = Db['tables']['inspections']['$inferSelect'];

/** How often a row is settled again when it changed during the look at the disk; then the batch fails and is retried. */
const maxTries = 3;

/**
 * Settles files whose row existed already: the same file (nothing to do), new content under the same name (reread), a
 * file that returned, or the same unit under another name (rejudged). Idempotent.
 */
export async function settleKnown(
  parts: SettleParts,
  folder: KnownFolder,
  files: readonly FoundImage[],
): Promise<Settled> {
  if (files.length === 0) return { rejudged: 0, reread: 0 };
  const { reread, renamed } = await parts.db.tx((q) => settleSameNames(parts.db, q, folder, files));
  const settled = { rejudged: 0, reread };
  for (const file of renamed) {
    const outcome = await settleRenamed(parts, folder, file);
    if (outcome !== 'same') settled[outcome]++;
  }
  return settled;
}

/** `renamed` are the files whose name is in no row. */
async function settleSameNames(
  db: Db,
  q: Queryable,
  folder: KnownFolder,
  files: readonly FoundImage[],
): Promise<{ reread: number; renamed: FoundImage[] }> {
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
  return { reread, renamed: files.filter(({ name }) => !byName.has(name)) };
}

/**
 * Whether a known file has new content. A row recorded by name alone has no size yet; its file is the same unless it was
 * modified after it was found. A file that returned and was not opened may have any content.
 */
function hasNewContent(row: Row, file: FoundImage): boolean {
  if (file.sizeBytes === null || file.modifiedAt === null) return row.missingAt !== null;
  if (row.sizeBytes === null) return file.modifiedAt > row.foundAt;
  return file.sizeBytes !== row.sizeBytes || file.modifiedAt !== row.modifiedAt;
}

/** The row with the facts of the file. The time of an unmatched file is its modification time, so new content moves it. */
function rereadRow(row: Row, file: FoundImage): Row {
  const isNew = hasNewContent(row, file);
  return {
    ...row,
    capturedAt: row.verdict === null && isNew ? file.capturedAt : row.capturedAt,
    sizeBytes: file.sizeBytes ?? row.sizeBytes,
    modifiedAt: file.modifiedAt ?? row.modifiedAt,
    missingAt: null,
    clearedAt: row.missingAt === null ? row.clearedAt : null,
    revision: isNew ? row.revision + 1 : row.revision,
  };
}

async function saveReread(db: Db, q: Queryable, before: Row, now: Row): Promise<void> {
  const isSame =
    before.revision === now.revision &&
    before.missingAt === now.missingAt &&
    before.sizeBytes === now.sizeBytes &&
    before.modifiedAt === now.modifiedAt;
  if (isSame) return;
  const { inspections } = db.tables;
  const { capturedAt, sizeBytes, modifiedAt, missingAt, clearedAt, revision } = now;
  await q
    .update(inspections)
    .set({ capturedAt, sizeBytes, modifiedAt, missingAt, clearedAt, revision })
    .where(eq(inspections.id, now.id));
  if (now.capturedAt === before.capturedAt) return;
  await applyToRollUps(db, q, [
    { ...before, by: -1 },
    { ...now, by: 1 },
  ]);
}

/** Of two files of one unit the newer one becomes its row. */
async function settleRenamed(
  { db, folders, clock, statFile }: SettleParts,
  folder: KnownFolder,
  file: FoundImage,
): Promise<'same' | keyof Settled> {
  for (let tries = 0; tries < maxTries; tries++) {
    const unit = await findUnit(db, folder, file);
    if (!unit || (unit.directoryId === folder.id && unit.name === file.name)) return 'same';
    const before = await statFile(folders.get(unit.directoryId), unit.name);
    const after = file.modifiedAt ?? (await statFile(folder, file.name))?.modifiedAt;
    if (after === undefined || (before && before.modifiedAt >= after)) return 'same';
    const outcome = await db.tx((q) => takeOver(db, q, unit, folder, file, clock.now()));
    if (outcome) return outcome;
  }
  throw new Error(`The row of ${JSON.stringify(file.name)} keeps changing`);
}

async function findUnit(db: Db, folder: KnownFolder, file: FoundImage): Promise<Row | undefined> {
  const { inspections } = db.tables;
  const { sequence } = file;
  const [unit] = await db.read
    .select()
    .from(inspections)
    .where(
      and(
        eq(inspections.stationId, folder.stationId),
        eq(inspections.partId, folder.partId),
        eq(inspections.capturedAt, file.capturedAt),
        sequence === null ? isNull(inspections.sequence) : eq(inspections.sequence, sequence),
      ),
    );
  return unit;
}

/** Undefined when the row has changed since the disk was asked. */
async function takeOver(
  db: Db,
  q: Queryable,
  unit: Row,
  folder: KnownFolder,
  file: FoundImage,
  now: number,
): Promise<keyof Settled | undefined> {
  const { inspections } = db.tables;
  const [row] = await q.select().from(inspections).where(eq(inspections.id, unit.id));
  if (row?.name !== unit.name || row.directoryId !== unit.directoryId || row.verdict !== unit.verdict) {
    return undefined;
  }
  const isRejudged = row.verdict !== file.verdict;
  await q
    .update(inspections)
    .set({
      directoryId: folder.id,
      name: file.name,
      verdict: file.verdict,
      sizeBytes: file.sizeBytes,
      modifiedAt: file.modifiedAt,
      missingAt: null,
      clearedAt: null,
      revision: row.revision + 1,
      previousVerdict: isRejudged ? row.verdict : row.previousVerdict,
      rejudgedAt: isRejudged ? now : row.rejudgedAt,
    })
    .where(eq(inspections.id, row.id));
  if (!isRejudged) return 'reread';
  const changes: CountChange[] = [
    { ...row, by: -1 },
    { ...row, verdict: file.verdict, by: 1 },
  ];
  await applyToRollUps(db, q, changes);
  return 'rejudged';
}

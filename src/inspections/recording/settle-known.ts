import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Queryable } from '../../kernel/db/database.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Db } from '../../schema/db.ts';
import type { Folders, KnownFolder } from './folders.ts';
import type { FoundFile } from './found-files.ts';
import { applyToRollUps, type CountChange } from './roll-ups.ts';

/** Asks the disk whether a file is (still) there, and since when its content is what it is. */
export type StatFile = (folder: KnownFolder, name: string) => Promise<{ modifiedAt: number } | undefined>;

export type SettleParts = { db: Db; folders: Folders; clock: Clock; statFile: StatFile };

/** How many of the files were judged anew and how many read again; the rest was as it had been. */
export type Settled = { rejudged: number; reread: number };

type Row = Db['tables']['inspections']['$inferSelect'];

/** A row taken over by somebody else while the disk was asked is settled anew this often; then the batch is tried again. */
const maxTries = 3;

/**
 * Settles files whose row was there already: the very same file (nothing to do), the same name with new content (read
 * again), a file that came back, or the same unit under another name (judged anew). Repeating it changes nothing.
 */
export async function settleKnown(
  parts: SettleParts,
  folder: KnownFolder,
  files: readonly FoundFile[],
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

/** `renamed` are the files whose name no row has. */
async function settleSameNames(
  db: Db,
  q: Queryable,
  folder: KnownFolder,
  files: readonly FoundFile[],
): Promise<{ reread: number; renamed: FoundFile[] }> {
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
 * What a new look at a known file says. A row taken by its name alone has no size yet: a file not changed since it was
 * found is the one that was found. A file that came back unlooked at may be any.
 */
function hasNewContent(row: Row, file: FoundFile): boolean {
  if (file.sizeBytes === null || file.modifiedAt === null) return row.missingAt !== null;
  if (row.sizeBytes === null) return file.modifiedAt > row.foundAt;
  return file.sizeBytes !== row.sizeBytes || file.modifiedAt !== row.modifiedAt;
}

/**
 * The row as the file has it now. An unmatched file has no time of its own but its modification time, so that new
 * content moves it.
 */
function rereadRow(row: Row, file: FoundFile): Row {
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

/** A unit that is known under another name takes the newer of the two files. */
async function settleRenamed(
  { db, folders, clock, statFile }: SettleParts,
  folder: KnownFolder,
  file: FoundFile,
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
  throw new Error(`The row of ${JSON.stringify(file.name)} changes all the time`);
}

async function findUnit(db: Db, folder: KnownFolder, file: FoundFile): Promise<Row | undefined> {
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

/** Undefined when the row is not any more what it was when the disk was asked. */
async function takeOver(
  db: Db,
  q: Queryable,
  unit: Row,
  folder: KnownFolder,
  file: FoundFile,
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
      ...(isRejudged ? { previousVerdict: row.verdict, rejudgedAt: now } : {}),
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

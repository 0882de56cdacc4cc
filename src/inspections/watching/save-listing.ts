import { and, desc, eq, lte } from 'drizzle-orm';
import type { FolderRef } from '../../kernel/folder-scan/model/folder-ref.ts';
import type { SweepReport } from '../../kernel/folder-scan/model/root-status.ts';
import type { ListedFolder } from '../../kernel/folder-scan/model/scan-messages.ts';
import type { Db } from '../../schema/db.ts';
import type { Folders } from '../recording/folders.ts';

/** Sweeps that stay in the database. */
const maxSweepRows = 500;

/** Marks a folder's listing as completely recorded, so that a restart skips the folder while it is unchanged. */
export async function saveListing(
  db: Db,
  folders: Folders,
  ref: FolderRef,
  listing: Omit<ListedFolder, 'path'>,
): Promise<void> {
  const folder = await folders.ensure(ref);
  const { directories } = db.tables;
  const { modifiedAt, listedAt, fileCount, folderCount, inode } = listing;
  await db.tx((q) =>
    q
      .update(directories)
      .set({ modifiedAt, listedAt, fileCount, folderCount, inode, recoverBefore: null })
      .where(eq(directories.id, folder.id)),
  );
  folder.recoverBefore = null;
}

/** The recorded listings of a root, for a scanner thread that starts. */
export async function readListings(db: Db, rootId: number): Promise<ListedFolder[]> {
  const { directories } = db.tables;
  return db.read
    .select({
      path: directories.path,
      modifiedAt: directories.modifiedAt,
      listedAt: directories.listedAt,
      fileCount: directories.fileCount,
      folderCount: directories.folderCount,
      inode: directories.inode,
    })
    .from(directories)
    .where(eq(directories.rootId, rootId));
}

/** Saves a sweep that added files; of all saved sweeps the newest `maxSweepRows` are kept. */
export async function saveSweep(
  db: Db,
  rootId: number,
  { kind, startedAt, durationMs, filesSeen, filesAdded }: SweepReport,
): Promise<void> {
  if (filesAdded === 0) return;
  const { sweeps } = db.tables;
  await db.tx(async (q) => {
    await q.insert(sweeps).values({ rootId, kind, startedAt, durationMs, filesSeen, filesAdded });
    const [oldest] = await q
      .select({ id: sweeps.id })
      .from(sweeps)
      .orderBy(desc(sweeps.id))
      .limit(1)
      .offset(maxSweepRows);
    if (oldest) await q.delete(sweeps).where(and(eq(sweeps.rootId, rootId), lte(sweeps.id, oldest.id)));
  });
}

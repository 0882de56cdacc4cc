import { inArray } from 'drizzle-orm';
import { isAway } from '../../kernel/images/locate-image.ts';
import { type Deletion, deleteFiles } from '../../kernel/storage/delete-files.ts';
import type { Clock } from '../../kernel/time/clock.ts';
import type { Db } from '../../schema/db.ts';
import type { KnownFolder } from '../recording/folders.ts';

/** A row whose file is to be deleted. */
export type ClearableRow = {
  id: number;
  directoryId: number;
  name: string;
  sizeBytes: number | null;
  modifiedAt: number | null;
};

/**
 * Deletes the files behind rows of one folder. A row is first marked as cleared, then its file is deleted, then the row
 * is marked as missing: after a crash in between, the deletion is resumed and not mistaken for a lost file.
 *
 * Returns the outcome for each file; none if the folder is not watched or only the folder is gone; 'away' if the whole
 * root is gone; 'readonly' if nothing can be deleted there.
 */
export type ClearFiles = (
  folder: KnownFolder,
  rows: readonly ClearableRow[],
) => Promise<Deletion[] | 'away' | 'readonly'>;

export function createClearFiles(options: {
  db: Db;
  clock: Clock;
  rootPath: (rootId: number) => string | undefined;
  /** Whether a file of this modification time, epoch ms, is kept whatever its name says. */
  isRecent: (modifiedAt: number) => boolean;
  onCleared: (folder: { rootId: number; path: string }, names: readonly string[]) => void;
}): ClearFiles {
  const { db, clock, rootPath, isRecent, onCleared } = options;

  async function mark(
    rows: readonly ClearableRow[],
    values: { clearedAt?: number | null; missingAt?: number },
  ): Promise<void> {
    if (rows.length === 0) return;
    const { inspections } = db.tables;
    const ids = rows.map(({ id }) => id);
    await db.tx(async (q) => {
      await q.update(inspections).set(values).where(inArray(inspections.id, ids));
    });
  }

  return async (folder, rows) => {
    const root = rootPath(folder.rootId);
    if (root === undefined) return [];
    await mark(rows, { clearedAt: clock.now() });
    const deletion = await deleteFiles(root, folder.path, rows, isRecent);
    if (!deletion.ok) {
      const isRootAway = deletion.reason === 'away' && (await isAway(root));
      await mark(rows, { clearedAt: null });
      if (deletion.reason === 'readonly') return 'readonly';
      return isRootAway ? 'away' : [];
    }
    const deletedFiles = deletion.files.filter(({ outcome }) => outcome === 'deleted' || outcome === 'gone');
    const names = new Set(deletedFiles.map(({ name }) => name));
    await mark(
      rows.filter(({ name }) => names.has(name)),
      { missingAt: clock.now() },
    );
    await mark(
      rows.filter(({ name }) => !names.has(name)),
      { clearedAt: null },
    );
    onCleared({ rootId: folder.rootId, path: folder.path }, [...names]);
    return deletion.files;
  };
}

import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readlink, unlink } from 'node:fs/promises';
import { resolveInside } from './confine.ts';
import { isWithin } from './is-within.ts';

/** A file as recorded in its row; null where the file itself was never inspected. */
export type SourceFile = { name: string; sizeBytes: number | null; modifiedAt: number | null };

/**
 * The outcome for one file: `deleted`, `gone` already, `changed` since it was recorded (the next sweep reads it again),
 * `recent` by its time on disk, or `refused` by the file system.
 */
export type Deletion = {
  name: string;
  bytes: number;
  outcome: 'deleted' | 'gone' | 'changed' | 'recent' | 'refused';
};

/** `away`: the folder is missing or now lies elsewhere; nothing was touched. `readonly`: the file system is read-only. */
export type FolderDeletion = { ok: true; files: Deletion[] } | { ok: false; reason: 'away' | 'readonly' };

/**
 * Deletes files of one folder below a root. The folder is opened once, its real location is checked, and files are deleted
 * within the open folder, so a link swapped in meanwhile has no effect. Links and other non-regular files are kept, and
 * so is a file that differs from the recorded one or whose modification time (epoch ms) `isRecent`: a camera with a wrong
 * clock may give today's images names that look years old.
 */
export async function deleteFiles(
  root: string,
  folder: string,
  files: readonly SourceFile[],
  isRecent: (modifiedAt: number) => boolean,
): Promise<FolderDeletion> {
  const resolved = await resolveInside(root, folder === '' ? '.' : folder);
  const realRoot = await resolveInside(root, '.');
  if (!resolved.ok || !realRoot.ok) return { ok: false, reason: 'away' };
  let handle: FileHandle | undefined;
  try {
    handle = await open(resolved.realPath, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    const within = await pathOfOpen(handle);
    if (within && !isWithin(realRoot.realPath, await readlink(within))) return { ok: false, reason: 'away' };
    const deletions: Deletion[] = [];
    for (const file of files) {
      const deletion = await deleteFile(within ?? resolved.realPath, file, isRecent);
      if (deletion === 'readonly') return { ok: false, reason: 'readonly' };
      deletions.push(deletion);
    }
    return { ok: true, files: deletions };
  } catch (error) {
    if (!isFileError(error)) throw error;
    return { ok: false, reason: 'away' };
  } finally {
    await handle?.close();
  }
}

/** A path that refers to an open folder; only Linux has one. */
async function pathOfOpen({ fd }: FileHandle): Promise<string | undefined> {
  const path = `/proc/self/fd/${fd}`;
  return readlink(path).then(
    () => path,
    () => undefined,
  );
}

async function deleteFile(
  folder: string,
  file: SourceFile,
  isRecent: (modifiedAt: number) => boolean,
): Promise<Deletion | 'readonly'> {
  const { name } = file;
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name)) return refusedOf(name);
  try {
    const path = `${folder}/${name}`;
    const stats = await lstat(path);
    if (!stats.isFile() || hasChanged(file, stats)) return { name, bytes: 0, outcome: 'changed' };
    if (isRecent(stats.mtimeMs)) return { name, bytes: 0, outcome: 'recent' };
    await unlink(path);
    return { name, bytes: stats.size, outcome: 'deleted' };
  } catch (error) {
    if (!isFileError(error)) throw error;
    if (error.code === 'ENOENT') return { name, bytes: 0, outcome: 'gone' };
    return error.code === 'EROFS' ? 'readonly' : refusedOf(name);
  }
}

function refusedOf(name: string): Deletion {
  return { name, bytes: 0, outcome: 'refused' };
}

function hasChanged(
  { sizeBytes, modifiedAt }: SourceFile,
  stats: { size: number; mtimeMs: number },
): boolean {
  if (sizeBytes !== null && sizeBytes !== stats.size) return true;
  return modifiedAt !== null && modifiedAt !== Math.round(stats.mtimeMs);
}

function isFileError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

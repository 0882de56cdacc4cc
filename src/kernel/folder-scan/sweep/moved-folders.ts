import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { inodeOf, lookUpEntry } from '../disk/look-up.ts';
import { countOf, noteListed, pathOf } from '../state/folder-state.ts';
import type { FolderState, ScanContext } from '../state/scan-context.ts';

/** Known names that are looked for in a folder with the number of one that is gone. */
const maxProofs = 50;

/**
 * Notes a folder's number on the disk. A folder seen for the first time that has the number of a known one which is gone,
 * and one of its files, is that folder under another name: what is recorded of it moves along.
 *
 * The number alone would not do: file systems give that of a deleted folder to the next new one.
 */
export async function noteIdentity(context: ScanContext, folder: FolderState, found: Stats): Promise<void> {
  const inode = context.options.flat ? null : inodeOf(context, found);
  if (inode === folder.inode) return;
  const isNew = folder.inode === null && folder.listedAt === null;
  folder.inode = inode;
  if (isNew && inode !== null) await followRename(context, folder, inode);
  if (folder.listedAt !== null && countOf(folder) > 0) noteListed(context, folder);
}

async function followRename(context: ScanContext, folder: FolderState, inode: number): Promise<void> {
  const before = context.folders.values().find((one) => one !== folder && one.inode === inode);
  if (!before || lookUpEntry(pathOf(context, before)).state !== 'gone') return;
  if (!(await hasFileOf(context, folder, before))) return;
  if (!(await context.sendMoved(before.ref, folder.ref.path))) return;
  context.folders.delete(before.ref.path);
  // Those recorded under this path now.
  folder.names = null;
}

async function hasFileOf(context: ScanContext, folder: FolderState, before: FolderState): Promise<boolean> {
  let left = maxProofs;
  for await (const page of context.readNames(before.ref)) {
    for (const name of page) {
      if (lookUpEntry(join(pathOf(context, folder), name)).state === 'there') return true;
      if (--left === 0) return false;
    }
  }
  return false;
}

import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { inodeOf, lookUpEntry } from '../disk/look-up.ts';
import type { MovedFolder } from '../model/moved-folder.ts';
import { countOf, folderState, noteListed, pathOf } from '../state/folder-state.ts';
import type { FolderState, ScanContext } from '../state/scan-context.ts';

/** Known names that are looked for in a folder with the number of another one. */
const maxProofs = 1_000;

/** A known folder that stands at another path now. */
type Move = Omit<MovedFolder, 'folder'> & { before: FolderState };

/**
 * Notes a folder's number on the disk. Where it is that of a known folder which is not at its path any more, and one
 * of its files is here instead, it is that folder under another name: what is recorded of it moves along. Several that have changed
 * places move at once, because after the first the others could not be told any more.
 *
 * The number alone would not do: file systems give that of a deleted folder to the next new one.
 */
export async function noteIdentity(context: ScanContext, folder: FolderState, found: Stats): Promise<void> {
  const inode = context.options.flat ? null : inodeOf(context, found);
  if (inode === folder.inode) return;
  const isNew = folder.inode === null && folder.listedAt === null;
  const isReplaced = folder.inode !== null;
  if (inode !== null && (isNew || isReplaced) && (await followMoves(context, folder, inode))) return;
  if (isReplaced) {
    folder.formerInode ??= folder.inode;
    // It may bear the modification time of the one before.
    folder.again = true;
  }
  folder.inode = inode;
  if (folder.listedAt !== null && countOf(folder) > 0) noteListed(context, folder);
}

/** Folders whose former number is remembered; after one more whole sweep it would have been seen where it went. */
export function listReplaced({ folders }: ScanContext): FolderState[] {
  return [...folders.values()].filter(({ formerInode }) => formerInode !== null);
}

export function forgetFormer(context: ScanContext, replaced: readonly FolderState[]): void {
  for (const folder of replaced) {
    folder.formerInode = null;
    if (folder.listedAt !== null && countOf(folder) > 0) noteListed(context, folder);
  }
}

async function followMoves(context: ScanContext, folder: FolderState, inode: number): Promise<boolean> {
  const moves = await findMoves(context, folder, inode);
  if (moves.length === 0) return false;
  if (moves.some(({ isByFile }) => isByFile)) return followFiles(context, folder, inode, moves);
  const isStill = folder.inode !== null && !moves.some(({ before }) => before === folder);
  if (isStill) moves.push({ before: folder, path: parkingOf(folder), isParked: true, isByFile: false });
  if (!(await send(context, moves))) return false;
  const moved = moves.map(({ before, path }) => ({ path, ...whatMoves(before) }));
  for (const { before } of moves) if (before !== folder) context.folders.delete(before.ref.path);
  for (const { path, ...state } of moved)
    Object.assign(path === folder.ref.path ? folder : folderState(context, path), state);
  return true;
}

/** The files of a folder go over one by one, as they are found. */
async function followFiles(
  context: ScanContext,
  folder: FolderState,
  inode: number,
  moves: readonly Move[],
): Promise<boolean> {
  if (!(await send(context, moves))) return false;
  folder.formerInode ??= folder.inode;
  folder.inode = inode;
  folder.again = true;
  return true;
}

function send(context: ScanContext, moves: readonly Move[]): Promise<boolean> {
  return context.sendMoved(moves.map(({ before, ...move }) => ({ folder: before.ref, ...move })));
}

/** A path for what is recorded of a folder whose own path is another's now; as below that, it is of the same station. */
function parkingOf(folder: FolderState): string {
  return `${folder.ref.path}/~${folder.inode}`;
}

/** The names are those recorded under the new path from now on, and every listing is to be compared with them. */
function whatMoves(before: FolderState): Partial<FolderState> {
  const { inode, listedAt } = before;
  const fileCount = countOf(before);
  return { inode, listedAt, fileCount, names: null, modifiedAt: null, again: true };
}

/** The folder that came to this path, that which came to its former path, and so on; empty when none is known. */
async function findMoves(context: ScanContext, folder: FolderState, inode: number): Promise<Move[]> {
  const moves: Move[] = [];
  const all = [...context.folders.values()];
  let [target, number] = [folder, inode];
  for (;;) {
    const others = all.filter((one) => one !== target);
    const byNumber = others.find((one) => one.inode === number);
    const before = byNumber ?? others.find((one) => one.formerInode === number);
    if (!before || moves.some((move) => move.before === before)) return moves;
    const there = lookUpEntry(pathOf(context, before));
    const numberThere = there.state === 'there' ? inodeOf(context, there.stats) : null;
    if (there.state === 'unreadable' || numberThere === number) return moves;
    if (!(await hasFileOf(context, target, before))) return moves;
    const isByFile = byNumber === undefined;
    // What came before is whole; this one is told when its own path is visited.
    if (isByFile && moves.length > 0) return moves;
    moves.push({ before, path: target.ref.path, isParked: false, isByFile });
    if (isByFile || before === folder || numberThere === null) return moves;
    [target, number] = [before, numberThere];
  }
}

/**
 * Whether a folder has a file that is known of the other one and is not there any more: folders that were put back from
 * copies may have each other's numbers, and machines that count alike give files of one name to each.
 */
async function hasFileOf(context: ScanContext, folder: FolderState, before: FolderState): Promise<boolean> {
  const isAt = (place: FolderState, name: string) => lookUpEntry(join(pathOf(context, place), name)).state;
  let left = maxProofs;
  for await (const page of context.readNames(before.ref)) {
    for (const name of page) {
      if (isAt(folder, name) === 'there' && isAt(before, name) === 'gone') return true;
      if (--left === 0) return false;
    }
    await new Promise(setImmediate);
  }
  return false;
}

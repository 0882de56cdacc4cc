import { join } from 'node:path';
import { createNameSet, type NameSet } from './name-set.ts';
import type { FolderState, LeftOutReason, ScanContext } from './scan-context.ts';

/** Unreadable names that are remembered per folder. */
const maxUnreadable = 20;

/** The state of a folder, created when the folder is seen for the first time. */
export function folderState(context: ScanContext, path: string): FolderState {
  let folder = context.folders.get(path);
  if (!folder) {
    folder = rememberedFolder(
      { rootId: context.root.id, path },
      { modifiedAt: null, listedAt: null, fileCount: 0, folderCount: null, inode: null },
    );
    folder.names = createNameSet();
    folder.isUnvisited = false;
    context.folders.set(path, folder);
  }
  return folder;
}

/** A folder's state as of its last listing; its names are loaded when they are needed. */
export function rememberedFolder(
  ref: FolderState['ref'],
  listing: Pick<FolderState, 'modifiedAt' | 'listedAt' | 'fileCount' | 'folderCount' | 'inode'>,
): FolderState {
  const unreadable = { now: new Map(), before: new Map() };
  return {
    ref,
    ...listing,
    modifiedSince: Number.NEGATIVE_INFINITY,
    // A listing that was not is remembered without its modification time.
    isSettled: true,
    isUnvisited: true,
    isCovered: false,
    restsUntil: 0,
    names: null,
    formerInode: null,
    waiting: 0,
    doubted: 0,
    unsaved: false,
    again: false,
    unreadable,
    leftOut: nothingLeftOut(),
  };
}

/** A new list of what is left out, for a new listing. */
export function nothingLeftOut(): FolderState['leftOut'] {
  return {
    excluded: { count: 0, names: [] },
    link: { count: 0, names: [] },
    old: { count: 0, names: [] },
  };
}

const maxLeftOutNames = 3;

/** Notes names that are left out, `count` of them where not all are given. */
export function noteLeftOut(
  { leftOut }: FolderState,
  reason: LeftOutReason,
  names: readonly string[],
  count = names.length,
): void {
  const known = leftOut[reason];
  known.count += count;
  known.names.push(...names.slice(0, Math.max(0, maxLeftOutNames - known.names.length)));
}

export function pathOf(context: ScanContext, folder: FolderState): string {
  return join(context.root.path, folder.ref.path);
}

/** Names a file among all files of its root. */
export function fileKey(folder: FolderState, name: string): string {
  return `${folder.ref.path}/${name}`;
}

/** Image files of a folder that are recorded or on their way. */
export function countOf(folder: FolderState): number {
  return folder.names?.size ?? folder.fileCount;
}

/** The names of a folder, loaded from the database on first use. */
export async function loadNames(context: ScanContext, folder: FolderState): Promise<NameSet> {
  if (folder.names) return folder.names;
  const names = createNameSet(folder.fileCount);
  for await (const page of context.readNames(folder.ref)) {
    for (const name of page) names.add(name);
    await new Promise(setImmediate);
  }
  folder.names = names;
  return names;
}

/** Forgets files that were deleted on purpose: they are neither known nor missing any more. */
export function forgetFiles(folder: FolderState, names: readonly string[]): void {
  if (folder.names) for (const name of names) folder.names.delete(name);
  else folder.fileCount = Math.max(0, folder.fileCount - names.length);
}

/** Saves the listing now or, while files of it are on their way, once the last of them has arrived. */
export function noteListed(context: ScanContext, folder: FolderState): void {
  folder.unsaved = true;
  noteArrived(context, folder, 0);
}

/** Counts files of a folder as arrived: recorded or dropped. */
export function noteArrived(context: ScanContext, folder: FolderState, count: number): void {
  folder.waiting -= count;
  if (folder.waiting === 0 && folder.unsaved) context.sendListed(folder);
}

/** Starts a new list of unreadable names, for a new listing. */
export function forgetUnreadable(folder: FolderState): void {
  folder.unreadable = { now: new Map(), before: folder.unreadable.now };
}

/** Remembers an unreadable name, and logs it when it is new. An empty name is the folder itself. */
export function noteUnreadable(
  { log }: ScanContext,
  folder: FolderState,
  name: string,
  reason: string,
): void {
  const { now, before } = folder.unreadable;
  if (now.size >= maxUnreadable || now.has(name)) return;
  now.set(name, reason);
  if (before.get(name) !== reason) log.warn({ folder: folder.ref.path, name, reason }, 'A file or folder cannot be read');
}

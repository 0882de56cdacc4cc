import { join } from 'node:path';
import { createNameSet, type NameSet } from './name-set.ts';
import type { FolderState, ScanContext } from './scan-context.ts';

/** Unreadable things of one folder that are told by name. */
const maxUnreadable = 20;

/** The remembered state of a folder; a folder seen for the first time gets one. */
export function folderState(context: ScanContext, path: string): FolderState {
  let folder = context.folders.get(path);
  if (!folder) {
    folder = rememberedFolder(
      { rootId: context.root.id, path },
      { modifiedAt: null, listedAt: null, fileCount: 0 },
    );
    folder.names = createNameSet();
    context.folders.set(path, folder);
  }
  return folder;
}

/** A folder as it was when it was last listed; its names are read when they are needed. */
export function rememberedFolder(
  ref: FolderState['ref'],
  listing: Pick<FolderState, 'modifiedAt' | 'listedAt' | 'fileCount'>,
): FolderState {
  const unreadable = { now: new Map(), before: new Map() };
  return {
    ref,
    ...listing,
    restsUntil: 0,
    names: null,
    waiting: 0,
    unsaved: false,
    again: false,
    unreadable,
  };
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

/** The names of a folder, read from the database when it is looked at for the first time. */
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

/** Files of a folder were deleted on purpose: they are neither known nor missed any more. */
export function forgetFiles(folder: FolderState, names: readonly string[]): void {
  if (folder.names) for (const name of names) folder.names.delete(name);
  else folder.fileCount = Math.max(0, folder.fileCount - names.length);
}

/** Writes the listing down now, or, where files of it are still on their way, as soon as the last has arrived. */
export function noteListed(context: ScanContext, folder: FolderState): void {
  folder.unsaved = true;
  noteArrived(context, folder, 0);
}

/** Files of a folder have found their way: into the database, or into nothing. */
export function noteArrived(context: ScanContext, folder: FolderState, count: number): void {
  folder.waiting -= count;
  if (folder.waiting === 0 && folder.unsaved) context.sendListed(folder);
}

/** Begins a new account of what cannot be read in a folder. */
export function forgetUnreadable(folder: FolderState): void {
  folder.unreadable = { now: new Map(), before: folder.unreadable.now };
}

/** Remembers what cannot be read, and logs it when it is news. An empty name is the folder itself. */
export function noteUnreadable(
  { log }: ScanContext,
  folder: FolderState,
  name: string,
  reason: string,
): void {
  const { now, before } = folder.unreadable;
  if (now.size >= maxUnreadable || now.has(name)) return;
  now.set(name, reason);
  if (before.get(name) !== reason) log.warn({ folder: folder.ref.path, name, reason }, 'This cannot be read');
}

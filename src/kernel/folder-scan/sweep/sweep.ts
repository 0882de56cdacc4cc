import type { Stats } from 'node:fs';
import { join } from 'node:path';
import type { Absences } from '../absences/absences.ts';
import type { Emptied } from '../absences/emptied.ts';
import { reportMissing } from '../absences/missing-files.ts';
import { type Backfill, maxShelfFiles } from '../arrival/backfill.ts';
import type { FileIntake } from '../arrival/file-intake.ts';
import { type FolderChunk, listFolder } from '../disk/list-folder.ts';
import { lookUpEntry, lookUpFile, reasonOf } from '../disk/look-up.ts';
import { identityOf } from '../disk/root-check.ts';
import {
  countOf,
  folderState,
  forgetUnreadable,
  loadNames,
  noteLeftOut,
  noteListed,
  noteUnreadable,
  nothingLeftOut,
  pathOf,
} from '../state/folder-state.ts';
import { isBefore } from '../state/keep-since.ts';
import type { NameSet } from '../state/name-set.ts';
import { createPackedNames } from '../state/packed-names.ts';
import type { FolderState, ScanContext } from '../state/scan-context.ts';
import { forgetFormer, listReplaced, noteIdentity } from './moved-folders.ts';

/** A folder changed so shortly before its listing may have changed again within the same tick of the file system's clock. */
const timestampDoubtMs = 2_500;
/** Known files without a time in their name that one listing offers again: more of them are no current.jpg. */
const maxTimelessFiles = 500;
/** So many known files are listed again at the start because they may have grown: the names of a million take memory. */
const maxFilesAtStart = 20_000;
/** Clocks of other machines are off by no more than this, time zones included; only a clock that was never set is. */
const longestOffsetMs = 26 * 3_600_000;
/** A folder changed so recently may hold files that are still being written, whatever the time in their names. */
const writingDoubtMs = 10 * 60_000;
/** A folder covered by events is listed for a hundredth of the time at most, since a million names take seconds, … */
const restPerListing = 100;
/** … but at least every five minutes. */
const longestRestMs = 5 * 60_000;
const namelessReason = 'The name is not valid UTF-8; it has to be renamed';

export type SweepKind = 'sweep' | 'reconcile';
export type SweepResult = { filesSeen: number };

type Parts = {
  context: ScanContext;
  intake: FileIntake;
  backfill: Backfill;
  absences: Absences;
  emptied: Pick<Emptied, 'isTidiedUnobserved'>;
  /** The folders' times come from the clock of this machine, not from that of a share. */
  isClockOurs: boolean;
  /** No events tell of changes. */
  isPolled: boolean;
};

/**
 * Walks a root; events are hints, this is the truth. A folder whose modification time has not changed since its last
 * listing is skipped, unless this is a reconcile. A folder that is covered by events and slow to list is skipped for a
 * while, too. New images of the recent hour are offered to the intake, older ones go to the backfill. A folder that an
 * earlier run listed lately is listed at its first visit as in a reconcile, because its files may have grown since.
 * `watch` is called for every folder with its identity (`identityOf`); it returns whether all events since its last call
 * were received.
 */
export async function sweepRoot(
  parts: Parts,
  kind: SweepKind,
  watch: (folder: FolderState, identity: string) => boolean,
): Promise<SweepResult> {
  const { context } = parts;
  const knownChildren = Map.groupBy(context.folders.keys(), parentOf);
  const pending: string[] = [''];
  let filesSeen = 0;
  let filesLeftAtStart = maxFilesAtStart;
  const replaced = listReplaced(context);
  context.links.begin();
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const folder = folderState(context, path);
    const found = findFolder(context, folder);
    if (found && !isReachedElsewhere(context, path, found)) {
      const modifiedAt = Math.round(found.mtimeMs);
      await noteIdentity(context, folder, found);
      folder.isCovered = watch(folder, identityOf(found));
      const isResting = folder.isCovered && !folder.again && performance.now() < folder.restsUntil;
      const looksForGrowth = folder.fileCount <= filesLeftAtStart && mayHaveGrown(parts, folder, modifiedAt);
      if (looksForGrowth) filesLeftAtStart -= folder.fileCount;
      const kindHere = looksForGrowth ? 'reconcile' : kind;
      const isFirstVisit = folder.isUnvisited;
      folder.isUnvisited = false;
      if (kindHere === 'sweep' && (isResting || isUnchanged(folder, modifiedAt))) {
        const mayHaveUnknown = isFirstVisit && folder.folderCount !== 0 && !context.options.flat;
        if (mayHaveUnknown)
          pending.push(...newestFirst(context, path, await tryToReadFolders(parts, folder)));
        else if (!context.options.flat) pending.push(...(knownChildren.get(path) ?? []));
        filesSeen += countOf(folder);
      } else {
        const listing = await tryToRead(parts, folder, kindHere, modifiedAt);
        if (!context.options.flat) pending.push(...newestFirst(context, path, listing.folders));
        filesSeen += listing.files;
      }
    }
    await new Promise(setImmediate);
  }
  forgetFormer(context, replaced);
  return { filesSeen };
}

/** Undefined when the folder is gone or unreadable. */
function findFolder(context: ScanContext, folder: FolderState): Stats | undefined {
  const path = pathOf(context, folder);
  const isRoot = folder.ref.path === '';
  const entry = lookUpEntry(path);
  const isLink = entry.state === 'there' && entry.stats.isSymbolicLink();
  const found = isRoot || (isLink && context.links.mayFollow(path)) ? lookUpFile(path) : entry;
  if (found.state !== 'there') forgetUnreadable(folder);
  if (found.state === 'unreadable') noteUnreadable(context, folder, '', found.reason);
  return found.state === 'there' && found.stats.isDirectory() ? found.stats : undefined;
}

/** Below a link the same folder may be reached again by another link. */
function isReachedElsewhere({ links, followed }: ScanContext, path: string, found: Stats): boolean {
  const isBelowLink = [...followed].some((link) => path === link || path.startsWith(`${link}/`));
  return isBelowLink && links.isReachedElsewhere(path, identityOf(found));
}

function isUnchanged(folder: FolderState, modifiedAt: number): boolean {
  return !folder.again && folder.isSettled && folder.modifiedAt === modifiedAt;
}

/** Whether files of a remembered folder may have grown, or been overwritten, since an earlier run last saw them. */
function mayHaveGrown({ context, isPolled }: Parts, folder: FolderState, modifiedAt: number): boolean {
  if (!folder.isUnvisited || folder.listedAt === null) return false;
  const { clock, options } = context;
  const now = clock.now();
  const isListedLately = now - folder.listedAt < (options.lookAgainMs ?? options.recentMs);
  // Files of a share without a time in their name are found by their folder alone.
  const mayBeTimeless = isPolled && options.flat === true;
  return mayBeTimeless || (isListedLately && now - modifiedAt < longestOffsetMs);
}

type FolderListing = { files: number; folders: string[] };

async function tryToRead(
  parts: Parts,
  folder: FolderState,
  kind: SweepKind,
  modifiedAt: number,
): Promise<FolderListing> {
  folder.again = false;
  forgetUnreadable(folder);
  folder.leftOut = nothingLeftOut();
  try {
    return await readFolder(parts, folder, kind, modifiedAt);
  } catch (error) {
    folder.again = true;
    noteUnreadable(parts.context, folder, '', reasonOf(error as NodeJS.ErrnoException));
    return { files: 0, folders: [] };
  }
}

/**
 * The folders in a folder that is unchanged since an earlier run: those without images have no rows, so that run's listing
 * alone does not name them.
 */
async function tryToReadFolders({ context }: Parts, folder: FolderState): Promise<string[]> {
  const folders: string[] = [];
  try {
    for (const chunk of listFolder(pathOf(context, folder), context)) {
      folders.push(...chunk.folders, ...followedLinks(context, folder, chunk.links));
      noteLeftOut(folder, 'excluded', chunk.excluded.names, chunk.excluded.count);
      await new Promise(setImmediate);
    }
  } catch (error) {
    folder.again = true;
    noteUnreadable(context, folder, '', reasonOf(error as NodeJS.ErrnoException));
    return folders;
  }
  if (folder.folderCount === null) {
    folder.folderCount = folders.length;
    noteListed(context, folder);
  }
  return folders;
}

async function readFolder(
  parts: Parts,
  folder: FolderState,
  kind: SweepKind,
  modifiedAt: number,
): Promise<FolderListing> {
  const { context, intake, backfill } = parts;
  const names = await loadNames(context, folder);
  const listedAt = context.clock.now();
  const isSettled = noteModified(parts, folder, modifiedAt);
  const mayBeWriting = folder.listedAt !== null || listedAt - modifiedAt < writingDoubtMs;
  const knownBefore = names.size;
  const older = createOlderFiles();
  const listing: FolderListing = { files: 0, folders: [] };
  const timeless = { left: maxTimelessFiles };
  let knownSeen = 0;
  // Only time on this thread counts: waiting for the intake does not delay other work.
  let heldMs = 0;
  let heldSince = performance.now();
  try {
    for (const chunk of listFolder(pathOf(context, folder), context)) {
      listing.folders.push(...chunk.folders, ...followedLinks(context, folder, chunk.links));
      noteLeftOut(folder, 'excluded', chunk.excluded.names, chunk.excluded.count);
      listing.files += chunk.images.length;
      knownSeen += takeImages(parts, folder, chunk, { kind, names, older, listedAt, timeless });
      heldMs += performance.now() - heldSince;
      await intake.room();
      await new Promise(setImmediate);
      heldSince = performance.now();
    }
  } catch (error) {
    older.forget(names);
    throw error;
  }
  backfill.add(folder, older.names, older.times, mayBeWriting);
  if (knownSeen < knownBefore && (listing.files > 0 || parts.emptied.isTidiedUnobserved(folder)))
    await reportMissing(parts, folder);
  folder.modifiedAt = modifiedAt;
  folder.listedAt = listedAt;
  folder.folderCount = listing.folders.length;
  folder.isSettled = isSettled;
  folder.restsUntil = performance.now() + Math.min(heldMs * restPerListing, longestRestMs);
  if (listing.files > 0 || knownBefore > 0) noteListed(context, folder);
  return listing;
}

/** The links of a folder that are followed; the others are named on Sources. */
function followedLinks(context: ScanContext, folder: FolderState, names: readonly string[]): string[] {
  if (context.options.flat) return [];
  // By name, so that of two links to one folder it is always the same that is followed.
  return [...names].sort().filter((name) => {
    const path = join(pathOf(context, folder), name);
    const found = lookUpFile(path);
    if (found.state !== 'there' || !found.stats.isDirectory()) return false;
    const child = folder.ref.path === '' ? name : `${folder.ref.path}/${name}`;
    const isFollowed = context.links.mayFollow(path);
    if (isFollowed) context.followed.add(child);
    else noteLeftOut(folder, 'link', [name]);
    return isFollowed;
  });
}

/**
 * Whether a listing that begins now will show every change that bears this modification time. Where the time comes from
 * another clock, which may be behind ours by any amount, only the time since we first saw it tells.
 */
function noteModified({ context, isClockOurs }: Parts, folder: FolderState, modifiedAt: number): boolean {
  if (folder.modifiedAt !== modifiedAt) folder.modifiedSince = performance.now();
  if (isClockOurs && modifiedAt + timestampDoubtMs < context.clock.now()) return true;
  return performance.now() - folder.modifiedSince > timestampDoubtMs;
}

type Taking = {
  kind: SweepKind;
  names: NameSet;
  older: OlderFiles;
  listedAt: number;
  /** Counts down the known files without a time that may still be offered. */
  timeless: { left: number };
};

/**
 * Hands on the new images of a chunk and returns how many were known. A reconcile also offers known images that are recent
 * or have no time in their name. Images from before `keepSince` are merely remembered as known.
 */
function takeImages(
  { context, intake }: Parts,
  folder: FolderState,
  chunk: FolderChunk,
  { kind, names, older, listedAt, timeless }: Taking,
): number {
  const recentFrom = listedAt - context.options.recentMs;
  let known = 0;
  for (const name of chunk.nameless) noteUnreadable(context, folder, name, namelessReason);
  for (const name of chunk.images) {
    const isKnown = !names.add(name);
    if (isKnown) known++;
    if (isKnown && kind !== 'reconcile') continue;
    const capturedAt = context.readName(name, folder.ref.path)?.capturedAt ?? undefined;
    if (!isKnown && capturedAt !== undefined && isBefore(context, capturedAt, context.keepSince)) {
      noteLeftOut(folder, 'old', [name]);
      continue;
    }
    const isOld = capturedAt !== undefined && isBefore(context, capturedAt, recentFrom);
    if (isOld && (isKnown || older.add(name, capturedAt))) continue;
    if (isKnown && capturedAt === undefined && timeless.left-- <= 0) continue;
    if (intake.offer(folder, name)) continue;
    folder.again = true;
    if (!isKnown) names.delete(name);
  }
  return known;
}

function parentOf(path: string): string {
  if (path === '') return '/';
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

/** Child folders, the most recently changed one last, because the walk takes from the end. */
function newestFirst(context: ScanContext, path: string, names: readonly string[]): string[] {
  return names
    .map((name) => {
      const child = path === '' ? name : `${path}/${name}`;
      const found = lookUpEntry(join(context.root.path, child));
      return { child, modifiedAt: found.state === 'there' ? found.stats.mtimeMs : 0 };
    })
    .sort((a, b) => a.modifiedAt - b.modifiedAt)
    .map(({ child }) => child);
}

type OlderFiles = ReturnType<typeof createOlderFiles>;

/** Names for the backfill with their times. Beyond `maxShelfFiles`, names are offered to the intake as if recent. */
function createOlderFiles() {
  const names = createPackedNames();
  const times: number[] = [];
  return {
    add(name: string, capturedAt: number): boolean {
      if (names.length >= maxShelfFiles) return false;
      names.add(name);
      times.push(capturedAt);
      return true;
    },
    /** After a failed listing: the next one must find these names new. */
    forget(known: NameSet): void {
      for (let i = 0; i < names.length; i++) known.delete(names.get(i));
    },
    names,
    times,
  };
}

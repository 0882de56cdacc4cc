import { join } from 'node:path';
import { parseFileName, stationAndPartOf } from '../file-name.ts';
import { type Backfill, maxShelfFiles } from './backfill.ts';
import type { Intake } from './intake.ts';
import { listFolder } from './list-folder.ts';
import { lookUp } from './look-up.ts';
import { createNameSet } from './name-set.ts';
import { createPackedNames } from './packed-names.ts';
import type { FolderState, ScanContext } from './scan-context.ts';

/** A folder changed this shortly before it was listed may have changed again within the same clock tick. */
const timestampDoubtMs = 2_500;
/** Images of a folder that may be gone are told in lists of this length. */
const missingPerMessage = 1_000;
const namesPerTurn = 20_000;
/** Times further back than this are before the limit in either run of the clock. */
const longestRunMs = 3 * 3_600_000;

export type SweepKind = 'sweep' | 'reconcile';
export type SweepResult = { filesSeen: number; foldersListed: number; folders: number; unreadable: string[] };

type Parts = { context: ScanContext; intake: Intake; backfill: Backfill };

/**
 * One walk over the root: the truth behind all events. A folder whose modification time is what it was when it was
 * last listed is passed over, unless this is a reconcile. New images of the recent hour are offered to the intake at
 * once, older ones go to the backfill. `onFolder` hears of every folder, so that it can be watched.
 */
export async function sweepRoot(
  parts: Parts,
  kind: SweepKind,
  onFolder: (folder: FolderState) => void,
): Promise<SweepResult> {
  const { context } = parts;
  const result: SweepResult = { filesSeen: 0, foldersListed: 0, folders: 0, unreadable: [] };
  const pending: string[] = [''];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const folder = folderState(context, path);
    const stat = lookUp(join(context.root.path, path));
    if (stat === 'unreadable') result.unreadable.push(path);
    if (typeof stat === 'string' || !stat.isDirectory()) continue;
    result.folders++;
    onFolder(folder);
    const modifiedAt = Math.round(stat.mtimeMs);
    const isUnchanged =
      folder.modifiedAt === modifiedAt && modifiedAt + timestampDoubtMs < (folder.listedAt ?? 0);
    if (isUnchanged && kind !== 'reconcile') {
      pending.push(...childrenOf(context, path));
      result.filesSeen += folder.fileCount;
    } else {
      try {
        const listing = await readFolder(parts, folder, kind, modifiedAt);
        result.foldersListed++;
        result.filesSeen += listing.files;
        result.unreadable.push(...listing.unnameable.map((name) => childPath(path, name)));
        pending.push(...newestFirst(context, path, listing.folders));
      } catch (error) {
        result.unreadable.push(path);
        // Names of the part that was read may be on no list now: the next sweep begins with what the database holds.
        Object.assign(folder, { names: null, modifiedAt: null });
        context.log.warn(
          { err: error, folder: path },
          'A folder cannot be read; it is tried again at the next sweep',
        );
      }
    }
    await new Promise(setImmediate);
  }
  return result;
}

/** The remembered state of a folder; a folder seen for the first time gets one. */
export function folderState(context: ScanContext, path: string): FolderState {
  let folder = context.folders.get(path);
  if (!folder) {
    const { station, part } = stationAndPartOf(path);
    const ref = { rootId: context.root.id, path, station, part };
    folder = {
      ref,
      names: createNameSet(),
      modifiedAt: null,
      listedAt: null,
      fileCount: 0,
      waiting: 0,
      unsaved: false,
    };
    context.folders.set(path, folder);
  }
  return folder;
}

async function readFolder(parts: Parts, folder: FolderState, kind: SweepKind, modifiedAt: number) {
  const { context, intake, backfill } = parts;
  const names = await loadNames(context, folder);
  const listedAt = context.clock.now();
  const recentFrom = listedAt - context.options.recentMs;
  const knownBefore = names.size;
  const older = createOlderFiles();
  const folders: string[] = [];
  const unnameable: string[] = [];
  let files = 0;
  let knownSeen = 0;
  let isComplete = true;
  for (const chunk of listFolder(join(context.root.path, folder.ref.path), context.isExcluded)) {
    folders.push(...chunk.folders);
    unnameable.push(...chunk.unnameable);
    files += chunk.images.length;
    for (const name of chunk.images) {
      const isKnown = !names.add(name);
      if (isKnown) knownSeen++;
      if (isKnown && kind !== 'reconcile') continue;
      const capturedAt = parseFileName(name, context.pattern, context.wallClock)?.capturedAt;
      const isOld = capturedAt !== undefined && isBefore(context, capturedAt, recentFrom);
      if (isOld && (isKnown || older.add(name, capturedAt))) continue;
      if (isKnown && capturedAt === undefined) continue;
      if (!intake.offer(folder, name)) {
        isComplete = false;
        if (!isKnown) names.delete(name);
      }
    }
    await new Promise(setImmediate);
  }
  backfill.add(folder, older.names, older.times);
  if (knownSeen < knownBefore && files > 0) await reportMissing(context, folder);
  // What has no name that can be kept is told by every sweep anew.
  folder.modifiedAt = isComplete && unnameable.length === 0 ? modifiedAt : null;
  folder.listedAt = listedAt;
  if (files > 0 || knownBefore > 0) noteListed(context, folder);
  return { files, folders, unnameable };
}

/** Of an instant whose clock time happens again, the later run counts: only a look at the file tells which it is. */
function isBefore({ wallClock }: ScanContext, at: number, limit: number): boolean {
  if (at >= limit) return false;
  return at < limit - longestRunMs || (wallClock.secondRunAt(at) ?? at) < limit;
}

/** Writes the listing down now, or, where files of it are still on their way, as soon as the last has arrived. */
function noteListed(context: ScanContext, folder: FolderState): void {
  folder.unsaved = true;
  if (folder.waiting === 0) context.sendListed(folder);
}

async function loadNames(context: ScanContext, folder: FolderState) {
  if (folder.names) return folder.names;
  const names = createNameSet(folder.fileCount);
  let read = 0;
  for (const name of context.readNames(folder.ref)) {
    names.add(name);
    if (++read % namesPerTurn === 0) await new Promise(setImmediate);
  }
  folder.names = names;
  return names;
}

/**
 * Some known names were not in the listing: finds out which. Looked up on the disk one by one, because a file may
 * have come back, or come late, since.
 */
async function reportMissing(context: ScanContext, folder: FolderState): Promise<void> {
  const path = join(context.root.path, folder.ref.path);
  const present = createNameSet(folder.fileCount);
  for (const chunk of listFolder(path, context.isExcluded)) {
    for (const name of chunk.images) present.add(name);
    await new Promise(setImmediate);
  }
  // Emptied since the first listing: a share that has gone, not a thousand deletions.
  if (present.size === 0) return;
  let missing: string[] = [];
  for (const name of context.readNames(folder.ref)) {
    if (present.has(name) || lookUp(join(path, name)) !== 'gone') continue;
    missing.push(name);
    folder.names?.delete(name);
    if (missing.length === missingPerMessage) {
      await context.sendMissing(folder.ref, missing);
      missing = [];
    }
  }
  if (missing.length > 0) await context.sendMissing(folder.ref, missing);
}

function childrenOf(context: ScanContext, path: string): string[] {
  const prefix = path === '' ? '' : `${path}/`;
  return [...context.folders.keys()].filter(
    (other) => other !== path && other.startsWith(prefix) && !other.slice(prefix.length).includes('/'),
  );
}

function childPath(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`;
}

/** Child folders with the most recently changed one last, because the walk takes from the end. */
function newestFirst(context: ScanContext, path: string, names: readonly string[]): string[] {
  return names
    .map((name) => {
      const child = childPath(path, name);
      const stat = lookUp(join(context.root.path, child));
      return { child, modifiedAt: typeof stat === 'string' ? 0 : stat.mtimeMs };
    })
    .sort((a, b) => a.modifiedAt - b.modifiedAt)
    .map(({ child }) => child);
}

/** Names for the backfill with their times; full at `maxShelfFiles`, the rest is offered as if it were recent. */
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
    names,
    times,
  };
}

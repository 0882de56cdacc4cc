import type { Log } from '../../log.ts';
import type { Clock } from '../../time/clock.ts';
import type { WallClock } from '../../time/time-zone.ts';
import type { FolderLinks } from '../disk/folder-links.ts';
import type { ScanOptions } from '../model/scan-options.ts';
import type { FolderRef } from '../model/folder-ref.ts';
import type { MovedFolder } from '../model/moved-folder.ts';
import type { FoundBatch } from '../model/found-batch.ts';
import type { NameSet } from './name-set.ts';
import type { NameFacts } from '../model/name-reading.ts';

/** One folder as the scanner remembers it between sweeps. */
export type FolderState = {
  ref: FolderRef;
  /** Names recorded or on their way; null until a sweep first needs them. */
  names: NameSet | null;
  /** Modification time of the folder at its last complete listing. */
  modifiedAt: number | null;
  listedAt: number | null;
  /** When its modification time was first seen to be this one, by `performance.now()`. */
  modifiedSince: number;
  /** The last listing began so long after the folder's modification that no later one can bear the same time. */
  isSettled: boolean;
  /** Remembered from an earlier run and not visited in this one: files may have grown in between. */
  isUnvisited: boolean;
  /** Events tell of every change in it, as of the last sweep. */
  isCovered: boolean;
  /** Until when, by `performance.now()`, it need not be listed again while events cover it. */
  restsUntil: number;
  /** Image files at the last listing; `names`, where loaded, is more accurate. */
  fileCount: number;
  /** Folders in it at the last listing, excluded ones left out; null while unknown. */
  folderCount: number | null;
  /** Its number on the disk; null while unknown, and where the file system keeps none. */
  inode: number | null;
  /** The number of the folder that was at its path before; null once it was looked for in a whole sweep. */
  formerInode: number | null;
  /** Files seen but not recorded yet: incomplete, or waiting for the backfill. */
  waiting: number;
  /** Files whose absence is not decided yet: until then its listing does not count as complete. */
  doubted: number;
  /** The last listing is not saved yet, because some of its files are still waiting. */
  unsaved: boolean;
  /** The next sweep must list the folder, whatever its modification time. */
  again: boolean;
  /** Unreadable names with the reason, as of the last listing and the one before; '' is the folder itself. */
  unreadable: { now: Map<string, string>; before: Map<string, string> };
  /** What its last listing left out, by reason. */
  leftOut: Record<LeftOutReason, LeftOutNames>;
};

/** Why a scan leaves something out: its name is excluded, a link is not followed, or it is older than `keepSince`. */
export type LeftOutReason = 'excluded' | 'link' | 'old';

/** How many, and the first names. */
export type LeftOutNames = { count: number; names: string[] };

export type Receipt = { added: number };

/** Shared by the parts of one root's scan. Everything that leaves the thread goes through here. */
export type ScanContext = {
  root: { id: number; path: string };
  options: ScanOptions;
  clock: Clock;
  log: Log;
  wallClock: WallClock;
  isExcluded: (name: string) => boolean;
  links: FolderLinks;
  /** Paths below the root of the links that are followed. */
  followed: Set<string>;
  isImageName: (name: string) => boolean;
  /** The facts in a file's name and in its folder's path below the root. */
  readName: (name: string, folderPath: string) => NameFacts | undefined;
  folders: Map<string, FolderState>;
  /** Whether the file system keeps a file's number, so that a renamed file can be recognised. */
  hasTrueInodes: boolean;
  /** Files captured earlier (epoch ms) are ignored; minus infinity without a limit. */
  keepSince: number;
  /** Sends a batch to the writer; settles once it is in the database. */
  send(batch: FoundBatch): Promise<Receipt>;
  /** Reports files that are gone; settles once that is in the database. */
  sendMissing(folder: FolderRef, names: string[]): Promise<void>;
  /** Reports that folders were renamed; true when what is recorded of them belongs to the new paths from now on. */
  sendMoved(moves: MovedFolder[]): Promise<boolean>;
  /** Reports that all files of a folder's listing are in the database. */
  sendListed(folder: FolderState): void;
  /** Names of a folder that are in the database and not marked missing, in pages. */
  readNames(folder: FolderRef): AsyncIterable<readonly string[]>;
};

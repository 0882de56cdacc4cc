import type { Log } from '../../log.ts';
import type { Clock } from '../../time/clock.ts';
import type { WallClock } from '../../time/time-zone.ts';
import type { ScanOptions } from '../model/scan-options.ts';
import type { FolderRef } from '../model/folder-ref.ts';
import type { FoundBatch } from '../model/found-batch.ts';
import type { NameSet } from './name-set.ts';
import type { NameFacts } from '../model/name-reading.ts';

/** One folder as the scanner remembers it between sweeps. */
export type FolderState = {
  ref: FolderRef;
  /** Names taken or being taken; null until a sweep first needs them. */
  names: NameSet | null;
  /** Modification time of the folder when it was last listed completely. */
  modifiedAt: number | null;
  listedAt: number | null;
  /** Until when, by `performance.now()`, it need not be listed again while its events are heard. */
  restsUntil: number;
  /** Image files of it when it was last listed; `names` knows better where it is loaded. */
  fileCount: number;
  /** Files of it seen but not recorded yet: incomplete, or waiting for the backfill. */
  waiting: number;
  /** True when the last listing is not yet written down, because files of it were still waiting. */
  unsaved: boolean;
  /** True when something of it must be looked for again whatever its modification time says. */
  again: boolean;
  /** Names that cannot be read with the reason, as of the last listing and the one before; '' is the folder itself. */
  unreadable: { now: Map<string, string>; before: Map<string, string> };
};

export type Receipt = { added: number };

/** What the parts of a scanner share. Everything that reaches outside the thread goes through here. */
export type ScanContext = {
  root: { id: number; path: string };
  options: ScanOptions;
  clock: Clock;
  log: Log;
  wallClock: WallClock;
  isExcluded: (name: string) => boolean;
  isImageName: (name: string) => boolean;
  /** What a file's name tells of it. */
  readName: (name: string) => NameFacts | undefined;
  folders: Map<string, FolderState>;
  /** Files of an earlier time are passed over; minus infinity where all are taken up. */
  keepSince: number;
  /** Hands a batch to the writer; settles once it is in the database. */
  send(batch: FoundBatch): Promise<Receipt>;
  /** Tells the writer that files are gone. */
  sendMissing(folder: FolderRef, names: string[]): Promise<void>;
  /** Tells the writer that a folder's listing is complete in the database. */
  sendListed(folder: FolderState): void;
  /** Names of a folder that the database holds and that are not marked missing, some at a time. */
  readNames(folder: FolderRef): AsyncIterable<readonly string[]>;
};

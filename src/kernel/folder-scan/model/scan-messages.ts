import type { FolderRef } from './folder-ref.ts';
import type { PackedBatch } from './found-batch.ts';
import type { MovedFolder } from './moved-folder.ts';
import type { ReadingModule } from './name-reading.ts';
import type { RescanResult } from './rescan-result.ts';
import type { ScanStatus, SweepReport, WatchMode } from './root-status.ts';
import type { ScanOptions } from './scan-options.ts';

/** The start data of a scanner thread. */
export type ScanThreadData = {
  reading: ReadingModule;
  options: ScanOptions;
  watchMode: WatchMode;
  exclude: string[];
  timeZone: string;
  logLevel: string;
};

/** A folder as of its last complete listing. */
export type ListedFolder = {
  path: string;
  modifiedAt: number | null;
  listedAt: number | null;
  fileCount: number;
  /** Folders in it; null where that was not noted. */
  folderCount: number | null;
  /** Its number on the disk; null where that tells nothing. */
  inode: number | null;
};

/** A root to watch, with the folders listed before. Files captured before `keepSince` (epoch ms) are ignored. */
export type KnownRoot = { id: number; path: string; folders: ListedFolder[]; keepSince: number };

/** From the scanner thread to the main thread. A message with an `id` is acknowledged under the same id. */
export type FromScanner =
  | { type: 'found'; id: number; batch: PackedBatch }
  | { type: 'missing'; id: number; folder: FolderRef; names: string[] }
  /** Known folders were renamed. Acknowledged with `added` 1 when what is recorded of them is that of the new paths from now on. */
  | { type: 'moved'; id: number; moves: MovedFolder[] }
  | { type: 'listed'; folder: FolderRef; listed: ListedFolder }
  | { type: 'sweep'; rootId: number; sweep: SweepReport }
  | { type: 'status'; roots: { rootId: number; status: ScanStatus }[] }
  | { type: 'rescanned'; id: number; result: RescanResult };

/** From the main thread to the scanner thread. */
export type ToScanner =
  | { type: 'receipt'; id: number; added: number }
  | { type: 'watch'; root: KnownRoot }
  | { type: 'forget'; rootId: number }
  | { type: 'rescan'; id: number }
  | { type: 'keepSince'; at: number }
  /** Files of a folder were deleted on purpose. */
  | { type: 'cleared'; folder: FolderRef; names: readonly string[] }
  /** A file is not as it was recorded. */
  | { type: 'lookAgain'; folder: FolderRef; name: string }
  | { type: 'stop' };

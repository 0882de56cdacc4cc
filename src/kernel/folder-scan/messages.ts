import type { FolderRef, PackedBatch } from '../../inspections/found-files.ts';
import type { SourceStatus } from '../../inspections/model.ts';
import type { DbPlace } from '../../schema/db.ts';
import type { RescanResult, ScanStatus, WatchMode } from './engine.ts';
import type { ScanOptions } from './scan-context.ts';

/** What a scanner thread is started with. */
export type ScanThreadData = {
  root: { id: number; path: string };
  options: ScanOptions;
  watchMode: WatchMode;
  patternSource: string | undefined;
  exclude: string[];
  timeZone: string;
  logLevel: string;
  database: DbPlace;
  folders: { path: string; modifiedAt: number | null; listedAt: number | null; fileCount: number }[];
};

export type Listed = { path: string; modifiedAt: number | null; listedAt: number | null; fileCount: number };

/** From the scanner thread to the main thread. `id` asks for a receipt with the same id. */
export type FromScanner =
  | { type: 'found'; id: number; batch: PackedBatch }
  | { type: 'missing'; id: number; folder: FolderRef; names: string[] }
  | { type: 'listed'; folder: FolderRef; listed: Listed }
  | { type: 'sweep'; sweep: NonNullable<SourceStatus['lastSweep']> }
  | { type: 'status'; status: ScanStatus }
  | { type: 'rescanned'; id: number; result: RescanResult };

/** From the main thread to the scanner thread. */
export type ToScanner =
  | { type: 'receipt'; id: number; added: number }
  | { type: 'rescan'; id: number }
  | { type: 'stop' };

import { join } from 'node:path';
import { lookUpFile } from '../disk/look-up.ts';
import type { FoundFile } from '../model/found-batch.ts';
import { fileKey, pathOf } from '../state/folder-state.ts';
import type { FolderState, ScanContext } from '../state/scan-context.ts';

/** Further files push out those that were looked at longest ago. */
const maxFiles = 20_000;
/** A sweep spends no more than this share of the time between two sweeps on looking again. */
const shareOfInterval = 0.1;
const looksPerTurn = 500;

type RecentFile = {
  folder: FolderState;
  name: string;
  sizeBytes: number | null;
  modifiedAt: number | null;
  /** By `performance.now()`. */
  recordedAt: number;
  /** Its name holds no time: such a file (current.jpg) is written over and over. */
  isTimeless: boolean;
};

/**
 * Files recorded lately in folders that no events cover: a file that grows or is overwritten changes neither its name nor
 * its folder, so only a look at the file itself shows it. Files without a time in their name stay among them.
 */
export type RecentFiles = {
  note(folder: FolderState, file: FoundFile): void;
  /** Stats the files, those first that were looked at longest ago, and hands the changed ones to `onChanged`. */
  lookAgain(onChanged: (folder: FolderState, name: string) => void): Promise<void>;
};

export function createRecentFiles(context: ScanContext): RecentFiles {
  const files = new Map<string, RecentFile>();
  const { options } = context;
  const keptMs = options.lookAgainMs ?? options.recentMs;

  function remember(key: string, file: RecentFile): void {
    files.delete(key);
    files.set(key, file);
    if (files.size <= maxFiles) return;
    const [oldest] = files.keys();
    if (oldest !== undefined) files.delete(oldest);
  }

  function hasChanged({ folder, name, sizeBytes, modifiedAt }: RecentFile): boolean {
    const found = lookUpFile(join(pathOf(context, folder), name));
    // A file that is gone changes its folder, and the listing reports it.
    if (found.state !== 'there') return false;
    return found.stats.size !== sizeBytes || Math.round(found.stats.mtimeMs) !== modifiedAt;
  }

  return {
    note(folder, { name, sizeBytes, modifiedAt, facts }) {
      if (folder.isCovered) return;
      const recordedAt = performance.now();
      const isTimeless = facts?.capturedAt == null;
      remember(fileKey(folder, name), { folder, name, sizeBytes, modifiedAt, recordedAt, isTimeless });
    },
    async lookAgain(onChanged) {
      const until = performance.now() + options.pollIntervalMs * shareOfInterval;
      const since = performance.now() - keptMs;
      let looks = 0;
      for (const [key, file] of [...files]) {
        if (hasChanged(file)) {
          files.delete(key);
          onChanged(file.folder, file.name);
        } else if (file.folder.isCovered || (file.recordedAt < since && !file.isTimeless)) files.delete(key);
        else remember(key, file);
        if (performance.now() > until) return;
        if (++looks % looksPerTurn === 0) await new Promise(setImmediate);
      }
    },
  };
}

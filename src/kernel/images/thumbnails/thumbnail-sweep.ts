import { type Dirent, lstatSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { minuteMs } from '../../time/durations.ts';
import { diskBytes, temporaryFileName, thumbnailFileName } from './thumbnail-files.ts';

/** What is in the folder after a sweep, and what went. */
export type SweepResult = { files: number; bytes: number; evictedFiles: number; temporaryFiles: number };

export type SweepOptions = { dir: string; budgetBytes: number; run: string };

/** Eviction makes some room, or the next thumbnail would call for the next sweep. */
const keepRate = 0.9;

/**
 * Counts the thumbnails under `dir` and, above the budget, deletes those not looked at for longest until a tenth of the
 * budget is free. Temporary files of other runs than `run` are of processes that died: they go. Synchronous and long:
 * for a worker thread. Holds one number a minute of access times, not one a file.
 */
export function sweepThumbnails(options: SweepOptions): SweepResult {
  const usage = new Map<number, number>();
  const result = { files: 0, bytes: 0, evictedFiles: 0, temporaryFiles: 0 };
  for (const file of listFiles(options)) {
    if (file.temporary) {
      if (remove(file.path)) result.temporaryFiles += 1;
      continue;
    }
    result.files += 1;
    result.bytes += file.bytes;
    usage.set(file.minute, (usage.get(file.minute) ?? 0) + file.bytes);
  }
  if (result.bytes > options.budgetBytes) evict(options, usage, result);
  return result;
}

function evict(options: SweepOptions, usage: Map<number, number>, result: SweepResult): void {
  const target = options.budgetBytes * keepRate;
  let left = result.bytes;
  let lastMinute = 0;
  for (const [minute, bytes] of [...usage].sort(([a], [b]) => a - b)) {
    if (left <= target) break;
    left -= bytes;
    lastMinute = minute;
  }
  // Of the newest minute concerned only as many go as must.
  const withinLast = (usage.get(lastMinute) ?? 0) - Math.max(0, target - left);
  let removedOfLast = 0;
  for (const file of listFiles(options)) {
    if (file.temporary || file.minute > lastMinute) continue;
    if (file.minute === lastMinute && removedOfLast >= withinLast) continue;
    if (!remove(file.path)) continue;
    if (file.minute === lastMinute) removedOfLast += file.bytes;
    result.files -= 1;
    result.bytes -= file.bytes;
    result.evictedFiles += 1;
  }
}

type FoundFile = { path: string; temporary: boolean; bytes: number; minute: number };

function* listFiles(options: SweepOptions): Generator<FoundFile> {
  for (const first of listFolder(options.dir)) {
    for (const second of listFolder(join(options.dir, first.name))) {
      const folder = join(options.dir, first.name, second.name);
      for (const entry of listFolder(folder)) {
        const file = describe(join(folder, entry.name), entry, options.run);
        if (file) yield file;
      }
    }
  }
}

function describe(path: string, entry: Dirent, run: string): FoundFile | undefined {
  const writer = temporaryFileName.exec(entry.name)?.groups?.run;
  if (writer !== undefined)
    return writer.startsWith(run) ? undefined : { path, temporary: true, bytes: 0, minute: 0 };
  if (!thumbnailFileName.test(entry.name)) return undefined;
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return undefined;
  const minute = Math.floor(stat.mtimeMs / minuteMs);
  return { path, temporary: false, bytes: diskBytes(stat.size), minute };
}

/** A folder that is not there, or no folder, has no entries; anything else wrong with it ends the sweep. */
function listFolder(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return [];
    throw error;
  }
}

function remove(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

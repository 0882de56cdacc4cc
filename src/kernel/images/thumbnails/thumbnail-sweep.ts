import { type Dirent, lstatSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { minuteMs } from '../../time/durations.ts';
import { diskBytes, temporaryFileName, thumbnailFileName } from './thumbnail-files.ts';

/** The folder's content after a sweep, and the files evicted. */
export type SweepResult = { files: number; bytes: number; evictedFiles: number; temporaryFiles: number };

export type SweepOptions = { dir: string; budgetBytes: number; run: string };

/** Eviction leaves some room, or the next thumbnail would trigger the next sweep. */
const keepRate = 0.9;

/**
 * Counts the thumbnails in `dir` and, above the budget, evicts the least recently used until a tenth of the budget is
 * free. Temporary files of runs other than `run` belong to dead processes and are deleted. Synchronous and long, so for a
 * worker thread. Keeps one number per minute of access times, not one per file.
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
  // In the newest minute concerned, only as many files as necessary are deleted.
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

/** A missing folder, or a file in its place, has no entries; any other error ends the sweep. */
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

import { join } from 'node:path';
import { listFolder } from '../disk/list-folder.ts';
import { lookUpFile } from '../disk/look-up.ts';
import { noteListed, pathOf } from '../state/folder-state.ts';
import type { FolderState, ScanContext } from '../state/scan-context.ts';
import type { Emptied } from './emptied.ts';

/** How long a name must be absent before its file counts as gone: renames, remounts and outages take a moment. */
const defaultDoubtMs = 3_000;
/** Further absences are left to the next sweep. */
const maxAbsences = 100_000;
const looksPerTurn = 500;
const namesPerMessage = 1_000;

/**
 * Files that an event or a listing reports as gone. They count as gone only if they stay absent while their folder and
 * root exist; otherwise they remain among the folder's names, and the next listing reports them again.
 */
export type Absences = {
  /** False when full: the caller must have the folder listed again. */
  add(folder: FolderState, name: string): boolean;
  /** Whether the absence of some files is not decided yet. */
  hasPending(): boolean;
  stop(): void;
};

type Options = {
  isRootOnline: () => boolean;
  emptied: Pick<Emptied, 'isTidied'>;
  /** The file exists after all. */
  onBack: (folder: FolderState, name: string) => void;
  /** The file is gone for good. */
  onGone: (folder: FolderState, name: string) => void;
};

export function createAbsences(
  context: ScanContext,
  { isRootOnline, emptied, onBack, onGone }: Options,
): Absences {
  const doubtMs = context.options.doubtMs ?? defaultDoubtMs;
  const noticed = new Map<FolderState, Map<string, number>>();
  let count = 0;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function add(folder: FolderState, name: string): boolean {
    if (count >= maxAbsences) return false;
    const names = noticed.get(folder) ?? new Map<string, number>();
    noticed.set(folder, names);
    if (!names.has(name)) {
      names.set(name, performance.now());
      count++;
      folder.doubted++;
    }
    timer ??= setTimeout(() => void settle(), doubtMs);
    return true;
  }

  async function settle(): Promise<void> {
    timer = undefined;
    const until = performance.now() - doubtMs;
    for (const [folder, names] of noticed) {
      const due = [...names].filter(([, at]) => at <= until).map(([name]) => name);
      for (const name of due) names.delete(name);
      count -= due.length;
      if (names.size === 0) noticed.delete(folder);
      if (due.length > 0 && !(isRootOnline() && (await judge(folder, due)))) folder.again = true;
      folder.doubted -= due.length;
      // Saved as incomplete so far, so that a restart would look again.
      if (due.length > 0 && folder.doubted === 0 && folder.listedAt !== null) noteListed(context, folder);
    }
    if (noticed.size > 0 && !stopped) timer ??= setTimeout(() => void settle(), doubtMs / 2);
  }

  /** False when some of the names could not be decided. */
  async function judge(folder: FolderState, names: readonly string[]): Promise<boolean> {
    const path = pathOf(context, folder);
    const isEmpty = !holdsImages(context, path);
    if (isEmpty && !emptied.isTidied(folder, countPending(folder, names))) return false;
    const gone: string[] = [];
    let isDecided = true;
    for (const [i, name] of names.entries()) {
      if ((i + 1) % looksPerTurn === 0) await new Promise(setImmediate);
      const found = lookUpFile(join(path, name));
      if (found.state === 'unreadable') isDecided = false;
      else if (found.state === 'there' && found.stats.isFile()) onBack(folder, name);
      else {
        // Now, so that a listing that finds the name from here on treats it as new.
        onGone(folder, name);
        gone.push(name);
      }
    }
    for (let from = 0; from < gone.length; from += namesPerMessage) {
      await context.sendMissing(folder.ref, gone.slice(from, from + namesPerMessage));
    }
    return isDecided;
  }

  /** Known files whose absence is being decided or still pending. */
  function countPending(folder: FolderState, names: readonly string[]): number {
    const all = new Set([...names, ...(noticed.get(folder)?.keys() ?? [])]);
    return all.values().reduce((sum, name) => sum + Number(folder.names?.has(name) ?? false), 0);
  }

  function stop(): void {
    stopped = true;
    clearTimeout(timer);
  }

  return { add, hasPending: () => count > 0, stop };
}

/** A folder that vanished, or lost all images at once, is an outage and not a deletion, unless `Emptied` explains it. */
function holdsImages(context: ScanContext, path: string): boolean {
  try {
    for (const chunk of listFolder(path, context)) if (chunk.images.length > 0) return true;
  } catch {
    // Missing or unreadable: nothing is known about its files.
  }
  return false;
}

import { join } from 'node:path';
import { listFolder } from '../disk/list-folder.ts';
import { lookUpFile } from '../disk/look-up.ts';
import { noteListed, pathOf } from '../state/folder-state.ts';
import type { FolderState, ScanContext } from '../state/scan-context.ts';
import type { Emptied } from './emptied.ts';

/** A name must stay away this long before it counts as gone: a rename, a remount or an outage needs its time. */
const usualDoubtMs = 3_000;
/** More than this at once are left to the next sweep. */
const maxAbsences = 100_000;
const looksPerTurn = 500;
/** Names of one message. */
const namesPerMessage = 1_000;

/**
 * Files that events or a listing say are gone, believed only when they stay away while their folder and root are still
 * there. What is not believed stays among the folder's names, so that the next listing sees it again.
 */
export type Absences = {
  /** False when full: the caller must have the folder listed again. */
  add(folder: FolderState, name: string): boolean;
  /** Whether there are files whose absence is not judged yet. */
  isDoubting(): boolean;
  stop(): void;
};

type Options = {
  isRootOnline: () => boolean;
  emptied: Pick<Emptied, 'isTidied'>;
  /** A file is there after all. */
  onBack: (folder: FolderState, name: string) => void;
  /** A file is gone for good. */
  onGone: (folder: FolderState, name: string) => void;
};

export function createAbsences(
  context: ScanContext,
  { isRootOnline, emptied, onBack, onGone }: Options,
): Absences {
  const doubtMs = context.options.doubtMs ?? usualDoubtMs;
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
      if (due.length > 0 && isRootOnline()) await judge(folder, due);
    }
    if (noticed.size > 0 && !stopped) timer ??= setTimeout(() => void settle(), doubtMs / 2);
  }

  async function judge(folder: FolderState, names: readonly string[]): Promise<void> {
    const path = pathOf(context, folder);
    const isEmpty = !holdsImages(context, path);
    if (isEmpty && !emptied.isTidied(folder, countTold(folder, names))) return;
    const gone: string[] = [];
    for (const [i, name] of names.entries()) {
      if ((i + 1) % looksPerTurn === 0) await new Promise(setImmediate);
      const found = lookUpFile(join(path, name));
      if (found.state === 'unreadable') continue;
      if (found.state === 'there' && found.stats.isFile()) onBack(folder, name);
      else {
        // At once, so that a listing which sees it from now on takes it for new.
        onGone(folder, name);
        gone.push(name);
      }
    }
    for (let from = 0; from < gone.length; from += namesPerMessage) {
      await context.sendMissing(folder.ref, gone.slice(from, from + namesPerMessage));
    }
    // Else the next start would miss the files that its last listing counted.
    if (isEmpty && gone.length > 0) noteListed(context, folder);
  }

  /** Known files that are being judged now or that wait for it. */
  function countTold(folder: FolderState, names: readonly string[]): number {
    const all = new Set([...names, ...(noticed.get(folder)?.keys() ?? [])]);
    return all.values().reduce((sum, name) => sum + Number(folder.names?.has(name) ?? false), 0);
  }

  function stop(): void {
    stopped = true;
    clearTimeout(timer);
  }

  return { add, isDoubting: () => count > 0, stop };
}

/** A folder that is gone, or lost everything at once, is an outage and no deletion, unless it is explained. */
function holdsImages(context: ScanContext, path: string): boolean {
  try {
    for (const chunk of listFolder(path, context)) if (chunk.images.length > 0) return true;
  } catch {
    // Not there or not readable: nothing can be said of its files.
  }
  return false;
}

import { join } from 'node:path';
import { listFolder } from './list-folder.ts';
import { lookUp } from './look-up.ts';
import type { FolderState, ScanContext } from './scan-context.ts';

/** A name must stay away this long before it counts as gone: a rename, a remount or an outage needs its time. */
const doubtMs = 3_000;
/** More than this are left to the next sweep. */
const maxAbsences = 20_000;

/** Files that events say are gone, believed only when their folder and root are still there. */
export type Absences = { add(folder: FolderState, name: string): void; stop(): void };

export function createAbsences(context: ScanContext, isRootOnline: () => boolean): Absences {
  const names = new Map<FolderState, Set<string>>();
  let count = 0;
  let timer: NodeJS.Timeout | undefined;

  function add(folder: FolderState, name: string): void {
    if (count >= maxAbsences) {
      folder.modifiedAt = null;
      return;
    }
    const known = names.get(folder) ?? new Set();
    names.set(folder, known.add(name));
    count++;
    timer ??= setTimeout(() => void settle(), doubtMs);
  }

  async function settle(): Promise<void> {
    timer = undefined;
    const settled = [...names];
    names.clear();
    count = 0;
    if (!isRootOnline()) return;
    for (const [folder, absent] of settled) {
      const path = join(context.root.path, folder.ref.path);
      if (!holdsImages(context, path)) continue;
      const gone = [...absent].filter((name) => lookUp(join(path, name)) === 'gone');
      if (gone.length > 0) await context.sendMissing(folder.ref, gone);
    }
  }

  return { add, stop: () => clearTimeout(timer) };
}

/** A folder that is gone, or lost everything at once, is an outage and no deletion. */
function holdsImages(context: ScanContext, path: string): boolean {
  try {
    for (const chunk of listFolder(path, context.isExcluded)) if (chunk.images.length > 0) return true;
  } catch {
    // Not there or not readable: nothing can be said of its files.
  }
  return false;
}

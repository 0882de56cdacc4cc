import { lookUpFile } from '../disk/look-up.ts';
import { identityOf } from '../disk/root-check.ts';
import { countOf, pathOf } from '../state/folder-state.ts';
import type { FolderState, ScanContext } from '../state/scan-context.ts';

/** Up to this many files may be removed by hand or by a clean-up unobserved; beyond it, each removal must have been seen. */
const fewFiles = 100;

/** Tells whether the empty folder of a flat root was cleaned up, as opposed to unmounted or replaced. */
export type Emptied = {
  /** Before the files were checked: the folder is the same, and few files were known or removals are being observed. */
  isExplained(identity: string): boolean;
  /** The folder is the same, and few files were known or all of them (`gone`) were reported gone. */
  isTidied(folder: FolderState, gone: number): boolean;
  /** The folder is the same, and so few files were known that their absence alone is a removal. */
  isTidiedUnobserved(folder: FolderState): boolean;
};

/**
 * An unmounted share, a different share and a recreated folder differ in identity (device and inode) from the folder that
 * held the files. Until this process has seen the root online, `seenIdentity` is undefined and matches nothing. This
 * applies to flat roots only: files removed from a folder below a root may have moved to another one.
 */
export function createEmptied(
  context: ScanContext,
  { seenIdentity, isObserving }: { seenIdentity: () => string | undefined; isObserving: () => boolean },
): Emptied {
  const isFlat = context.options.flat ?? false;
  const known = () => context.folders.values().reduce((sum, folder) => sum + countOf(folder), 0);
  const isSame = (identity: string) => isFlat && identity === seenIdentity();

  function isSameFolder(folder: FolderState): boolean {
    const found = lookUpFile(pathOf(context, folder));
    return found.state === 'there' && isSame(identityOf(found.stats));
  }

  return {
    isExplained: (identity) => isSame(identity) && (known() <= fewFiles || isObserving()),
    isTidied: (folder, gone) =>
      (countOf(folder) <= fewFiles || gone >= countOf(folder)) && isSameFolder(folder),
    isTidiedUnobserved: (folder) => isFlat && countOf(folder) <= fewFiles && isSameFolder(folder),
  };
}

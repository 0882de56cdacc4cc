import { lookUpFile } from '../disk/look-up.ts';
import { identityOf } from '../disk/root-check.ts';
import { countOf, pathOf } from '../state/folder-state.ts';
import type { FolderState, ScanContext } from '../state/scan-context.ts';

/** So few files are removed by hand or by a program's last tidying; more only where each removal was heard. */
const fewFiles = 100;

/** Whether the emptied folder of a flat root was tidied, and no share or copy of it lost. */
export type Emptied = {
  /** Before anybody has looked at the files: the folder is the same, and few were known or removals were heard. */
  isExplained(identity: string): boolean;
  /** Of its known files `told` were heard, or seen, to be gone. */
  isTidied(folder: FolderState, told: number): boolean;
  /** So few are known that their absence alone, in the same folder, is a removal. */
  isTidiedUnheard(folder: FolderState): boolean;
};

/**
 * An unmounted share, another share and a folder made anew have another identity (device and inode) than the one that
 * held the files; so has a root this process has not yet seen online (`seenIdentity` is undefined then). Folders below a
 * root are never judged so: what is removed there may be moved to another one.
 */
export function createEmptied(
  context: ScanContext,
  { seenIdentity, isHearing }: { seenIdentity: () => string | undefined; isHearing: () => boolean },
): Emptied {
  const isFlat = context.options.flat ?? false;
  const known = () => context.folders.values().reduce((sum, folder) => sum + countOf(folder), 0);
  const isSame = (identity: string) => isFlat && identity === seenIdentity();

  function isSameFolder(folder: FolderState): boolean {
    const found = lookUpFile(pathOf(context, folder));
    return found.state === 'there' && isSame(identityOf(found.stats));
  }

  return {
    isExplained: (identity) => isSame(identity) && (known() <= fewFiles || isHearing()),
    isTidied: (folder, told) =>
      (countOf(folder) <= fewFiles || told >= countOf(folder)) && isSameFolder(folder),
    isTidiedUnheard: (folder) => isFlat && countOf(folder) <= fewFiles && isSameFolder(folder),
  };
}

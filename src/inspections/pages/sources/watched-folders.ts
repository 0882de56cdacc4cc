import { stat } from 'node:fs/promises';
import { layoutHref } from '../../layouts/layout-views.ts';
import type { SourceStatus } from '../../model.ts';

/** What is known of a watched folder before its first image. */
export type WatchedFolder = {
  path: string;
  state: SourceStatus['state'];
  /** Files in it at the last sweep, whatever their names; null before the first. */
  files: number | null;
  /** Who owns it and who may write, as `ls -l` says it; null where the folder cannot be asked. */
  owner: { user: number; group: number; mode: string } | null;
  /** Where its names are tried against other patterns; null while it has no files. */
  layoutHref: string | null;
};

/** Says of each folder whether it is there, what was seen in it and who may write to it. */
export function describeFolders(sources: readonly SourceStatus[]): Promise<WatchedFolder[]> {
  return Promise.all(
    sources.map(async ({ id, path, state, lastSweep }) => ({
      path,
      state,
      files: lastSweep?.filesSeen ?? null,
      // A share that is away would not answer either.
      owner: state === 'offline' ? null : await readOwner(path),
      layoutHref: lastSweep && lastSweep.filesSeen > 0 ? layoutHref(id) : null,
    })),
  );
}

async function readOwner(path: string): Promise<WatchedFolder['owner']> {
  try {
    const { uid, gid, mode } = await stat(path);
    return { user: uid, group: gid, mode: modeText(mode) };
  } catch {
    return null;
  }
}

/** `rwxr-xr-x`. */
function modeText(mode: number): string {
  return [6, 3, 0]
    .map((shift) => ['r', 'w', 'x'].map((letter, i) => ((mode >> shift) & (4 >> i) ? letter : '-')).join(''))
    .join('');
}

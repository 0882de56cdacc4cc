import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isWithin } from './is-within.ts';
import { describeFileError, type FileFailure, type OpenFile, openRegularFile } from './open-file.ts';

/** `outside`: not below the root once links are followed. `invalid`: not a possible path. */
export type ConfinedFailure = { ok: false; reason: FileFailure['reason'] | 'outside' | 'invalid' };

/** Longer than any path a file system accepts. */
const maxPathLength = 4096;

/**
 * The real path of `path` (absolute, or relative to `root`) when it lies in `root` after links in both are followed.
 * The path is used literally: nothing is percent-decoded. For a missing file outside the root the result is `outside`, so
 * that callers cannot probe which files exist there.
 */
export async function resolveInside(
  root: string,
  path: string,
): Promise<{ ok: true; realPath: string } | ConfinedFailure> {
  if (path === '' || path.length > maxPathLength || path.includes('\0'))
    return { ok: false, reason: 'invalid' };
  const wanted = resolve(root, path);
  try {
    const realRoot = await realpath(root);
    const found = await findRealPath(wanted);
    if (!found.ok && !isWithin(root, wanted) && !isWithin(realRoot, wanted))
      return { ok: false, reason: 'outside' };
    if (!found.ok) return found;
    return isWithin(realRoot, found.realPath) ? found : { ok: false, reason: 'outside' };
  } catch (error) {
    return { ok: false, reason: describeFileError(error).reason };
  }
}

/** Opens the regular file at `path` for reading if `resolveInside` allows it. The caller closes `file`. */
export async function openInside(
  root: string,
  path: string,
): Promise<(OpenFile & { realPath: string }) | ConfinedFailure> {
  const resolved = await resolveInside(root, path);
  if (!resolved.ok) return resolved;
  const opened = await openRegularFile(resolved.realPath, root);
  return opened.ok ? { ...opened, realPath: resolved.realPath } : { ok: false, reason: opened.reason };
}

async function findRealPath(path: string): Promise<{ ok: true; realPath: string } | ConfinedFailure> {
  try {
    return { ok: true, realPath: await realpath(path) };
  } catch (error) {
    return { ok: false, reason: describeFileError(error).reason };
  }
}

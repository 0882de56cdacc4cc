import { lstatSync, type Stats, statSync } from 'node:fs';

/** Errors that mean there is no file: a link in a circle or to nowhere, or a name no disk can hold. */
const goneCodes = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG']);

/**
 * What the file system says of a path, links followed: its facts, `gone` when nothing is there, or `unreadable` when it
 * does not say (no permission, a share that reports an error). Nothing that can lie on a disk makes it throw.
 */
export function lookUp(path: string): Stats | 'gone' | 'unreadable' {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? 'gone';
  } catch (error) {
    return goneCodes.has((error as NodeJS.ErrnoException).code ?? '') ? 'gone' : 'unreadable';
  }
}

/** Whether a folder, not a link to one, is there; what cannot be asked about is taken to be none. */
export function isRealFolder(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}

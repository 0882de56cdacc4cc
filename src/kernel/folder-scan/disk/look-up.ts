import { lstatSync, type Stats, statSync } from 'node:fs';

/** Errors that mean there is no file: a cycle of links, or a name that no disk can hold. */
const goneCodes = new Set(['ELOOP', 'ENAMETOOLONG']);

/**
 * The file system's answer about a path. `gone` is certain; without permission, or while a share is disconnected, the
 * file may still exist and is `unreadable`.
 */
export type LookUp =
  | { state: 'there'; stats: Stats }
  | { state: 'gone' }
  | { state: 'unreadable'; reason: string };

/** Looks up a file, following links. */
export function lookUpFile(path: string): LookUp {
  return lookUp(() => statSync(path, { throwIfNoEntry: false }));
}

/** Looks up the entry at a path without following a link. */
export function lookUpEntry(path: string): LookUp {
  return lookUp(() => lstatSync(path, { throwIfNoEntry: false }));
}

function lookUp(ask: () => Stats | undefined): LookUp {
  try {
    const stats = ask();
    return stats ? { state: 'there', stats } : { state: 'gone' };
  } catch (error) {
    const failure = error as NodeJS.ErrnoException;
    if (goneCodes.has(failure.code ?? '')) return { state: 'gone' };
    return { state: 'unreadable', reason: reasonOf(failure) };
  }
}

/** The number of a file or folder on its disk; null where the file system keeps none. */
export function inodeOf({ hasTrueInodes }: { hasTrueInodes: boolean }, { ino }: Stats): number | null {
  return hasTrueInodes && Number.isSafeInteger(ino) ? ino : null;
}

/** Why a path cannot be read, in plain words. */
export function reasonOf(error: NodeJS.ErrnoException): string {
  if (error.code === 'EACCES' || error.code === 'EPERM') return 'No permission to read it';
  if (error.code === 'ENOTCONN' || error.code === 'EIO' || error.code === 'ESTALE')
    return 'The share is not connected';
  return error.message;
}

import { lstatSync, type Stats, statSync } from 'node:fs';

/** Errors that mean there is no file: a link in a circle, or a name no disk can hold. */
const goneCodes = new Set(['ELOOP', 'ENAMETOOLONG']);

/**
 * What the file system says of a path. Only a certain answer is `gone`: a file that may not be asked for, or a share
 * that is away for a moment, may still hold it.
 */
export type LookUp =
  | { state: 'there'; stats: Stats }
  | { state: 'gone' }
  | { state: 'unreadable'; reason: string };

/** Looks a file up, through links. */
export function lookUpFile(path: string): LookUp {
  return lookUp(() => statSync(path, { throwIfNoEntry: false }));
}

/** Looks up what itself stands under a path: a link is a link. */
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

/** Why something cannot be read, in plain words. */
export function reasonOf(error: NodeJS.ErrnoException): string {
  if (error.code === 'EACCES' || error.code === 'EPERM') return 'No permission to read it';
  if (error.code === 'ENOTCONN' || error.code === 'EIO' || error.code === 'ESTALE')
    return 'The share is not connected';
  return error.message;
}

import { opendir } from 'node:fs/promises';

/** A root that does not answer a listing within this time is offline: network mounts can hang for ever. */
const answerWithinMs = 8_000;

export type RootCheck =
  | { online: true; isEmpty: boolean }
  | { online: false; reason: string; isMissing: boolean };

/**
 * Whether the watched folder is there. A folder that held images and is suddenly empty is a mount that is gone, not a
 * tidy colleague: the images' rows stay as they are.
 */
export async function checkRoot(
  path: string,
  isExcluded: (name: string) => boolean,
  knownFiles: number,
): Promise<RootCheck> {
  const timeout = new AbortController();
  try {
    const isEmpty = await Promise.race([
      hasNoEntries(path, isExcluded),
      rejectAfter(answerWithinMs, timeout.signal),
    ]);
    if (isEmpty && knownFiles > 0) {
      return {
        online: false,
        reason: `The folder is empty although it held ${knownFiles} images. Is the share mounted?`,
        isMissing: false,
      };
    }
    return { online: true, isEmpty };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    return { online: false, reason: reasonOf(error as NodeJS.ErrnoException), isMissing };
  } finally {
    timeout.abort();
  }
}

async function hasNoEntries(path: string, isExcluded: (name: string) => boolean): Promise<boolean> {
  for await (const entry of await opendir(path)) if (!isExcluded(entry.name)) return false;
  return true;
}

function rejectAfter(ms: number, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => reject(new Error(`No answer within ${ms / 1000} s`)), ms);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}

function reasonOf(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return 'The folder does not exist';
  if (error.code === 'ENOTDIR') return 'This is a file, not a folder';
  if (error.code === 'EACCES' || error.code === 'EPERM') return 'No permission to read the folder';
  if (error.code === 'ENOTCONN' || error.code === 'EIO' || error.code === 'ESTALE')
    return 'The share is not connected';
  return error.message;
}

import { opendir } from 'node:fs/promises';
import type { OfflineReason } from '../model.ts';

/** A root that does not answer a listing within this time is offline: network mounts can hang for ever. */
const answerWithinMs = 8_000;

export type RootCheck =
  | { online: true; isEmpty: boolean }
  | { online: false; reasonCode: OfflineReason; reason: string; isMissing: boolean };

const reasonCodes: Readonly<Record<string, OfflineReason>> = {
  ENOENT: 'missing',
  ENOTDIR: 'not_a_folder',
  EACCES: 'no_permission',
  EPERM: 'no_permission',
  ENOTCONN: 'not_connected',
  EIO: 'not_connected',
  ESTALE: 'not_connected',
  ETIMEDOUT: 'no_answer',
};

const reasons: Partial<Record<OfflineReason, string>> = {
  missing: 'The folder does not exist',
  not_a_folder: 'This is a file, not a folder',
  no_permission: 'No permission to read the folder',
  not_connected: 'The share is not connected',
};

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
        reasonCode: 'emptied',
        reason: `The folder is empty although it held ${knownFiles} images. Is the share mounted?`,
        isMissing: false,
      };
    }
    return { online: true, isEmpty };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reasonCode = reasonCodes[code ?? ''] ?? 'other';
    const isMissing = reasonCode === 'missing' || reasonCode === 'not_a_folder';
    return { online: false, reasonCode, reason: reasons[reasonCode] ?? message, isMissing };
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
    const late = Object.assign(new Error(`No answer within ${ms / 1000} s`), { code: 'ETIMEDOUT' });
    const timer = setTimeout(() => reject(late), ms);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}

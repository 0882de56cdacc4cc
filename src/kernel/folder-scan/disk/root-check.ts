import { opendir, stat } from 'node:fs/promises';
import type { OfflineReason } from '../model/root-status.ts';

/** A root that does not answer a listing within this time is offline: network mounts can hang for ever. */
const answerWithinMs = 8_000;

/** `identity` changes when another folder or share takes the root's place. */
export type RootCheck =
  | { online: true; isEmpty: boolean; identity: string }
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
 * Makes the question whether the watched folder is there. A folder that held images and is suddenly empty is a mount
 * that is gone, not a tidy colleague: the images' rows stay as they are. A question that the file system never answers
 * is asked once and not piled up: each would hold one of the few threads that all file access goes through.
 * `isExplained` says whether an empty folder of an identity is one whose files were seen to go (`emptied.ts`).
 */
export function createRootCheck(
  path: string,
  isExcluded: (name: string) => boolean,
  isExplained: (identity: string) => boolean = () => false,
): (knownFiles: number) => Promise<RootCheck> {
  let asking: Promise<{ isEmpty: boolean; identity: string }> | undefined;

  function ask() {
    asking ??= readRoot(path, isExcluded).finally(() => {
      asking = undefined;
    });
    return asking;
  }

  return async (knownFiles) => {
    const timeout = new AbortController();
    try {
      const root = await Promise.race([ask(), rejectAfter(answerWithinMs, timeout.signal)]);
      if (!root.isEmpty || knownFiles === 0 || isExplained(root.identity)) return { online: true, ...root };
      const reason = `The folder is empty although it held ${knownFiles} images. Is the share mounted?`;
      return { online: false, reasonCode: 'emptied', reason, isMissing: false };
    } catch (error) {
      return describe(error as NodeJS.ErrnoException);
    } finally {
      timeout.abort();
    }
  };
}

/** What a folder is, whatever stands in its place later. */
export function identityOf({ dev, ino }: { dev: number; ino: number }): string {
  return `${dev}:${ino}`;
}

async function readRoot(path: string, isExcluded: (name: string) => boolean) {
  const { dev, ino } = await stat(path);
  let isEmpty = true;
  for await (const entry of await opendir(path)) {
    if (isExcluded(entry.name)) continue;
    isEmpty = false;
    break;
  }
  return { isEmpty, identity: identityOf({ dev, ino }) };
}

function rejectAfter(ms: number, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const late = Object.assign(new Error(`No answer within ${ms / 1000} s`), { code: 'ETIMEDOUT' });
    const timer = setTimeout(() => reject(late), ms);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}

function describe({ code, message }: NodeJS.ErrnoException): RootCheck {
  const reasonCode = reasonCodes[code ?? ''] ?? 'other';
  const isMissing = reasonCode === 'missing' || reasonCode === 'not_a_folder';
  return { online: false, reasonCode, reason: reasons[reasonCode] ?? message, isMissing };
}

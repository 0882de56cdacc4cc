import { opendir, stat } from 'node:fs/promises';
import type { OfflineReason } from '../model/root-status.ts';

/** A root that cannot be listed within this time is offline: network mounts can hang for ever. */
const answerWithinMs = 8_000;

/** `identity` changes when another folder or share is mounted at the root's path. */
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
 * Creates the check whether a watched folder is online. A folder that held images and is suddenly empty is taken for a
 * lost mount and is offline, so the rows of its images stay as they are. While the file system has not answered, further
 * checks join the pending one: each would block one of the few threads that serve all file access. `isExplained`:
 * whether the empty folder of this identity is one whose files were removed (`emptied.ts`).
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

/** Identifies a folder independently of its path. */
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

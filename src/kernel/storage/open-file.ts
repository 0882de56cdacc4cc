import { constants } from 'node:fs';
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises';
import { isWithin } from './is-within.ts';

/** Why a file of the watched folders cannot be opened; expected in normal operation. */
export type FileFailure = { ok: false; reason: 'missing' | 'unreadable'; message: string };

export type OpenFile = {
  ok: true;
  /** To be closed by the caller. */
  file: FileHandle;
  sizeBytes: number;
  /** Epoch ms, with fractions where the file system keeps them. */
  modifiedAt: number;
};

/** Does not follow a link swapped in after the check, and does not block on a pipe. */
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Opens the regular file at a real path (see `resolveInside`) for reading. The check is made on the open file, not on the
 * path. Folders, pipes and devices are `unreadable`, and so is a file outside `root`, where given.
 */
export async function openRegularFile(realPath: string, root?: string): Promise<OpenFile | FileFailure> {
  let file: FileHandle | undefined;
  try {
    file = await open(realPath, openFlags);
    const stat = await file.stat();
    const isFile = stat.isFile();
    if (isFile && (root === undefined || (await liesWithin(file, realPath, root))))
      return { ok: true, file, sizeBytes: stat.size, modifiedAt: stat.mtimeMs };
    await file.close();
    const message = isFile ? 'its path leads out of the watched folder' : 'not a regular file';
    return { ok: false, reason: 'unreadable', message };
  } catch (error) {
    await file?.close();
    return describeFileError(error);
  }
}

/**
 * Between the check of a path and its opening, a folder on the way may have been replaced by a link; the location of the
 * open file cannot be faked. Root and file are resolved in the same way, so that their paths are spelt alike.
 */
async function liesWithin(file: FileHandle, path: string, root: string): Promise<boolean> {
  const folder = await open(root, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return isWithin(await realPathOf(folder, root), await realPathOf(file, path));
  } finally {
    await folder.close();
  }
}

/** Only Linux knows the path of an open file; elsewhere the path is resolved once more. */
async function realPathOf({ fd }: FileHandle, path: string): Promise<string> {
  return readlink(`/proc/self/fd/${fd}`).catch(() => realpath(path));
}

/** The first `sizeBytes` of an open file, usually in one read; fewer when the file was truncated meanwhile. */
export async function readWhole(
  file: FileHandle,
  sizeBytes: number,
  bytes: Buffer = Buffer.allocUnsafe(sizeBytes),
): Promise<Buffer> {
  let length = 0;
  while (length < sizeBytes) {
    const { bytesRead } = await file.read(bytes, length, sizeBytes - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}

/** Turns a file-system error into a value; rethrows any other error. */
export function describeFileError(error: unknown): FileFailure {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') throw error;
  if (missingCodes.has(error.code)) return { ok: false, reason: 'missing', message: 'the file is gone' };
  return {
    ok: false,
    reason: 'unreadable',
    message: `the file cannot be read (${explanations[error.code] ?? error.code})`,
  };
}

const missingCodes = new Set(['ENOENT', 'ENOTDIR']);

const explanations: Record<string, string> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EIO: 'the disk or network share reports an error',
  ESTALE: 'the network share has lost it',
  ELOOP: 'it is a link',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
};

import { constants } from 'node:fs';
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises';
import { isWithin } from './is-within.ts';

/** Why a file of the watched folders cannot be had; each an everyday event. */
export type FileFailure = { ok: false; reason: 'missing' | 'unreadable'; message: string };

export type OpenFile = {
  ok: true;
  /** To be closed by whoever asked for it. */
  file: FileHandle;
  sizeBytes: number;
  /** Epoch ms, with fractions where the file system keeps them. */
  modifiedAt: number;
};

/** A link put in place after the check is not followed; a pipe does not hold up the thread that opens it. */
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Opens the regular file at a real path (see `resolveInside`) for reading; what was opened is checked, not what stood
 * there before. Folders, pipes and devices are `unreadable`, and so is, with `root`, what turns out to lie outside it.
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
 * A folder on the way may have been exchanged for a link between the check of a path and its opening; where the open
 * file really lies cannot be. Both places are asked for in the same way, so that both are spelt alike.
 */
async function liesWithin(file: FileHandle, path: string, root: string): Promise<boolean> {
  const folder = await open(root, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return isWithin(await placeOf(folder, root), await placeOf(file, path));
  } finally {
    await folder.close();
  }
}

/** Only Linux tells the place of an open file; elsewhere the path is followed once more. */
async function placeOf({ fd }: FileHandle, path: string): Promise<string> {
  return readlink(`/proc/self/fd/${fd}`).catch(() => realpath(path));
}

/** The first `sizeBytes` of an open file, in one read in most cases; less when it was cut short meanwhile. */
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

/** A file system's error as a value. Errors of any other kind are thrown on. */
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

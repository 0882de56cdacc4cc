import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

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
 * there before. Folders, pipes and devices are `unreadable`.
 */
export async function openRegularFile(realPath: string): Promise<OpenFile | FileFailure> {
  let file: FileHandle | undefined;
  try {
    file = await open(realPath, openFlags);
    const stat = await file.stat();
    if (stat.isFile()) return { ok: true, file, sizeBytes: stat.size, modifiedAt: stat.mtimeMs };
    await file.close();
    return { ok: false, reason: 'unreadable', message: 'not a regular file' };
  } catch (error) {
    await file?.close();
    return describeFileError(error);
  }
}

/** The first `sizeBytes` of an open file, in one read in most cases; less when it was cut short meanwhile. */
export async function readWhole(file: FileHandle, sizeBytes: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(sizeBytes);
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

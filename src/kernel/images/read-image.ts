import type { FileHandle } from 'node:fs/promises';
import { createBufferPool } from '../storage/buffer-pool.ts';
import { describeFileError, type FileFailure, openRegularFile, readWhole } from '../storage/open-file.ts';
import { type AcceptedType, findAcceptedType, sniffContentType } from './content-type.ts';

/** Why an image cannot be shown; expected in normal operation. `message` is plain English for the log and the API. */
export type ImageFailure = {
  ok: false;
  /**
   * `incomplete`: it is still being written. `truncated`: it is not, and its end is missing.
   * `offline`: its whole folder is unreachable. `elsewhere`: it is kept at another site.
   */
  reason:
    | 'incomplete'
    | 'truncated'
    | 'not_an_image'
    | 'too_large'
    | 'missing'
    | 'offline'
    | 'elsewhere'
    | 'unreadable';
  message: string;
};

/** Larger files are not read, because several are in memory at once. */
export const maxImageFileBytes = 64 * 1024 * 1024;

const buffers = createBufferPool({ maxBuffers: 2, maxBytes: 8 * 1024 * 1024 });

/** The content of an image file, and its type by the leading bytes. */
export type ReadImage = { bytes: Buffer; type: AcceptedType };

/**
 * Passes the image file at a real path (within `root`, if given) to `use` and returns its result, or the failure. The
 * bytes are valid only until `use` settles.
 */
export async function readImage<T>(
  { realPath, root }: { realPath: string; root?: string | undefined },
  use: (image: ReadImage) => Promise<T>,
): Promise<T | ImageFailure> {
  const opened = await openRegularFile(realPath, root);
  if (!opened.ok) return opened;
  const { file, sizeBytes } = opened;
  if (sizeBytes > maxImageFileBytes) {
    await file.close();
    return tooLarge(sizeBytes);
  }
  const buffer = buffers.take(sizeBytes);
  try {
    const bytes = await readAndClose(file, sizeBytes, buffer);
    if (!Buffer.isBuffer(bytes)) return bytes;
    const type = findAcceptedType(bytes);
    return type ? await use({ bytes, type }) : notAnImage(bytes);
  } finally {
    buffers.giveBack(buffer);
  }
}

async function readAndClose(
  file: FileHandle,
  sizeBytes: number,
  buffer: Buffer,
): Promise<Buffer | FileFailure> {
  try {
    return await readWhole(file, sizeBytes, buffer);
  } catch (error) {
    return describeFileError(error);
  } finally {
    await file.close();
  }
}

function tooLarge(sizeBytes: number): ImageFailure {
  const megabytes = Math.round(sizeBytes / 1024 / 1024);
  return {
    ok: false,
    reason: 'too_large',
    message: `the file has ${megabytes} MB, more than the ${maxImageFileBytes / 1024 / 1024} MB taken`,
  };
}

function notAnImage(bytes: Buffer): ImageFailure {
  if (bytes.every((byte) => byte === 0)) {
    const message = bytes.length === 0 ? 'the file is empty' : 'the file holds nothing but zeros';
    return { ok: false, reason: 'truncated', message };
  }
  const type = sniffContentType(bytes);
  const message = type ? `the file is ${type}, which is not shown here` : 'the file is not an image';
  return { ok: false, reason: 'not_an_image', message };
}

import type { FileHandle } from 'node:fs/promises';
import { openRegularFile } from '../storage/open-file.ts';
import { type AcceptedType, findAcceptedType, sniffContentType } from './content-type.ts';

/** Why an image cannot be shown, as everyday events. `message` is plain English for the log and the API. */
export type ImageFailure = {
  ok: false;
  reason: 'truncated' | 'not_an_image' | 'too_large' | 'missing' | 'unreadable';
  message: string;
};

/** Larger files are not looked into: several of them are in memory at once. */
export const maxImageFileBytes = 64 * 1024 * 1024;

/** The bytes of the image file at a real path, or why it is none; the type is told by the bytes. */
export async function readImage(
  realPath: string,
): Promise<{ ok: true; bytes: Buffer; type: AcceptedType } | ImageFailure> {
  const opened = await openRegularFile(realPath);
  if (!opened.ok) return opened;
  const { file, sizeBytes } = opened;
  try {
    if (sizeBytes > maxImageFileBytes) return tooLarge(sizeBytes);
    const bytes = await readWhole(file, sizeBytes);
    const type = findAcceptedType(bytes);
    return type ? { ok: true, bytes, type } : notAnImage(bytes);
  } finally {
    await file.close();
  }
}

/** One read in most cases; a file cut short meanwhile gives what is left of it. */
async function readWhole(file: FileHandle, sizeBytes: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  let length = 0;
  while (length < sizeBytes) {
    const { bytesRead } = await file.read(bytes, length, sizeBytes - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
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

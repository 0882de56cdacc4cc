import { describeFileError, openRegularFile, readWhole } from '../storage/open-file.ts';
import { type AcceptedType, findAcceptedType, sniffContentType } from './content-type.ts';

/** Why an image cannot be shown, as everyday events. `message` is plain English for the log and the API. */
export type ImageFailure = {
  ok: false;
  /**
   * `incomplete`: somebody is still writing it. `truncated`: nobody is, and its end is missing.
   * `offline`: it cannot be reached because its whole folder is away. `elsewhere`: it is kept at another site.
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

/** Larger files are not looked into: several of them are in memory at once. */
export const MAX_IMAGE_FILE_BYTES = 64 * 1024 * 1024;

/** The bytes of the image file at a real path (in `root`, if given), or why it is none; the type is told by the bytes. */
export async function readImage(
  realPath: string,
  root?: string,
): Promise<{ ok: true; bytes: Buffer; type: AcceptedType } | ImageFailure> {
  const opened = await openRegularFile(realPath, root);
  if (!opened.ok) return opened;
  const { file, sizeBytes } = opened;
  try {
    if (sizeBytes > MAX_IMAGE_FILE_BYTES) return tooLarge(sizeBytes);
    const bytes = await readWhole(file, sizeBytes);
    const type = findAcceptedType(bytes);
    return type ? { ok: true, bytes, type } : notAnImage(bytes);
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
    message: `the file has ${megabytes} MB, more than the ${MAX_IMAGE_FILE_BYTES / 1024 / 1024} MB taken`,
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

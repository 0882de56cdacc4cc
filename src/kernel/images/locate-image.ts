import { opendir } from 'node:fs/promises';
import { resolveInside } from '../storage/confine.ts';
import { openRegularFile } from '../storage/open-file.ts';
import { checkCompleteness } from './completeness.ts';
import type { ImageFailure } from './read-image.ts';

/** An incomplete file that changed this recently is considered still being written, an older one truncated. */
const stillWrittenMs = 60_000;

export type LocatedImage = {
  ok: true;
  realPath: string;
  /** The watched folder. */
  root: string;
  sizeBytes: number;
  /** Whole epoch ms, as the scanner stores it. */
  modifiedAt: number;
};

const outside: ImageFailure = {
  ok: false,
  reason: 'unreadable',
  message: 'its path leads out of the watched folder',
};

const offline: ImageFailure = {
  ok: false,
  reason: 'offline',
  message: 'the watched folder is away',
};

/** The failure of an image whose folder was removed from the settings. */
export const notWatched: ImageFailure = {
  ok: false,
  reason: 'missing',
  message: 'the folder it lies in is not watched any more',
};

/** The failure of an image whose file is still being written. */
export const beingWritten: ImageFailure = {
  ok: false,
  reason: 'incomplete',
  message: 'the file is still being written',
};

/**
 * Finds the file of an image below its watched folder; a link that leads out of it is not followed. When the watched folder
 * is gone or empty (an unmounted share), the failure is `offline`, not `missing`.
 */
export async function locateImage(rootPath: string, path: string): Promise<LocatedImage | ImageFailure> {
  const resolved = await resolveInside(rootPath, path);
  if (!resolved.ok) {
    if (resolved.reason === 'outside' || resolved.reason === 'invalid') return outside;
    if (resolved.reason === 'missing' && (await isAway(rootPath))) return offline;
    return { ok: false, reason: resolved.reason, message: `the file is ${resolved.reason}` };
  }
  const opened = await openRegularFile(resolved.realPath, rootPath);
  if (!opened.ok) return opened;
  await opened.file.close();
  const { sizeBytes, modifiedAt } = opened;
  return {
    ok: true,
    realPath: resolved.realPath,
    root: rootPath,
    sizeBytes,
    modifiedAt: Math.round(modifiedAt),
  };
}

/** Whether a watched folder is gone, or empty like the mount point of an unmounted share. */
export async function isAway(rootPath: string): Promise<boolean> {
  try {
    await using folder = await opendir(rootPath);
    return (await folder.read()) === null;
  } catch {
    return true;
  }
}

/**
 * Whether the file is still being written. The scanner has checked files of the size it recorded; only files recorded by
 * name alone, or changed since, are opened.
 */
export async function isBeingWritten(
  image: LocatedImage,
  options: { knownSizeBytes: number | null; now: number },
): Promise<boolean> {
  if (image.sizeBytes === options.knownSizeBytes) return false;
  if (Math.abs(options.now - image.modifiedAt) > stillWrittenMs) return false;
  const { realPath, sizeBytes } = image;
  return (await checkCompleteness(realPath, { sizeBytes }).catch(() => 'unknown')) === 'incomplete';
}

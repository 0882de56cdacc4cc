import { opendir } from 'node:fs/promises';
import { resolveInside } from '../storage/confine.ts';
import { openRegularFile } from '../storage/open-file.ts';
import { checkCompleteness } from './completeness.ts';
import type { ImageFailure } from './read-image.ts';

/** A file that ends too early and changed this recently is taken to be on its way; later it is truncated. */
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

/** The failure of an image whose folder has left the settings. */
export const notWatched: ImageFailure = {
  ok: false,
  reason: 'missing',
  message: 'the folder it lies in is not watched any more',
};

/** The failure of an image whose file changes right now. */
export const beingWritten: ImageFailure = {
  ok: false,
  reason: 'incomplete',
  message: 'the file is still being written',
};

/**
 * Finds the file of an image below its watched folder; a link that leads out of it is not followed. In a folder that is
 * gone or empty (a share that is not mounted) nothing is missing: it is `offline`.
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

/** Whether a watched folder is gone, or empty as the place of a share that is not mounted is. */
export async function isAway(rootPath: string): Promise<boolean> {
  try {
    await using folder = await opendir(rootPath);
    return (await folder.read()) === null;
  } catch {
    return true;
  }
}

/**
 * Whether somebody is writing the file right now. The scanner has seen to that for files of the size it knows, so only
 * those it took by their name alone, or that have changed since, are looked into.
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

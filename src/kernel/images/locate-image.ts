import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { createGrowingCache } from '../growing-cache.ts';
import { resolveInside } from '../storage/confine.ts';
import { openRegularFile } from '../storage/open-file.ts';
import { hourMs } from '../time/durations.ts';
import { checkCompleteness } from './completeness.ts';
import type { ImageFailure } from './read-image.ts';

/** A file without its end that we have seen unchanged for this long is truncated; before that it is being written. */
const stillWrittenMs = 30_000;
/** A file changed longer ago than any clock or time zone is off is truncated at the first look. */
const longestOffsetMs = 26 * hourMs;
const maxUnended = 1_000;

/** Files without their end, as first seen in this state; by our own clock, because a share's may be hours off. */
const unended = createGrowingCache<string, { content: string; since: number }>({ max: maxUnended });

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
 * Finds the file of an image below its watched folder; a link that leads out of it is followed into `linksTo` alone. When the watched folder
 * is gone or empty (an unmounted share), the failure is `offline`, not `missing`.
 */
export async function locateImage(
  rootPath: string,
  path: string,
  linksTo: readonly string[] = [],
): Promise<LocatedImage | ImageFailure> {
  let root = rootPath;
  let resolved = await resolveInside(rootPath, path);
  for (const folder of linksTo) {
    if (resolved.ok || resolved.reason !== 'outside') break;
    root = folder;
    resolved = await resolveInside(folder, join(rootPath, path));
  }
  if (!resolved.ok) {
    if (resolved.reason === 'outside' || resolved.reason === 'invalid') return outside;
    if (resolved.reason === 'missing' && (await isAway(rootPath))) return offline;
    return { ok: false, reason: resolved.reason, message: `the file is ${resolved.reason}` };
  }
  const opened = await openRegularFile(resolved.realPath, root);
  if (!opened.ok) return opened;
  await opened.file.close();
  const { sizeBytes, modifiedAt } = opened;
  return {
    ok: true,
    realPath: resolved.realPath,
    root,
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
  recorded: { sizeBytes: number | null; now: number },
): Promise<boolean> {
  const { realPath, sizeBytes, modifiedAt } = image;
  const { now } = recorded;
  if (sizeBytes === recorded.sizeBytes || now - modifiedAt > longestOffsetMs) return false;
  const completeness = await checkCompleteness(realPath, { sizeBytes }).catch(() => 'unknown');
  if (completeness !== 'incomplete') {
    unended.delete(realPath);
    return false;
  }
  const content = `${sizeBytes} ${modifiedAt}`;
  const before = unended.get(realPath);
  if (before?.content === content) return now - before.since < stillWrittenMs;
  unended.set(realPath, { content, since: now });
  return true;
}

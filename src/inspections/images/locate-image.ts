import { checkCompleteness } from '../../kernel/images/completeness.ts';
import type { ImageFailure } from '../../kernel/images/read-image.ts';
import { resolveInside } from '../../kernel/storage/confine.ts';
import { openRegularFile } from '../../kernel/storage/open-file.ts';

/** A file that ends too early and changed this recently is taken to be on its way; later it is truncated. */
const STILL_WRITTEN_MS = 60_000;

export type LocatedImage = {
  ok: true;
  realPath: string;
  sizeBytes: number;
  /** Whole epoch ms, as the scanner stores it. */
  modifiedAt: number;
};

const outside: ImageFailure = {
  ok: false,
  reason: 'unreadable',
  message: 'its path leads out of the watched folder',
};

/** Finds the file of an image below its watched folder; a link that leads out of it is not followed. */
export async function locateImage(rootPath: string, path: string): Promise<LocatedImage | ImageFailure> {
  const resolved = await resolveInside(rootPath, path);
  if (!resolved.ok) {
    if (resolved.reason === 'outside' || resolved.reason === 'invalid') return outside;
    return { ok: false, reason: resolved.reason, message: `the file is ${resolved.reason}` };
  }
  const opened = await openRegularFile(resolved.realPath);
  if (!opened.ok) return opened;
  await opened.file.close();
  const { sizeBytes, modifiedAt } = opened;
  return { ok: true, realPath: resolved.realPath, sizeBytes, modifiedAt: Math.round(modifiedAt) };
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
  if (Math.abs(options.now - image.modifiedAt) > STILL_WRITTEN_MS) return false;
  const { realPath, sizeBytes } = image;
  return (await checkCompleteness(realPath, { sizeBytes }).catch(() => 'unknown')) === 'incomplete';
}

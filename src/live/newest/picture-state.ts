import type { LiveCamera, LiveImage } from '../model.ts';

/**
 * How a picture is to be taken: `fresh`, `old` (older than its camera's pictures may be), `silent` (nothing comes,
 * against its habit), `offline` (its folder cannot be read), `none` (there is no picture). Everything but `fresh` must
 * not look live.
 */
export type PictureState = 'fresh' | 'old' | 'silent' | 'offline' | 'none';

/**
 * From when a picture's age counts, epoch ms: when it was taken, and by a camera whose clock or time zone is ahead when it
 * came here, or it would look live for hours after the last one. What was written over came when the file was changed.
 */
export function seenAt({
  capturedAt,
  foundAt,
  modifiedAt,
}: Pick<LiveImage, 'capturedAt' | 'foundAt' | 'modifiedAt'>): number {
  return Math.min(capturedAt, Math.max(foundAt, modifiedAt ?? foundAt));
}

/** The state of a camera's picture at `now`. */
export function pictureState(
  camera: Pick<LiveCamera, 'staleAfterMs' | 'silentSinceAt' | 'offlineReason'>,
  image: Parameters<typeof seenAt>[0] | undefined,
  now: number,
): PictureState {
  if (camera.offlineReason !== null) return 'offline';
  if (image === undefined) return 'none';
  if (now - seenAt(image) <= camera.staleAfterMs) return 'fresh';
  return camera.silentSinceAt === null ? 'old' : 'silent';
}

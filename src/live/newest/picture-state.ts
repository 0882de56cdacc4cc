import type { LiveCamera, LiveImage } from '../model.ts';

/**
 * State of a picture: `fresh`, `old` (older than its camera's limit), `silent` (no new picture for unusually long),
 * `offline` (its folder cannot be read), `none` (there is no picture). Only a `fresh` picture may look live.
 */
export type PictureState = 'fresh' | 'old' | 'silent' | 'offline' | 'none';

/**
 * The instant from which a picture's age counts, epoch ms: its capture, but no later than its arrival, because a camera
 * whose clock or time zone is ahead would look live for hours. An overwritten file arrived when it was changed.
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

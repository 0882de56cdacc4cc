import type { LiveCamera, LiveImage } from './model.ts';

/**
 * How a picture is to be taken: `fresh`, `old` (older than its camera's pictures may be), `silent` (nothing comes,
 * against its habit), `offline` (its folder cannot be read), `none` (there is no picture). Everything but `fresh` must
 * not look live.
 */
export type PictureState = 'fresh' | 'old' | 'silent' | 'offline' | 'none';

/** The state of a camera's picture at `now`. */
export function pictureState(
  camera: Pick<LiveCamera, 'staleAfterMs' | 'silentSinceAt' | 'offlineReason'>,
  image: Pick<LiveImage, 'capturedAt'> | undefined,
  now: number,
): PictureState {
  if (camera.offlineReason !== null) return 'offline';
  if (image === undefined) return 'none';
  if (now - image.capturedAt <= camera.staleAfterMs) return 'fresh';
  return camera.silentSinceAt === null ? 'old' : 'silent';
}

import type { Keyset } from '../../kernel/db/keyset.ts';
import { isNewer, type LiveCamera, type LiveImage } from '../model.ts';

/**
 * State of a picture: `fresh`, `old` (older than its camera's limit), `silent` (no new picture for unusually long),
 * `offline` (its folder cannot be read), `none` (there is no picture). Only a `fresh` picture may look live.
 */
export type PictureState = 'fresh' | 'old' | 'silent' | 'offline' | 'none';

/** The times of an image that its place among the others depends on. */
export type ImageTimes = Pick<LiveImage, 'capturedAt' | 'foundAt' | 'modifiedAt' | 'revision'>;

/**
 * The instant from which a picture's age counts, epoch ms: its capture, but no later than its arrival, because a camera
 * whose clock or time zone is ahead would look live for hours. An overwritten file arrived when it was changed.
 */
export function seenAt({ capturedAt, foundAt, modifiedAt, revision }: ImageTimes): number {
  const arrivedAt = revision === 0 ? foundAt : Math.max(foundAt, modifiedAt ?? foundAt);
  return Math.min(capturedAt, arrivedAt);
}

/** Whether `a` is newer than `b` as viewers are shown them: one from a clock ahead of ours stays newest for no moment. */
export function isLater(a: ImageTimes & Keyset, b: (ImageTimes & Keyset) | undefined): boolean {
  if (b === undefined) return true;
  const [atA, atB] = [seenAt(a), seenAt(b)];
  return atA > atB || (atA === atB && isNewer(a, b));
}

/** The state of a camera's picture at `now`. */
export function pictureState(
  camera: Pick<LiveCamera, 'staleAfterMs' | 'silentSinceAt' | 'offlineReason'>,
  image: ImageTimes | undefined,
  now: number,
): PictureState {
  if (camera.offlineReason !== null) return 'offline';
  if (image === undefined) return 'none';
  if (now - seenAt(image) <= camera.staleAfterMs) return 'fresh';
  return camera.silentSinceAt === null ? 'old' : 'silent';
}

import type { Keyset } from '../kernel/db/keyset.ts';
import { type LadderWidth, ladderWidths } from '../kernel/images/thumbnails/thumbnail.ts';

/*
 * The words of live images. A camera is one place with up to two pictures of what it sees; a channel is one folder of
 * them, in role `original` (as taken) or `labeled` (with the defects marked). Contract S5 calls a channel's key `type`.
 */

/** What the pictures of a channel are. */
export const liveRoles = ['original', 'labeled'] as const;
export type LiveRole = (typeof liveRoles)[number];

/** Key of the camera whose two folders contract S5 knows: `original` and `labeled` of IMAGE_BASE_PATH. */
export const mainCamera = 'main';

/** The base folder of live images, absolute. `isOwn` where it lies beside the database and is created here. */
export type BaseFolder = { dir: string; isOwn: boolean };

/** One folder of images. */
export type LiveChannel = {
  id: number;
  /** Unique, and what programs call it: `original`, `labeled`, `<camera>`, `<camera>-labeled`. Safe in a URL. */
  key: string;
  /** Key of its camera; the two folders of IMAGE_BASE_PATH are `main`. */
  camera: string;
  role: LiveRole;
  /** The folder, absolute. */
  path: string;
  /** Seconds after which its newest picture counts as old, where somebody set it for this camera. */
  staleAfterSec: number | null;
};

/** One image of a channel, or the newest inspection of a station as such a one. */
export type LiveImage = {
  /** Number of the live image, or of the inspection. Newest is the greatest `capturedAt`, then the greatest `id`. */
  id: number;
  /** Rises when the file was written over. */
  revision: number;
  /** Where its bytes are: `/live/images/…` or `/images/…`; see `liveImageSrc`. */
  kind: 'live' | 'inspection';
  /** Key of the channel; `station/<name>` for an inspection. */
  channel: string;
  camera: string;
  role: LiveRole;
  /** File name. */
  name: string;
  /** Epoch ms: the name's, else when the file was changed. */
  capturedAt: number;
  /** The coil its name tells; null when it tells none. */
  coil: string | null;
  sizeBytes: number | null;
  /** When the file was changed, epoch ms; null, as the size, where it was taken by its name alone. */
  modifiedAt: number | null;
  /** When it was noticed here, epoch ms. */
  foundAt: number;
  /** Since when its file is gone; null while it is there. */
  missingAt: number | null;
  /** Of an inspection only. */
  part: string | null;
  verdict: 'OK' | 'NG' | null;
};

/** What a camera is doing, as far as it is known; what a page calls it depends on `now`. */
export type LiveCamera = {
  key: string;
  /** As people call it: the folder's name, the station's, or empty for `main`, which pages name themselves. */
  name: string;
  origin: 'base' | 'folder' | 'setting' | 'station';
  /** Channel keys by role; a camera may have only one of them. */
  channels: Partial<Record<LiveRole, string>>;
  /** The newest image of each role. */
  newest: Partial<Record<LiveRole, LiveImage>>;
  /** Its picture counts as old after this long. */
  staleAfterMs: number;
  /** Usual time between two images, learnt; null while unknown. */
  usualIntervalMs: number | null;
  /** Since when it is silent beyond its habit (time of the newest image); null when it is not. */
  silentSinceAt: number | null;
  /** Why its folder cannot be read; names a text of `offlineReason`. Null when it can. */
  offlineReason: string | null;
};

/** Widths images are drawn in, pixels; the smallest that fills the tile is taken. Never enlarged. */
export const liveWidths = ladderWidths;
export type LiveWidth = LadderWidth;

/** Whether `a` is newer than `b`. */
export function isNewer(a: Keyset, b: Keyset | undefined): boolean {
  return b === undefined || a.capturedAt > b.capturedAt || (a.capturedAt === b.capturedAt && a.id > b.id);
}

/** The address of an image's bytes, kept for ever because the revision is part of it. */
export function liveImageSrc(
  { kind, id, revision }: Pick<LiveImage, 'kind' | 'id' | 'revision'>,
  size: LiveWidth | 'original',
  format: 'webp' | 'jpg' = 'webp',
): string {
  const root = kind === 'live' ? `/live/images/${id}/${revision}` : `/images/${id}/${revision}`;
  if (size === 'original') return `${root}/original`;
  return kind === 'live' ? `${root}/${size}.${format}` : `${root}/w${size}.${format}`;
}

/** The narrowest width that fills `pixels` of the screen; the widest when none does. */
export function widthFor(pixels: number): LiveWidth {
  return liveWidths.find((width) => width >= pixels) ?? 1920;
}

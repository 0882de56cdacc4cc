import { hash } from 'node:crypto';
import type { Keyset } from '../kernel/db/keyset.ts';
import { type LadderWidth, ladderWidths } from '../kernel/images/thumbnails/thumbnail.ts';

/*
 * The words of live images. A camera has up to two pictures of what it sees; a channel is one folder of them, in the role
 * `original` (as taken) or `labeled` (with the defects marked). Contract S5 calls a channel's key `type`.
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
  /** Unique name for programs: `original`, `labeled`, `<camera>`, `<camera>-labeled`. Safe in a URL. */
  key: string;
  /** Key of its camera; the two folders of IMAGE_BASE_PATH are `main`. */
  camera: string;
  role: LiveRole;
  /** The folder, absolute. */
  path: string;
  /** Seconds after which its newest picture counts as old, where set for this camera. */
  staleAfterSec: number | null;
};

/** One image of a channel, or the newest inspection of a station in the same form. */
export type LiveImage = {
  /** Id of the live image or the inspection. Newest is the greatest `capturedAt`, then the greatest `id`. */
  id: number;
  /** Increases when the file is overwritten. */
  revision: number;
  /** Where its bytes are: `/live/images/…` or `/images/…`; see `liveImageSrc`. */
  kind: 'live' | 'inspection';
  /** Key of the channel; `station/<name>` for an inspection. */
  channel: string;
  camera: string;
  role: LiveRole;
  /** File name. */
  name: string;
  /** Epoch ms: from the name, else the time of the file's last change. */
  capturedAt: number;
  /** The coil in its name; null when there is none. */
  coil: string | null;
  sizeBytes: number | null;
  /** Last change of the file, epoch ms; null, like the size, for a file taken by its name alone. */
  modifiedAt: number | null;
  /** When it was found, epoch ms. */
  foundAt: number;
  /**
   * How far its camera's clock is ahead of ours, ms: the time in its name (or, without one, of its file) was not believed,
   * and it counts for when it was found. 0 where it was.
   */
  clockAheadMs: number;
  /** Since when its file is missing; null while it exists. */
  missingAt: number | null;
  /** For an inspection only. */
  part: string | null;
  verdict: 'OK' | 'NG' | null;
};

/** A camera and the facts about it. The state shown on a page is derived from them and `now`. */
export type LiveCamera = {
  key: string;
  /** Display name: of the folder or the station; empty for `main`, which pages name themselves. */
  name: string;
  origin: 'base' | 'folder' | 'setting' | 'station';
  /** Channel keys by role; a camera may have only one of them. */
  channels: Partial<Record<LiveRole, string>>;
  /** The newest image of each role. */
  newest: Partial<Record<LiveRole, LiveImage>>;
  /** Age from which its picture counts as old. */
  staleAfterMs: number;
  /** Usual time between two images, learnt from the last ones; null while unknown. */
  usualIntervalMs: number | null;
  /** Since when it is silent, by its usual interval (time of the newest image); null while it is not. */
  silentSinceAt: number | null;
  /** Why its folder cannot be read, as a key of the texts `offlineReason`; null when it can. */
  offlineReason: string | null;
};

/** A short text that differs when the set of channels that have a picture differs. */
export function channelSetOf(cameras: readonly LiveCamera[]): string {
  const keys = cameras.flatMap(({ newest }) => Object.values(newest).map(({ channel }) => channel));
  return hash('sha1', keys.sort().join('\n'), 'base64url').slice(0, 10);
}

/** Widths that images are drawn in, pixels. The smallest that fills a tile is used; images are never enlarged. */
export const liveWidths = ladderWidths;
export type LiveWidth = LadderWidth;

/** Whether `a` is newer than `b`. */
export function isNewer(a: Keyset, b: Keyset | undefined): boolean {
  return b === undefined || a.capturedAt > b.capturedAt || (a.capturedAt === b.capturedAt && a.id > b.id);
}

/** The address of an image's bytes. Immutable, because the revision is part of it. */
export function liveImageSrc(
  { kind, id, revision }: Pick<LiveImage, 'kind' | 'id' | 'revision'>,
  size: LiveWidth | 'original',
  format: 'webp' | 'jpg' = 'webp',
): string {
  const root = kind === 'live' ? `/live/images/${id}/${revision}` : `/images/${id}/${revision}`;
  if (size === 'original') return `${root}/original`;
  return kind === 'live' ? `${root}/${size}.${format}` : `${root}/w${size}.${format}`;
}

/** The smallest width that fills `pixels` of the screen; the widest when none does. */
export function widthFor(pixels: number): LiveWidth {
  return liveWidths.find((width) => width >= pixels) ?? 1920;
}

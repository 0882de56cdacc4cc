/** How a figure is formatted. */
export type FigureUnit = 'perSecond' | 'perMinute' | 'ms' | 'count' | 'bytes';

/** The normal range: at most or at least so much; null for figures that grow with the plant. */
export type NormalRange = { below: number } | { above: number } | null;

export type Figure<Key extends string = FigureKey> = { key: Key; unit: FigureUnit; normal: NormalRange };

export type FigureKey =
  | 'ingest'
  | 'events'
  | 'lag'
  | 'sweep'
  | 'queues'
  | 'requests'
  | 'eventLoop'
  | 'viewers'
  | 'liveRate'
  | 'liveTell'
  | 'liveViewers'
  | 'liveSkipped'
  | 'memory'
  | 'database'
  | 'thumbnails'
  | 'disk';

/** The settings that define normal ranges. */
export type SystemLimits = { pollIntervalMs: number; maxViewers: number; thumbnailBytes: number };

const megabyte = 1_000_000;

/** Every figure of the System page in display order, with its normal range. */
export function systemFigures({ pollIntervalMs, maxViewers, thumbnailBytes }: SystemLimits): Figure[] {
  return [
    { key: 'ingest', unit: 'perMinute', normal: null },
    { key: 'events', unit: 'perMinute', normal: null },
    { key: 'lag', unit: 'ms', normal: { below: 5_000 } },
    { key: 'sweep', unit: 'ms', normal: { below: pollIntervalMs } },
    { key: 'queues', unit: 'count', normal: { below: 1_000 } },
    { key: 'requests', unit: 'ms', normal: { below: 250 } },
    { key: 'eventLoop', unit: 'ms', normal: { below: 100 } },
    { key: 'viewers', unit: 'count', normal: { below: maxViewers } },
    { key: 'liveRate', unit: 'perSecond', normal: null },
    { key: 'liveTell', unit: 'ms', normal: { below: 500 } },
    { key: 'liveViewers', unit: 'count', normal: { below: maxViewers } },
    // Skipping pictures on slow lines is intended, but one a second is more than a screen should miss.
    { key: 'liveSkipped', unit: 'perMinute', normal: { below: 60 } },
    { key: 'memory', unit: 'bytes', normal: { below: 512 * megabyte } },
    { key: 'database', unit: 'bytes', normal: null },
    { key: 'thumbnails', unit: 'bytes', normal: { below: thumbnailBytes } },
    { key: 'disk', unit: 'bytes', normal: { above: 1_000 * megabyte } },
  ];
}

/** Whether a value is in its normal range; unknown values are. */
export function isNormal(value: number | null, normal: NormalRange): boolean {
  if (value === null || normal === null) return true;
  return 'below' in normal ? value <= normal.below : value >= normal.above;
}

import { pathOf, svgImage } from './svg.ts';

/** Counts of one bucket; without any it is empty. */
export type BarBucket = { startAt: number; ok: number; ng: number; unmatched: number };

export type BarTrendOptions = {
  buckets: readonly BarBucket[];
  /** The time that all buckets cover; the last one ends with it. */
  window: { startAt: number; endAt: number };
  /** What has not ended by now is no gap. */
  now: number;
  /** Size on the page in CSS pixels unless the style sheet says otherwise; the drawing stretches to it. */
  width?: number;
  height?: number;
  /** Count that fills the height; by default the largest of the buckets. */
  maxCount?: number;
  title?: string;
};

/** Part of a bucket's width that its bar fills. */
const barWidth = '.7';
/** Least height of a mark, so that one NG among a thousand is seen. */
const minHeight = 2;

/**
 * Bars of all inspections with NG standing in front on the ground, and marks where a bucket after the first known one
 * is empty. One path for each of the three, at most 1.2 KB for 60 buckets: it travels again with every inspection.
 */
export function barTrend(options: BarTrendOptions): string {
  const { buckets, window, now, width = 360, height = 64, title } = options;
  const totals = buckets.map(({ ok, ng, unmatched }) => ok + ng + unmatched);
  const maxCount = Math.max(options.maxCount ?? 0, ...totals, 1);
  const heightOf = (count: number) => {
    return count === 0 ? 0 : Math.min(height, Math.max(minHeight, Math.round((count / maxCount) * height)));
  };
  const firstKnown = totals.findIndex((total) => total > 0);
  const isGap = (i: number) =>
    firstKnown >= 0 && i > firstKnown && totals[i] === 0 && (buckets[i + 1]?.startAt ?? window.endAt) <= now;

  const stretch = `width="${width}" height="${height}" viewBox="-.5 0 ${Math.max(1, buckets.length)} ${height}" preserveAspectRatio="none"`;
  const bars = pathOf('chart-bar', standingStrokes(totals.map(heightOf), height));
  const ngs = pathOf(
    'chart-ng',
    standingStrokes(
      buckets.map(({ ng }) => heightOf(ng)),
      height,
    ),
  );
  const gaps = pathOf(
    'chart-gap',
    standingStrokes(
      buckets.map((_, i) => (isGap(i) ? minHeight : 0)),
      height,
    ),
  );
  return svgImage(stretch, title, `<g fill="none" stroke-width="${barWidth}">${bars}${ngs}${gaps}</g>`);
}

/**
 * One upright stroke on the ground for each height above 0, at x = 0, 1, 2 … To stay short, moves are relative and
 * strokes go up and down by turns: the next one begins near where the last one ended.
 */
function standingStrokes(heights: readonly number[], ground: number): string {
  let d = '';
  let pen = { x: 0, y: 0 };
  let isUp = true;
  for (const [x, height] of heights.entries()) {
    if (height <= 0) continue;
    const y = isUp ? ground : ground - height;
    const across = y - pen.y;
    d += `${d === '' ? 'M' : 'm'}${x - pen.x}${across < 0 ? '' : ' '}${across}v${isUp ? -height : height}`;
    pen = { x, y: isUp ? ground - height : ground };
    isUp = !isUp;
  }
  return d;
}
